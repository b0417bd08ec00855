"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.contests.entries import operations, queries
from hub.contests.entries.models import Seal
from hub.contests.entries.states import LIFE, State
from hub.db import work
from hub.db.extensions import db
from tests.factories import entries as make
from tests.factories import people


@pytest.fixture
def seal(app: Flask) -> Seal:
    """A sealed entry at which the seeker has looked."""
    made = make.contest()
    with work.unit():
        sealed = make.seal(made.challenge, people.actor_of(made.solvers[0]))
        make.close(made.challenge)
        operations.look(actor=made.manager, entry=queries.find(sealed.entry_id))
    return sealed


@pytest.mark.parametrize("table", ["entry_view", "seal"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET entry_id = entry_id", "DELETE FROM {table}"])
def test_seals_and_looks_are_neither_changed_nor_removed(seal: Seal, table: str, statement: str) -> None:
    rows = db.session.execute(text(f"SELECT * FROM {table}")).all()
    assert rows
    db.session.rollback()
    with pytest.raises(IntegrityError, match="never"):
        db.session.execute(text(statement.format(table=table)))
    db.session.rollback()
    assert db.session.execute(text(f"SELECT * FROM {table}")).all() == rows


def test_a_seal_is_not_changed_through_the_objects_either(seal: Seal) -> None:
    number = seal.id
    with pytest.raises(IntegrityError), work.unit():
        db.session.get_one(Seal, number).hash = "f" * 64
    with pytest.raises(IntegrityError), work.unit():
        db.session.delete(db.session.get_one(Seal, number))
    assert db.session.get_one(Seal, number).hash != "f" * 64


@pytest.mark.parametrize("change", ["state = 'nonsense'", "state = 'sealed', sealed_at = NULL", "challenge_id = 999", "person_id = 999"])
def test_the_entry_table_repeats_the_invariants(seal: Seal, change: str) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(text(f"UPDATE entry SET {change}"))
    db.session.rollback()


def test_one_entry_a_person_and_challenge(seal: Seal) -> None:
    entry = queries.find(seal.entry_id)
    columns = "challenge_id, person_id, title, body, state, version, created_at, updated_at"
    with pytest.raises(IntegrityError):
        db.session.execute(text(f"INSERT INTO entry ({columns}) SELECT {columns} FROM entry WHERE id = {entry.id}"))
    db.session.rollback()


def test_every_state_is_reached_and_drawn() -> None:
    assert LIFE.reachable() == set(State)
    assert LIFE.diagram().count("-->") == len(LIFE.moves) + 1
