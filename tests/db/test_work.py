"""The unit of work: all or nothing, and no change overwritten unseen."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.core.accounts.models import Person
from hub.db import engine, journal, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel.errors import Conflict, TooMany
from tests.factories import people

GATED = pytest.mark.only_on("sqlite")  # the gate belongs to SQLite


@pytest.fixture
def ada(app: Flask) -> int:
    return people.person("Ada").id


def name_of(person_id: int) -> str:
    with db.engine.connect() as other:
        return str(other.execute(text("SELECT name FROM person WHERE id = :id"), {"id": person_id}).scalar_one())


def rename(person_id: int, name: str) -> None:
    db.session.get_one(Person, person_id).name = name


def test_a_unit_commits_at_its_end_and_not_before(ada: int) -> None:
    with work.unit():
        rename(ada, "Countess")
        db.session.flush()
        assert name_of(ada) == "Ada"
    assert name_of(ada) == "Countess"


def test_a_unit_that_fails_leaves_nothing(ada: int) -> None:
    with pytest.raises(KeyboardInterrupt), work.unit():
        rename(ada, "Countess")
        db.session.flush()
        raise KeyboardInterrupt
    assert name_of(ada) == "Ada" and db.session.get_one(Person, ada).name == "Ada"


def test_a_constraint_broken_at_the_end_leaves_nothing(ada: int) -> None:
    before = db.session.query(JournalRow).count()
    with pytest.raises(IntegrityError), work.unit():
        rename(ada, "")
        journal.record(_event(), actor=people.actor_of(db.session.get_one(Person, ada)))
    assert name_of(ada) == "Ada" and db.session.query(JournalRow).count() == before


def _event() -> object:
    from hub.core.accounts.events import EmailVerified

    return EmailVerified(person_id=1)


def test_of_two_who_change_what_they_read_the_second_is_told(ada: int) -> None:
    seen_before = db.session.get_one(Person, ada)
    db.session.expunge(seen_before)
    with work.unit():
        rename(ada, "First")
    with pytest.raises(Conflict, match="Somebody else changed this"), work.unit():
        db.session.add(seen_before)
        seen_before.name = "Second"
    assert name_of(ada) == "First"
    with work.unit():
        rename(ada, "Second, after looking again")
    assert name_of(ada) == "Second, after looking again"


def test_starting_to_write_reads_afresh(ada: int) -> None:
    assert db.session.get_one(Person, ada).name == "Ada"
    with db.engine.begin() as other:
        other.execute(text("UPDATE person SET name = 'Changed' WHERE id = :id"), {"id": ada})
    work.start_writing()
    assert db.session.get_one(Person, ada).name == "Changed"
    work.rollback()


def test_outside_keeps_what_was_done_and_holds_nothing(ada: int) -> None:
    with work.unit():
        rename(ada, "Before")
        with work.outside():
            assert name_of(ada) == "Before"
            with db.engine.connect().execution_options(**{engine.WRITES: True}) as other, other.begin():
                other.execute(text("UPDATE person SET language = 'zh' WHERE id = :id"), {"id": ada})
        rename(ada, "After")
    assert name_of(ada) == "After"
    assert db.session.get_one(Person, ada).language == "zh"


def test_what_fails_outside_undoes_only_what_comes_after(ada: int) -> None:
    with pytest.raises(OSError), work.unit():
        rename(ada, "Before")
        with work.outside():
            raise OSError("no mail server")
    assert name_of(ada) == "Before"
    with work.unit():
        rename(ada, "Still able to write")
    assert name_of(ada) == "Still able to write"


# One writer at a time


@GATED
def test_a_second_writer_waits_for_the_first(app: Flask, ada: int) -> None:
    order: list[str] = []

    def second() -> None:
        with app.app_context(), work.unit():
            order.append("second begins")
            rename(ada, db.session.get_one(Person, ada).name + "!")

    with work.unit():
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        rename(ada, "First")
        order.append("first ends")
    thread.join(10)
    assert order == ["first ends", "second begins"] and name_of(ada) == "First!"


@GATED
def test_readers_do_not_wait_for_a_writer(app: Flask, ada: int) -> None:
    with work.unit():
        rename(ada, "Changing")
        db.session.flush()
        began = time.monotonic()
        assert name_of(ada) == "Ada"
        assert time.monotonic() - began < 1


@GATED
def test_whoever_waits_too_long_is_told_to_come_back(app: Flask, ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    refused: list[TooMany] = []

    def second() -> None:
        with app.app_context():
            try:
                work.start_writing()
            except TooMany as error:
                refused.append(error)

    with work.unit():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
    assert len(refused) == 1 and refused[0].retry_after == 5
    with work.unit():
        rename(ada, "The gate is open again")
    assert name_of(ada) == "The gate is open again"


@GATED
def test_a_gate_that_cannot_be_opened_is_not_locked_for_ever(ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no locks left")

    with monkeypatch.context() as patched:
        patched.setattr(engine.fcntl, "flock", broken)
        with pytest.raises(OSError, match="no locks left"):
            work.start_writing()
    work.rollback()
    with work.unit():
        rename(ada, "Through again")
    assert name_of(ada) == "Through again"


@GATED
def test_a_program_that_writes_past_the_gate_is_an_error_that_the_doors_know(ada: int) -> None:
    db.session.execute(text("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as elsewhere:
        elsewhere.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), work.unit():
            rename(ada, "Countess")
    with work.unit():
        rename(ada, "Lovelace")
    assert name_of(ada) == "Lovelace"
