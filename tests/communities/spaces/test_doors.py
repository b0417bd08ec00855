"""The pages and the API of spaces and their credit."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.communities.spaces import operations, queries
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import SpaceRole
from hub.core.accounts import queries as accounts
from hub.db import delivery, work
from hub.db.extensions import db
from hub.search.index import reactions as index
from tests.factories import pages, people, spaces

SPACE = "/communities/open-soil-sensors"
API = "/api/v1/spaces/open-soil-sensors"
FORM = {
    "name": "Open soil sensors",
    "summary": "Methods and parts lists for measuring soil moisture for less than ten euros.",
    "charter": spaces.CHARTER,
    "licence": "CC-BY-SA-4.0",
    "sector": "sensors",
    "language": "en",
    "organisation": "",
}


@pytest.fixture
def steward(app):
    return people.person("Stella Steward")


@pytest.fixture
def member(app):
    return people.person("Mo Member")


@pytest.fixture
def space(steward, member):
    with work.unit():
        made = spaces.space(people.actor_of(steward))
        spaces.join(made, people.actor_of(member))
    return made


def only() -> Space:
    return db.session.scalars(select(Space)).one()


def test_a_community_from_the_form_to_the_list_and_the_search(client, steward):
    people.sign_in(client, steward)
    answer = client.post("/communities/new", data=FORM | {"charter": "", "licence": "beer"})
    assert answer.status_code == 422 and "Open soil sensors" in answer.text
    assert client.post("/communities/new", data=FORM).location == SPACE
    with work.unit():
        pages.page(only(), people.actor_of(steward), "Probes", text="A tensiometer is another way.")
    delivery.deliver_all()
    index.index_changes()
    assert SPACE in client.get("/communities").text
    assert SPACE in client.get("/explore?q=tensiometer&kind=space").text
    assert "Probes" in client.get(SPACE).text


def test_lists_are_narrowed_by_sector_language_and_what_is_mine(client, space, steward):
    for query, shown in (
        ("sector=sensors", True),
        ("sector=health", False),
        ("language=zh", False),
        ("state=archived", False),
        ("page=9", False),
    ):
        assert (f'href="{SPACE}"' in client.get(f"/communities?{query}").text) is shown
    people.sign_in(client, people.person("Stan Ger"))
    assert f'href="{SPACE}"' not in client.get("/communities?mine=1").text


def test_joining_needs_the_tick_and_the_charter_that_was_read(client, space, steward):
    newcomer = people.person("Nia Newcomer")
    people.sign_in(client, newcomer)
    assert "Join and write" in client.get(SPACE).text
    answer = client.post(f"{SPACE}/join", data={"charter": "1"})
    assert answer.status_code == 422 and "Tick the box to accept" in answer.text
    with work.unit():
        operations.set_charter(
            actor=people.actor_of(steward), space=only(), charter=spaces.CHARTER + "\nMore.", licence=Licence.CC0, note="More"
        )
    answer = client.post(f"{SPACE}/join", data={"charter": "1", "accepted": "1"})
    assert answer.status_code == 409 and "The charter has changed since you opened it" in answer.text
    assert client.post(f"{SPACE}/join", data={"charter": "2", "accepted": "1"}).location == SPACE
    assert queries.role_in(only(), newcomer.id) is SpaceRole.MEMBER


def test_members_see_what_changed_in_the_charter_before_they_accept_it(client, space, steward, member):
    people.sign_in(client, steward)
    change = {"charter": spaces.CHARTER.replace("school", "village"), "licence": "CC0-1.0", "note": "For villages", "version": "1"}
    assert client.post(f"{SPACE}/charter/edit", data=change | {"note": ""}).status_code == 422
    assert client.post(f"{SPACE}/charter/edit", data=change).location == f"{SPACE}/charter"
    answer = client.post(f"{SPACE}/charter/edit", data=change | {"charter": spaces.CHARTER + "Late", "note": "Late"})
    assert answer.status_code == 409 and "What is stored now" in answer.text and "Late" in answer.text
    client.post("/logout")
    people.sign_in(client, member)
    assert "A changed charter to accept" in client.get("/home").text
    shown = client.get(f"{SPACE}/join").text
    assert "<del>school</del>" in shown and "<ins>village</ins>" in shown and "For villages" in shown
    assert "The licence changed from CC BY-SA 4.0 to CC0 1.0" in shown
    client.post(f"{SPACE}/join", data={"charter": "2", "accepted": "1"})
    assert "A changed charter to accept" not in client.get("/home").text
    assert "<del>school</del>" in client.get(f"{SPACE}/charter?number=2").text
    assert client.get(f"{SPACE}/charter?number=77777777777").status_code == 200


def test_an_organisation_shows_what_it_steers(client, steward):
    acme = people.organisation(steward)
    people.sign_in(client, steward)
    client.post("/communities/new", data=FORM | {"organisation": acme.slug})
    assert SPACE in client.get(f"/orgs/{acme.slug}").text and f"/orgs/{acme.slug}" in client.get(SPACE).text


def test_charters_names_and_credit_are_text_and_nothing_else(client, steward, member):
    evil = "<script>alert(1)</script>"
    with work.unit():
        made = spaces.space(people.actor_of(steward), name=f"Soil {evil}", charter=f"{spaces.CHARTER}{evil}[x](javascript:alert(1))")
    for rest in ("", "/charter", "/join", "/members", "/credits", "/pages"):
        if rest == "/join":
            people.sign_in(client, member)
        shown = client.get(made.path + rest).text
        assert evil not in shown and 'href="javascript' not in shown


def test_programs_found_join_and_change(client, steward, member):
    mine, theirs = people.api_headers(steward), people.api_headers(member)
    made = client.post("/api/v1/spaces", json={**FORM, "organisation": None}, headers=mine)
    assert made.status_code == 201 and made.get_json()["slug"] == "open-soil-sensors"
    assert client.put(f"{API}/membership", json={"charter": 1}, headers=theirs).get_json() == {"role": "member", "accepted": 1}
    assert client.patch(API, json={"name": "Better soil sensors"}, headers={**mine, "If-Match": '"999"'}).status_code == 409
    changed = client.patch(API, json={"name": "Better soil sensors"}, headers={**mine, "If-Match": client.get(API).headers["ETag"]})
    assert changed.get_json()["name"] == "Better soil sensors"
    handle = accounts.card(member.id).handle
    assert client.patch(f"{API}/members/{handle}", json={"role": "king"}, headers=mine).status_code == 422
    assert client.patch(f"{API}/members/{handle}", json={"role": "editor"}, headers=mine).status_code == 204
    assert [one["role"] for one in client.get(f"{API}/members").get_json()["items"]] == ["steward", "editor"]
    given = client.post(f"{API}/credits", json={"handle": handle, "kind": "data", "note": "Logger files"}, headers=mine)
    assert given.status_code == 201
    (credited,) = client.get(f"{API}/credits").get_json()["items"]
    assert (credited["handle"], credited["items"][0]["note"]) == (handle, "Logger files")
    assert client.delete(f"{API}/members/{handle}", json={"reason": "Bye"}, headers=mine).status_code == 204
    assert client.get(f"{API}/membership", headers=theirs).get_json() == {"role": None, "accepted": 1}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": 7}, "name"), ({"licence": "beer"}, "licence"), ({"sector": "beer"}, "sector"), ({"summary": "a\x00" * 20}, "summary"), ({"language": "xx"}, "language"), ({"odd": 1}, "odd")],
)  # fmt: skip
def test_programs_are_told_what_to_mend(client, steward, changes, field):
    answer = client.post("/api/v1/spaces", json={**FORM, "organisation": None, **changes}, headers=people.api_headers(steward))
    assert answer.status_code == 422 and field in answer.get_json()["errors"]
    assert db.session.scalar(select(Space)) is None
