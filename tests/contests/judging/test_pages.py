"""The HTML and JSON doors of the judging room."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry, EntryView
from hub.contests.judging import operations, queries
from hub.contests.judging.models import Judge, Score
from hub.contests.judging.states import State
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.web import todo
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest


@pytest.fixture
def made(app: Flask) -> Made:
    """Closed, with two sealed entries and one accepted judge."""
    built = make.contest(solvers=2, judges=1)
    with work.unit():
        for person in built.solvers:
            make.seal(built.challenge, people.actor_of(person), files={"data.csv": b"1\n"})
        make.appoint(built.challenge, built.manager, built.judges[0])
        make.close(built.challenge)
    return built


def entry_of(made: Made, number: int = 0) -> Entry:
    db.session.rollback()
    found = entries.mine_in(people.actor_of(made.solvers[number]), made.challenge)
    assert found is not None
    return found


def filled(made: Made, points: str = "8", reason: str = make.REASON) -> dict[str, str]:
    """The scorer's form, every row filled."""
    rows: dict[str, str] = {}
    for criterion in made.challenge.criteria:
        rows |= {f"score-{criterion.id}": "1" if criterion.kind == "must" else points, f"reason-{criterion.id}": reason}
    return rows


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_judge_is_asked_declares_reads_and_scores(app: Flask) -> None:
    built = make.contest(judges=1)
    with work.unit():
        make.seal(built.challenge, people.actor_of(built.solvers[0]), files={"data.csv": b"1\n"})
    manager = make.signed_in(app.test_client(), built.owner)
    asked = manager.post(f"/challenges/{built.challenge.slug}/judges", data={"email": built.judges[0].email})
    assert asked.status_code == 302
    client = make.signed_in(app.test_client(), built.judges[0])
    judge = db.session.query(Judge).one()
    assert "You are asked to judge" in client.get("/judge").text
    declaration = client.get(f"/judge/appointments/{judge.id}").text
    assert "I did not enter this challenge" in declaration
    unticked = client.post(f"/judge/appointments/{judge.id}/accept", data={})
    assert unticked.status_code == 422 and "Tick the declaration" in unticked.text
    assert client.post(f"/judge/appointments/{judge.id}/accept", data={"declared": "1"}).headers["Location"] == "/judge"
    assert built.challenge.closes_at is not None
    clock.set_to(built.challenge.closes_at)

    client = make.signed_in(app.test_client(), built.judges[0])
    number = entry_of(built).id
    page = client.get(f"/judge/entries/{number}").text  # this look also closes the challenge at its deadline
    assert make.TITLE in page and "<strong>5 ppm</strong>" in page and "data.csv" in page
    assert built.solvers[0].name not in page and built.solvers[0].handle not in page
    assert client.post(f"/judge/entries/{number}", data=filled(built)).headers["Location"] == "/judge"
    assert queries.sheet(built.challenge).complete


def test_what_the_judge_reads_is_the_sealed_text_whatever_the_draft_says_now(app: Flask) -> None:
    built = make.contest(judges=1)
    author = people.actor_of(built.solvers[0])
    with work.unit():
        make.seal(built.challenge, author)
        entry_operations.save(actor=author, entry=entries.own_in(author, built.challenge), title="Rewritten", body="Later words")
        make.appoint(built.challenge, built.manager, built.judges[0])
        make.close(built.challenge)
    page = make.signed_in(app.test_client(), built.judges[0]).get(f"/judge/entries/{entry_of(built).id}").text
    assert make.TITLE in page and "Rewritten" not in page and "Later words" not in page


def test_every_look_and_download_of_the_judge_is_shown_to_the_author(made: Made, app: Flask) -> None:
    judge = make.signed_in(app.test_client(), made.judges[0])
    entry = entry_of(made)
    judge.get(f"/judge/entries/{entry.id}")
    file_id = entries.sealed(entry).files[0].id
    assert judge.get(f"/entries/{entry.id}/files/{file_id}").data == b"1\n"
    author = make.signed_in(app.test_client(), made.solvers[0])
    page = author.get(f"/entries/{entry.id}/looks").text
    assert "read the entry" in page and "downloaded data.csv" in page and made.judges[0].name not in page
    assert db.session.query(EntryView).count() == 2


def test_a_refused_scorer_keeps_what_was_typed_and_stores_nothing(made: Made, app: Flask) -> None:
    judge, number = make.signed_in(app.test_client(), made.judges[0]), entry_of(made).id
    _, cost, proof = made.challenge.criteria
    thin = filled(made) | {f"reason-{cost.id}": "thin", f"score-{proof.id}": ""}
    answer = judge.post(f"/judge/entries/{number}", data=thin)
    assert answer.status_code == 422
    assert "at least 20 characters" in answer.text and "Give a whole number of points" in answer.text
    assert re.search(rf'name="score-{cost.id}" value="8" checked', answer.text) and make.REASON in answer.text
    assert db.session.query(Score).count() == 0
    for junk in ("8.5", "11", "-1", "eight", "9" * 40):
        assert judge.post(f"/judge/entries/{number}", data=filled(made, points=junk)).status_code == 422
    assert db.session.query(Score).count() == 0


def test_some_criteria_now_and_the_rest_later_then_on_to_the_next_entry(made: Made, app: Flask) -> None:
    judge, first, second = make.signed_in(app.test_client(), made.judges[0]), entry_of(made).id, entry_of(made, 1).id
    must = made.challenge.criteria[0]
    some = {f"score-{must.id}": "1", f"reason-{must.id}": make.REASON}
    assert judge.post(f"/judge/entries/{first}", data=some).headers["Location"] == "/judge"
    assert "1 of 3" in judge.get("/judge").text
    assert judge.post(f"/judge/entries/{first}", data=filled(made)).headers["Location"] == f"/judge/entries/{second}"
    assert judge.post(f"/judge/entries/{second}", data=filled(made)).headers["Location"] == "/judge"


def test_the_seeker_sees_progress_ranking_and_method_and_may_not_score(made: Made, app: Flask) -> None:
    with work.unit():
        make.score(entry_of(made), people.actor_of(made.judges[0]), 8)
    manager = make.signed_in(app.test_client(), made.owner)
    page = manager.get(f"/challenges/{made.challenge.slug}/judging").text
    assert "3 of 6" in page and "8.00" in page and "3 criteria without a score" in page and "equal totals share a place" in page
    assert made.solvers[0].name not in page
    assert manager.get(f"/judge/entries/{entry_of(made).id}").status_code == 404
    assert manager.post(f"/judge/entries/{entry_of(made).id}", data=filled(made)).status_code == 404
    assert db.session.query(Score).count() == 3


def test_the_sheet_and_the_appointing_are_for_the_seeker_alone(made: Made, app: Flask) -> None:
    someone = people.person("Someone")
    for person in (made.solvers[0], made.judges[0], someone):
        other = make.signed_in(app.test_client(), person)
        assert other.get(f"/challenges/{made.challenge.slug}/judging").status_code == 403
        assert other.post(f"/challenges/{made.challenge.slug}/judges", data={"email": someone.email}).status_code == 403
    judge = queries.appointment(made.challenge.id, made.judges[0].id)
    assert judge is not None
    other = make.signed_in(app.test_client(), someone)
    assert other.get(f"/judge/appointments/{judge.id}").status_code == 404
    assert other.post(f"/judges/{judge.id}/dismiss").status_code == 404
    assert app.test_client().get("/judge").status_code == 302
    db.session.rollback()
    assert [row.state for row in db.session.query(Judge)] == [State.ACCEPTED]


def test_an_address_without_an_account_is_named_beside_the_field(made: Made, app: Flask) -> None:
    manager = make.signed_in(app.test_client(), made.owner)
    answer = manager.post(f"/challenges/{made.challenge.slug}/judges", data={"email": "nobody@example.org"})
    assert answer.status_code == 422
    assert "Nobody has an account with this address" in answer.text and 'value="nobody@example.org"' in answer.text


def test_dismissing_and_stepping_down(made: Made, app: Flask) -> None:
    judge = queries.appointment(made.challenge.id, made.judges[0].id)
    assert judge is not None
    number = judge.id
    client = make.signed_in(app.test_client(), made.judges[0])
    assert client.post(f"/judge/appointments/{number}/decline", data={"reason": "No time."}).status_code == 302
    assert client.get(f"/judge/entries/{entry_of(made).id}").status_code == 404
    manager = make.signed_in(app.test_client(), made.owner)
    assert "No time." in manager.get(f"/challenges/{made.challenge.slug}/judging").text
    assert manager.post(f"/judges/{number}/dismiss").status_code == 409  # there is nobody to dismiss any more


def test_once_the_licence_to_read_has_ended_reasons_can_still_be_given_unread(made: Made, app: Flask) -> None:
    clock.set_to(entries.licence_ends(made.challenge))
    judge, number = make.signed_in(app.test_client(), made.judges[0]), entry_of(made).id
    page = judge.get(f"/judge/entries/{number}").text
    assert "licence to read the entries ended" in page and "curcumin" not in page
    assert db.session.query(EntryView).count() == 0
    assert judge.post(f"/judge/entries/{number}", data=filled(made)).status_code == 302


def test_home_says_what_waits(made: Made, app: Flask) -> None:
    def waiting(person: Any) -> list[str]:
        with app.test_request_context():
            return [item.title for item in todo.todos(people.actor_of(person)) if item.mode == "contest"]

    assert waiting(made.judges[0]) == ["Score 2 entries"]
    assert waiting(made.owner) == ["See to the judging: 0 of 6 reasons given"]
    both = [entry_of(made), entry_of(made, 1)]
    with work.unit():
        for entry in both:
            make.score(entry, people.actor_of(made.judges[0]))
    assert waiting(made.judges[0]) == [] and waiting(made.owner) == ["Select the winner"]


def test_the_challenge_page_leads_judges_and_managers_on(made: Made, app: Flask) -> None:
    page = f"/challenges/{made.challenge.slug}"
    assert "Entries to judge" in make.signed_in(app.test_client(), made.judges[0]).get(page).text
    assert "Judging and ranking" in make.signed_in(app.test_client(), made.owner).get(page).text


# By key


def test_the_same_by_key(app: Flask, client: FlaskClient) -> None:
    built = make.contest(judges=1)
    with work.unit():
        make.seal(built.challenge, people.actor_of(built.solvers[0]))
    base, manager, judge = (
        f"/api/v1/challenges/{built.challenge.slug}",
        people.api_headers(built.owner),
        people.api_headers(built.judges[0]),
    )
    asked = client.post(f"{base}/judges", headers=manager, json={"email": built.judges[0].email})
    assert asked.status_code == 201
    mine = client.get("/api/v1/judge/appointments", headers=judge).json
    assert [row["id"] for row in mine] == [asked.json["id"]]
    refused(client.post(f"/api/v1/judges/{mine[0]['id']}/accept", headers=judge, json={}), 422, "not_declared")
    assert client.post(f"/api/v1/judges/{mine[0]['id']}/accept", headers=judge, json={"declared": True}).json["state"] == "accepted"
    with work.unit():
        make.close(built.challenge)
    (todo_row,) = client.get("/api/v1/judge/entries", headers=judge).json
    assert (todo_row["done"], todo_row["of"]) == (0, 3)
    url = f"/api/v1/entries/{todo_row['entry_id']}/scores"
    must, cost, proof = built.challenge.criteria
    sent = [
        {"criterion_id": must.id, "met": True, "reason": make.REASON},
        {"criterion_id": cost.id, "points": 9, "reason": make.REASON},
        {"criterion_id": proof.id, "points": 5, "reason": make.REASON},
    ]
    assert len(client.post(url, headers=judge, json={"scores": sent}).json) == 3
    assert [row["points"] for row in client.get(url, headers=judge).json] == [1, 9, 5]
    sheet = client.get(f"{base}/judging", headers=manager).json
    assert sheet["complete"] and sheet["missing"] == 0 and "weighted" in sheet["method"]
    assert [(row["place"], row["total"], row["means"][str(cost.id)]) for row in sheet["standings"]] == [(1, "7.40", "9.00")]


def test_bad_scores_by_key_change_nothing(made: Made, client: FlaskClient) -> None:
    judge, url = people.api_headers(made.judges[0]), f"/api/v1/entries/{entry_of(made).id}/scores"
    must, cost, proof = made.challenge.criteria
    good = {"criterion_id": cost.id, "points": 5, "reason": make.REASON}
    for bad, code in (
        ({**good, "points": 11}, "invalid"), ({**good, "points": "5"}, "invalid"), ({**good, "points": 5.5}, "invalid"),
        ({**good, "met": True}, "invalid"), ({"criterion_id": cost.id, "reason": make.REASON}, "invalid"),
        ({**good, "reason": "thin"}, "score_invalid"), ({**good, "criterion_id": must.id}, "score_invalid"),
    ):  # fmt: skip
        refused(client.post(url, headers=judge, json={"scores": [{**good, "criterion_id": proof.id}, bad]}), 422, code)
    refused(client.post(url, headers=judge, json={"scores": []}), 422, "invalid")
    refused(client.post(url, headers=judge, json={"scores": [{**good, "criterion_id": 99999}]}), 404, "not_found")
    for other in (made.owner, made.solvers[0], made.solvers[1]):
        refused(client.post(url, headers=people.api_headers(other), json={"scores": [good]}), 404, "not_found")
    refused(client.get(f"/api/v1/challenges/{made.challenge.slug}/judging", headers=judge), 403, "not_allowed")
    refused(client.get(f"/api/v1/challenges/{made.challenge.slug}/judges", headers=judge), 403, "not_allowed")
    assert db.session.query(Score).count() == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(made: Made, app: Flask, language: str) -> None:
    with work.unit():
        make.score(entry_of(made), people.actor_of(made.judges[0]))
        operations.appoint(actor=made.manager, challenge=made.challenge, email=people.person("Second judge").email)
    judge, manager = make.signed_in(app.test_client(), made.judges[0]), make.signed_in(app.test_client(), made.owner)
    appointed = queries.appointment(made.challenge.id, made.judges[0].id)
    assert appointed is not None
    for client, paths in (
        (judge, ["/judge", f"/judge/appointments/{appointed.id}", f"/judge/entries/{entry_of(made).id}"]),
        (manager, [f"/challenges/{made.challenge.slug}/judging", f"/entries/{entry_of(made).id}"]),
    ):
        client.set_cookie("lang", language)
        for path in paths:
            assert client.get(path).status_code == 200, path
