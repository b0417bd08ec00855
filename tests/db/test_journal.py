"""The journal: part of the transaction, chained, and nothing but facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask

from hub.db import journal, work
from hub.db.extensions import db
from hub.db.journal import GENESIS, Delivery, JournalHead, JournalRow
from hub.kernel import clock, sealing
from hub.kernel.actor import SYSTEM, Actor


@dataclass(frozen=True)
class Noted:
    number: int
    words: list[str] = field(default_factory=lambda: ["ä", "你好"])


def rows() -> list[JournalRow]:
    return db.session.query(JournalRow).order_by(JournalRow.id).all()


def note(number: int, **more: str) -> None:
    journal.record(Noted(number), actor=SYSTEM, **more)


def test_a_fact_is_kept_with_who_when_and_what_about(app: Flask) -> None:
    actor = Actor(person_id=7, credential="session:3")
    with work.unit():
        journal.record(Noted(1), actor=actor, subject="entry:5", scope="challenge:2")
    [row] = rows()
    assert (row.id, row.kind, row.facts) == (1, "Noted", {"number": 1, "words": ["ä", "你好"]})
    assert (row.actor_id, row.credential, row.subject, row.scope, row.at) == (7, "session:3", "entry:5", "challenge:2", clock.now())


def test_the_scope_is_the_subject_unless_named(app: Flask) -> None:
    with work.unit():
        note(1, subject="entry:5")
    assert rows()[0].scope == "entry:5"


def test_every_row_carries_the_hash_of_the_one_before(app: Flask) -> None:
    for batch in ((1, 2), (3,), (4, 5)):
        with work.unit():
            for number in batch:
                note(number)
        clock.advance(timedelta(microseconds=1))
    db.session.expire_all()
    found = rows()
    assert [row.facts["number"] for row in found] == [row.id for row in found] == [1, 2, 3, 4, 5]
    assert [row.previous for row in found] == [GENESIS, *(row.hash for row in found[:-1])]
    assert all(row.hash == sealing.digest(row.sealed_facts()) for row in found)
    head = db.session.get_one(JournalHead, 1)
    assert (head.last_id, head.hash) == (5, found[-1].hash) and journal.last_id() == 5


def test_a_rolled_back_fact_never_happened(app: Flask) -> None:
    with pytest.raises(RuntimeError), work.unit():
        note(1)
        assert journal.pending_kinds() == ["Noted"]
        raise RuntimeError
    assert journal.pending_kinds() == [] and rows() == []
    with work.unit():
        note(2)
    assert [(row.id, row.previous) for row in rows()] == [(1, GENESIS)]


def test_a_fact_that_has_no_canonical_form_stops_the_whole_transaction(app: Flask) -> None:
    with pytest.raises(TypeError, match="floats"), work.unit():
        note(1)
        journal.record(Noted(1.5), actor=SYSTEM)  # type: ignore[arg-type]
    assert rows() == []


def test_each_reaction_to_a_fact_is_due_with_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(journal._reactions, "Noted", [("one", Noted, print), ("two", Noted, print)])
    with work.unit():
        note(1)
    assert sorted((d.journal_id, d.reaction, d.attempts) for d in db.session.query(Delivery)) == [(1, "one", 0), (1, "two", 0)]


def test_a_reaction_registered_twice_is_called_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_reactions", {})

    def reaction(event: Noted, fact: journal.Fact) -> None: ...

    journal.reacts_to(Noted)(reaction)
    journal.reacts_to(Noted)(reaction)
    assert [call for _, _, call in journal._reactions["Noted"]] == [reaction]
