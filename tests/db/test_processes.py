"""Eight processes write at once: nothing is lost, the chain stays whole, one key has one effect."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, jsonify
from sqlalchemy import text

from hub.core.accounts.models import Person
from hub.core.audit import queries as audit
from hub.db import journal, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.db.once import OnceKey
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict
from hub.web.handle import actor, writes
from tests.conftest import POSTGRES
from tests.db.processes import together
from tests.factories import people

WRITERS, TIMES = 8, 25


@dataclass(frozen=True)
class Counted:
    writer: int
    number: int


def count_up(person_id: int, writer: int) -> None:
    """Read, add one, write: the pattern that loses updates when transactions begin too late."""
    for number in range(TIMES):
        while True:
            try:
                with work.unit():
                    person = db.session.get_one(Person, person_id)
                    person.state_reason = str(int(person.state_reason or 0) + 1)
                    journal.record(Counted(writer, number), actor=SYSTEM)
                break
            except Conflict:  # PostgreSQL lets both read; the row's version tells the second
                assert POSTGRES, "on SQLite nobody can be overtaken"


def test_eight_writers_lose_no_update_and_keep_the_chain_whole(app: Flask) -> None:
    ada = people.person()
    together(count_up, *((ada.id, writer) for writer in range(WRITERS)))
    db.session.expire_all()
    assert db.session.get_one(Person, ada.id).state_reason == str(WRITERS * TIMES)
    counted = [row.facts for row in db.session.query(JournalRow).filter_by(kind="Counted").order_by(JournalRow.id)]
    assert len(counted) == WRITERS * TIMES
    for writer in range(WRITERS):
        assert [c["number"] for c in counted if c["writer"] == writer] == list(range(TIMES))
    assert audit.verify().ok


def add_in_sql(person_id: int) -> None:
    for _ in range(TIMES):
        with work.unit():
            db.session.execute(
                text("UPDATE person SET state_reason = CAST(CAST(state_reason AS INTEGER) + 1 AS TEXT) WHERE id = :id"), {"id": person_id}
            )


def test_eight_writers_in_plain_sql_lose_no_update(app: Flask) -> None:
    ada = people.person()
    with work.unit():
        db.session.get_one(Person, ada.id).state_reason = "0"
    together(add_in_sql, *((ada.id,) for _ in range(WRITERS)))
    assert db.session.scalar(text("SELECT state_reason FROM person")) == str(WRITERS * TIMES)


# One key, one effect


@pytest.fixture
def counting_app(own_app: Flask) -> Flask:
    """An application with one more address, whose every effect leaves a fact."""

    @writes
    def effect() -> Any:
        journal.record(Counted(0, 0), actor=actor())
        return jsonify(number=journal.last_id() + 1), 201

    @writes
    def refusal() -> Any:
        journal.record(Counted(0, 0), actor=actor())
        raise Conflict("Not like this.")

    own_app.add_url_rule("/api/v1/effect", view_func=effect, methods=["POST"])
    own_app.add_url_rule("/api/v1/refusal", view_func=refusal, methods=["POST"])
    return own_app


def effects() -> int:
    return db.session.query(JournalRow).filter_by(kind="Counted").count()


def test_the_same_key_sent_eight_times_at_once_has_one_effect(counting_app: Flask) -> None:
    headers = {**people.api_headers(people.person()), "Idempotency-Key": "pay-1"}
    start, answers = threading.Barrier(WRITERS), []

    def send() -> None:
        with counting_app.app_context():
            start.wait(10)
            answers.append(counting_app.test_client().post("/api/v1/effect", json={"a": 1}, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [201] * WRITERS
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == WRITERS - 1
    db.session.rollback()
    assert effects() == 1 and db.session.query(OnceKey).count() == 1


def test_a_key_with_other_content_is_refused_and_changes_nothing(counting_app: Flask) -> None:
    client, headers = counting_app.test_client(), {**people.api_headers(people.person()), "Idempotency-Key": "pay-1"}
    assert client.post("/api/v1/effect", json={"a": 1}, headers=headers).status_code == 201
    answer = client.post("/api/v1/effect", json={"a": 2}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")
    assert effects() == 1


def test_a_key_belongs_to_its_person_and_its_address(counting_app: Flask) -> None:
    client = counting_app.test_client()
    for person in (people.person(), people.person()):
        headers = {**people.api_headers(person), "Idempotency-Key": "pay-1"}
        assert client.post("/api/v1/effect", json={}, headers=headers).status_code == 201
    assert effects() == 2


def test_a_refused_request_leaves_its_key_free_for_another_try(counting_app: Flask) -> None:
    client, headers = counting_app.test_client(), {**people.api_headers(people.person()), "Idempotency-Key": "pay-1"}
    for _ in range(2):
        assert client.post("/api/v1/refusal", json={}, headers=headers).status_code == 409
    assert effects() == 0 and db.session.query(OnceKey).count() == 0


def test_a_key_of_absurd_length_is_refused(counting_app: Flask) -> None:
    headers = {**people.api_headers(people.person()), "Idempotency-Key": "x" * 201}
    assert counting_app.test_client().post("/api/v1/effect", json={}, headers=headers).status_code == 422
    assert effects() == 0
