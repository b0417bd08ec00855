"""The pages and the API of work packages: what people type comes back, and both doors say the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.communities.packages import operations
from hub.communities.packages.states import State
from hub.db import work
from hub.kernel import clock
from tests.factories import packages, pages, people, spaces

SPACE = "/communities/open-soil-sensors"
NEW = pages.TEXT + "\n\nFor loam and sand."


@pytest.fixture
def steward(app):
    return people.person("Stella Steward")


@pytest.fixture
def member(app):
    return people.person("Mo Member")


@pytest.fixture
def page(steward, member):
    with work.unit():
        space = spaces.space(people.actor_of(steward))
        spaces.join(space, people.actor_of(member))
        return pages.page(space, people.actor_of(steward))


@pytest.fixture
def package(page, steward):
    with work.unit():
        return packages.package(page, people.actor_of(steward))


@pytest.fixture
def waiting(package, member):
    with work.unit():
        packages.submit(package, people.actor_of(member), pages.TEXT.replace("a mixture", "a sponge"))
    return package


def at(package, rest=""):
    return f"{SPACE}/packages/{package.id}{rest}"


def test_a_package_from_the_form_to_the_board(client, page, steward):
    people.sign_in(client, steward)
    form = {"title": "Which soils", "brief": "Say **which**.", "page": "calibration", "points": "5", "lease_days": "7"}
    answer = client.post(f"{SPACE}/packages/new", data=form | {"points": "0"})
    assert answer.status_code == 422 and "Say **which**." in answer.text
    answer = client.post(f"{SPACE}/packages/new", data=form | {"page": "no-such"})
    assert answer.status_code == 422 and "Choose a page of this community." in answer.text
    answer = client.post(f"{SPACE}/packages/new", data=form)
    assert "<strong>which</strong>" in client.get(answer.location).text
    board = client.get(f"{SPACE}/packages").text
    assert "Which soils" in board and "5 points" in board
    assert "Which soils" in client.get(SPACE).text


def test_a_text_that_comes_too_late_is_still_shown(client, package, member):
    with work.unit():
        operations.claim(actor=people.actor_of(member), package=package)
    with clock.at(package.lease_until + timedelta(seconds=1)):
        people.sign_in(client, member)
        answer = client.post(at(package, "/submit"), data={"body": NEW, "base_revision": "1", "note": "Two soils"})
        assert answer.status_code == 409 and "For loam and sand." in answer.text and 'value="Two soils"' in answer.text
        assert "The time of this claim is over" in answer.text
        assert "Claim it" in client.get(at(package)).text
    assert package.state is State.CLAIMED


def test_the_reviewer_decides_the_parts_that_both_changed(client, waiting, page, steward):
    with work.unit():
        pages.edit(page, people.actor_of(steward), pages.TEXT.replace("a mixture", "alive"))
    people.sign_in(client, steward)
    shown = client.get(at(waiting, "/review")).text
    assert "alive" in shown and "a sponge" in shown and "This part becomes" in shown
    sent = {"submission": "1", "revision": "2"}
    answer = client.post(at(waiting, "/review"), data=sent)
    assert answer.status_code == 422 and "Choose what this part becomes." in answer.text
    decided = client.post(at(waiting, "/review"), data=sent | {"part-0": "both"}).text
    assert "Both together" in decided
    with work.unit():
        pages.edit(page, people.actor_of(steward), pages.TEXT.replace("a mixture", "alive") + "\n\nAnd more.")
    whole = pages.TEXT.replace("a mixture", "alive, a sponge")
    answer = client.post(at(waiting, "/merge"), data=sent | {"body": whole})
    assert answer.status_code == 409 and "alive, a sponge" in answer.text and "And more." in answer.text
    assert 'name="revision" value="3"' in answer.text and waiting.state is State.SUBMITTED
    answer = client.post(at(waiting, "/merge"), data=sent | {"revision": "3", "body": whole + "\n\nAnd more."})
    assert answer.location == at(waiting)
    assert pages.body(page) == whole + "\n\nAnd more."


def test_a_return_without_remarks_is_asked_for_them(client, waiting, steward, member):
    people.sign_in(client, steward)
    answer = client.post(at(waiting, "/return"), data={"submission": "1", "remarks": ""})
    assert answer.status_code == 422 and waiting.state is State.SUBMITTED
    client.post(at(waiting, "/return"), data={"submission": "1", "remarks": "Which <b>loam</b>?"})
    shown = client.get(at(waiting)).text
    assert "Which &lt;b&gt;loam&lt;/b&gt;?" in shown and "Returned" in shown


def test_home_names_what_waits(client, waiting, steward, member):
    people.sign_in(client, steward)
    home = client.get("/home").text
    assert "A text waits for your review" in home and f'href="{at(waiting, "/review")}"' in home
    client.post(at(waiting, "/return"), data={"submission": "1", "remarks": "Which loam?"})
    assert "A text waits for your review" not in client.get("/home").text
    people.sign_in(client, member)
    home = client.get("/home").text
    assert "Your text was returned with remarks" in home and f'href="{at(waiting)}"' in home


def test_programs_do_the_same(client, package, steward, member):
    base = f"/api/v1{SPACE.replace('communities', 'spaces')}/packages"
    mine, theirs = people.api_headers(member, "read", "write"), people.api_headers(steward, "read", "write")
    assert [one["id"] for one in client.get(f"{base}?state=open").json["items"]] == [package.id]
    one = f"{base}/{package.id}"
    claimed = client.post(f"{one}/claim", headers=mine).json
    assert claimed["state"] == "claimed" and claimed["claimant"]["name"] == "Mo Member"
    assert client.get(f"{base}?state=open").json["items"] == []
    assert client.post(f"{one}/claim", headers=theirs).json["code"] == "claimed"
    answer = client.post(f"{one}/submissions", headers=mine, json={"body": NEW, "base_revision": 1})
    assert answer.status_code == 201 and answer.json["number"] == 1
    assert client.get(f"{one}/review", headers=mine).status_code == 403
    told = client.get(f"{one}/review", headers=theirs).json
    assert (told["revision"], told["conflicts"], told["body"]) == (1, 0, NEW)
    merged = client.post(f"{one}/merge", headers=theirs, json={"submission": 1, "revision": 1}).json
    assert merged["state"] == "merged" and merged["revision"] == 2
    assert client.post(f"{one}/merge", headers=theirs, json={"submission": 1, "revision": 2}).status_code == 409
    assert client.get(f"{one}/submissions").json["items"][0]["author"]["name"] == "Mo Member"
