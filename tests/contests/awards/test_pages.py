"""The HTML and JSON doors of the awards room: results, the choice, the signature."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.contests.awards import queries
from hub.contests.awards.models import Award
from hub.contests.awards.states import State
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.core.payments import queries as payments
from hub.db import work
from hub.db.extensions import db
from hub.kernel.money import Money
from hub.web import todo
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest
PRIZE = [Money(3_800_000, "USD")]


@pytest.fixture
def made(app: Flask) -> Made:
    return make.judged(solvers=2, days=2)


def entry_of(made: Made, number: int = 0) -> Entry:
    db.session.rollback()
    found = entries.mine_in(people.actor_of(made.solvers[number]), made.challenge)
    assert found is not None
    return found


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    told: dict[str, Any] = answer.json
    return told


def test_the_seeker_chooses_checks_and_selects_and_the_winner_signs_and_is_paid(made: Made, app: Flask) -> None:
    manager = make.signed_in(app.test_client(), made.owner)
    slug, first = made.challenge.slug, entry_of(made).id
    assert f"/challenges/{slug}/select/{first}" in manager.get(f"/challenges/{slug}/select").text
    check = manager.get(f"/challenges/{slug}/select/{first}").text
    assert "USD 40,000" in check and "USD 38,000" in check and "30 days to sign" in check
    assert made.solvers[0].name not in check
    chosen = manager.post(f"/challenges/{slug}/select/{first}", data={"message": "Thank you all.", "_once": "s"})
    again = manager.post(f"/challenges/{slug}/select/{first}", data={"message": "Thank you all.", "_once": "s"})
    assert chosen.headers["Location"] == again.headers["Location"] and db.session.query(Award).count() == 1

    winner = make.signed_in(app.test_client(), made.solvers[0])
    page = winner.get(chosen.headers["Location"]).text
    assert "You won" in page and "USD 2,000" in page and "USD 38,000" in page and "Award agreement" in page
    url = f"{chosen.headers['Location']}/accept"
    unticked = winner.post(url, data={"seen_hash": hidden(page, "seen_hash")})
    assert unticked.status_code == 422 and payments.balances("person", made.solvers[0].id) == []
    signed = {"seen_hash": hidden(page, "seen_hash"), "agreed": "1", "_once": "w"}
    assert winner.post(url, data=signed).status_code == 302
    assert winner.post(url, data=signed).headers["Idempotency-Replayed"] == "true"
    assert winner.post(url, data=signed | {"_once": "other"}).status_code == 409
    assert payments.balances("person", made.solvers[0].id) == PRIZE
    assert "Ask for the payout" in winner.get(chosen.headers["Location"]).text


def test_each_author_reads_the_result_with_a_reason_for_every_criterion(made: Made, app: Flask) -> None:
    author = make.signed_in(app.test_client(), made.solvers[1])
    url = f"/entries/{entry_of(made, 1).id}"
    before = author.get(url).text
    assert "is being judged" in before and make.REASON not in before
    with work.unit():
        queries_entry = entries.own_in(people.actor_of(made.solvers[0]), made.challenge)
        make.awards.select_winner(actor=made.manager, challenge=made.challenge, entry=queries_entry, message="Closer than it looks.")
    after = author.get(url).text
    assert "was not selected" in after and "Closer than it looks." in after and "2 of 2" in after
    for criterion in made.challenge.criteria:
        assert f"{make.REASON} ({criterion.title})" in after
    assert made.judges[0].name not in after


def test_the_seeker_reads_what_was_sealed_and_loses_the_others_with_the_decision(made: Made, app: Flask) -> None:
    manager = make.signed_in(app.test_client(), made.owner)
    first, second = entry_of(made).id, entry_of(made, 1).id
    page = manager.get(f"/entries/{second}").text
    assert make.TITLE in page and make.REASON in page and made.solvers[1].name not in page
    manager.post(f"/challenges/{made.challenge.slug}/select/{first}", data={})
    assert manager.get(f"/entries/{first}").status_code == 200
    assert manager.get(f"/entries/{second}").status_code == 404
    author = make.signed_in(app.test_client(), made.solvers[1])
    assert "1 look by others" in author.get(f"/entries/{second}").text


def test_a_choice_without_its_needed_word_keeps_the_form_and_changes_nothing(made: Made, app: Flask) -> None:
    manager, second = make.signed_in(app.test_client(), made.owner), entry_of(made, 1).id
    answer = manager.post(f"/challenges/{made.challenge.slug}/select/{second}", data={"message": " "})
    assert answer.status_code == 422 and "not first in the ranking" in answer.text
    assert manager.post(f"/challenges/{made.challenge.slug}/select/999", data={}).status_code == 404
    db.session.refresh(made.challenge)
    assert made.challenge.state is ChallengeState.JUDGING and db.session.query(Award).count() == 0


def test_the_choice_is_for_the_seekers_managers_alone(made: Made, app: Flask) -> None:
    paths = [f"/challenges/{made.challenge.slug}/{tail}" for tail in ("select", f"select/{entry_of(made).id}", "end")]
    for person in (made.judges[0], made.solvers[0], people.person("Stranger"), people.person(consultant=True), people.person(admin=True)):
        other = make.signed_in(app.test_client(), person)
        assert [other.get(path).status_code for path in paths] == [403] * 3
        assert [other.post(path, data={"reason": "x" * 30}).status_code for path in paths[1:]] == [403] * 2
    assert all(app.test_client().get(path).status_code == 302 for path in paths)
    db.session.refresh(made.challenge)
    assert made.challenge.state is ChallengeState.JUDGING


def test_an_award_is_there_for_winner_and_seeker_only(app: Flask) -> None:
    made, award = make.selected(days=2)
    url = f"/awards/{award.id}"
    for person, status in (
        (made.solvers[0], 200),
        (made.owner, 200),
        (made.solvers[1], 404),
        (made.judges[0], 404),
        (people.person(), 404),
    ):
        other = make.signed_in(app.test_client(), person)
        assert other.get(url).status_code == status
        if person is not made.solvers[0]:
            assert other.post(f"{url}/accept", data={"seen_hash": "0" * 64, "agreed": "1"}).status_code in {403, 404}
            assert other.post(f"{url}/decline").status_code in {403, 404}
    db.session.refresh(award)
    assert award.state is State.SELECTED


def test_declining_from_the_page_opens_the_choice_again(app: Flask) -> None:
    made, award = make.selected(days=2)
    winner = make.signed_in(app.test_client(), made.solvers[0])
    assert winner.post(f"/awards/{award.id}/decline", data={"reason": "My university objects."}).status_code == 302
    assert "All rights stay with them" in winner.get(f"/awards/{award.id}").text
    manager = make.signed_in(app.test_client(), made.owner)
    assert f"/select/{entry_of(made, 1).id}" in manager.get(f"/challenges/{made.challenge.slug}/select").text
    assert "My university objects." in manager.get(f"/awards/{award.id}").text


def test_ending_from_the_page(made: Made, app: Flask) -> None:
    manager, url = make.signed_in(app.test_client(), made.owner), f"/challenges/{made.challenge.slug}/end"
    thin = manager.post(url, data={"reason": "No."})
    assert thin.status_code == 422 and "at least 20 characters" in thin.text
    told = "No entry reached the price that we named in the criteria."
    assert manager.post(url, data={"reason": told}).status_code == 302
    author = make.signed_in(app.test_client(), made.solvers[0])
    assert told in author.get(f"/entries/{entry_of(made).id}").text
    assert payments.balances("organisation", made.organisation.id) == [Money(4_000_000, "USD")]


def test_home_and_challenge_page_lead_to_the_award(app: Flask) -> None:
    made, award = make.selected(days=2)
    with app.test_request_context():
        (waiting,) = [item for item in todo.todos(people.actor_of(made.solvers[0])) if item.mode == "contest"]
    assert (waiting.title, waiting.href, waiting.due) == ("Sign your award", f"/awards/{award.id}", award.sign_by)
    page = f"/challenges/{made.challenge.slug}"
    assert "Sign your award" in make.signed_in(app.test_client(), made.solvers[0]).get(page).text
    assert "See the award" in make.signed_in(app.test_client(), made.owner).get(page).text


# By key


def test_the_same_by_key(made: Made, client: FlaskClient) -> None:
    base, manager, winner = f"/api/v1/challenges/{made.challenge.slug}", people.api_headers(made.owner), people.api_headers(made.solvers[0])
    first = entry_of(made).id
    assert client.get(f"/api/v1/entries/{first}/result", headers=winner).json["decided"] is False
    once = {**manager, "Idempotency-Key": "select-1"}
    award = client.post(f"{base}/select", headers=once, json={"entry_id": first})
    assert award.status_code == 201 and (award.json["gross"], award.json["fee"], award.json["net"]) == ("40000.00", "2000.00", "38000.00")
    assert client.post(f"{base}/select", headers=once, json={"entry_id": first}).json == award.json
    refused(client.post(f"{base}/select", headers=manager, json={"entry_id": first}), 409, "decided")

    (mine,) = client.get("/api/v1/awards", headers=winner).json
    url, signed = f"/api/v1/awards/{mine['id']}/accept", {"seen_hash": mine["agreement"]["hash"]}
    refused(client.post(url, headers=people.api_headers(made.solvers[0], "read", "write"), json=signed), 403, "missing_scope")
    refused(client.post(url, headers=winner, json={"seen_hash": "0" * 64}), 409, "terms_changed")
    refused(client.post(url, headers=people.api_headers(made.solvers[1]), json=signed), 404, "not_found")
    assert payments.balances("person", made.solvers[0].id) == []
    paid = client.post(url, headers={**winner, "Idempotency-Key": "accept-1"}, json=signed)
    assert (
        paid.json["state"] == "paid" and client.post(url, headers={**winner, "Idempotency-Key": "accept-1"}, json=signed).json == paid.json
    )
    refused(client.post(url, headers=winner, json=signed), 409, "not_now")
    assert payments.balances("person", made.solvers[0].id) == PRIZE

    lost = client.get(f"/api/v1/entries/{entry_of(made, 1).id}/result", headers=people.api_headers(made.solvers[1])).json
    assert (lost["state"], lost["decided"], lost["place"], lost["of"], lost["total"]) == ("not_selected", True, 2, 2, "8.00")
    assert [(reason["met"], reason["points"]) for reason in lost["reasons"]] == [(True, None), (None, 8), (None, 8)]
    refused(client.get(f"/api/v1/entries/{entry_of(made, 1).id}/result", headers=winner), 404, "not_found")


def test_who_may_not_select_or_end_by_key(made: Made, client: FlaskClient) -> None:
    base = f"/api/v1/challenges/{made.challenge.slug}"
    for person in (made.solvers[0], made.judges[0]):
        key = people.api_headers(person)
        refused(client.post(f"{base}/select", headers=key, json={"entry_id": entry_of(made).id}), 403, "not_allowed")
        refused(client.post(f"{base}/end", headers=key, json={"reason": "x" * 30}), 403, "not_allowed")
    writer = people.api_headers(made.owner, "read", "write")
    refused(client.post(f"{base}/select", headers=writer, json={"entry_id": entry_of(made).id}), 403, "missing_scope")
    manager = people.api_headers(made.owner)
    refused(client.post(f"{base}/select", headers=manager, json={}), 422, "invalid")
    refused(client.post(f"{base}/select", headers=manager, json={"entry_id": 9999}), 404, "not_found")
    refused(client.post(f"{base}/end", headers=manager, json={"reason": "No."}), 422, "reason_missing")
    db.session.refresh(made.challenge)
    assert made.challenge.state is ChallengeState.JUDGING and db.session.query(Award).count() == 0


def test_ending_and_declining_by_key(made: Made, client: FlaskClient, app: Flask) -> None:
    other, award = make.selected(days=2)
    key = people.api_headers(other.solvers[0])
    assert client.post(f"/api/v1/awards/{award.id}/decline", headers=key, json={}).json["state"] == "declined"
    manager = people.api_headers(made.owner)
    assert client.post(f"/api/v1/challenges/{made.challenge.slug}/end", headers=manager, json={"reason": "x" * 30}).status_code == 204
    db.session.refresh(made.challenge)
    assert made.challenge.state is ChallengeState.ENDED


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(app: Flask, language: str) -> None:
    made, award = make.selected(days=2)
    judged = make.judged(days=2)
    manager, winner = make.signed_in(app.test_client(), made.owner), make.signed_in(app.test_client(), made.solvers[0])
    seeker = make.signed_in(app.test_client(), judged.owner)
    for client, paths in (
        (manager, [f"/awards/{award.id}", f"/challenges/{made.challenge.slug}/select", f"/challenges/{made.challenge.slug}/judging"]),
        (winner, [f"/awards/{award.id}", f"/entries/{award.entry_id}", "/my/entries"]),
        (seeker, [f"/challenges/{judged.challenge.slug}/{tail}" for tail in ("select", f"select/{entry_of(judged).id}", "end")]),
    ):
        client.set_cookie("lang", language)
        for path in paths:
            assert client.get(path).status_code == 200, path
    assert queries.of_entry(award.entry_id) is not None
