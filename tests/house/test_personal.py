"""No table is forgotten: each says what it holds of people, what of it they are given, and whether it goes when they go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, select

from hub.db import personal, retention
from hub.db.extensions import db

HINT = """
{table} says nothing about people. End its models.py with one line (see hub/db/personal.py):
    holds_of_person("{table}", "person_id", what=N_("Your ..."), erase=True)           their own rows, deleted with the account
    holds_of_person("{table}", "person_id", what=N_("Your ..."), keeps=CONTRACT)       their own rows that stay, and why
    holds_of_person("{table}", acted="decided_by", keeps=OFFICE)                       somebody else's rows that name people
    holds_of_nobody("{table}", because="...")                                          about nobody
Secrets are kept out of exports with hides="token_hash"; rows that are sealed, signed or refused changes by a trigger are fixed=True.
"""
ALSO_PEOPLE = {("journal", "actor_id"), ("transaction", "actor_id"), ("pending", "actor_id")}
"""Columns that name a person without a foreign key."""
SECRETS = ("secret", "_hash", "token", "salt")
NOT_SECRET = {"terms_hash", "manifest_hash", "source_hash", "params_hash", "request_hash"}


def people_in(table: Any) -> set[str]:
    named = {column.name for column in table.columns for key in column.foreign_keys if key.target_fullname == "person.id"}
    return named | {column for name, column in ALSO_PEOPLE if name == table.name}


def test_every_table_says_what_it_holds_of_people(app):
    said = {one.table for one in personal.holdings()} | set(personal.nobodys())
    silent = sorted(set(db.metadata.tables) - said)
    assert not silent, HINT.format(table=silent[0]) + f"\nAll silent tables: {silent}"
    assert not {one.table for one in personal.holdings()} & set(personal.nobodys())


def test_every_column_that_names_a_person_is_told_of(app):
    for table in db.metadata.tables.values():
        one = next((one for one in personal.holdings() if one.table == table.name), None)
        told = set() if one is None else {*one.acted, *(personal.end_of(table, way).name for way in one.by.split() if "." not in way)}
        assert not people_in(table) - told, f"{table.name} names people in {sorted(people_in(table) - told)}: put them into by= or acted="


def test_every_way_leads_to_a_person_and_every_column_is_there(app):
    for one in personal.holdings():
        for name in (*one.acted, *one.hides, *one.clears):
            assert name in one.of.columns, (one.table, name)
        if one.by:
            assert db.session.execute(select(one.of).where(one.own(0))).all() == []
            assert db.session.execute(select(one.of).where(one.erased(0))).all() == []
        for way in one.by.split():
            end = personal.end_of(one.of, way)
            known = (end.table.name, end.name) in ALSO_PEOPLE or any(key.target_fullname == "person.id" for key in end.foreign_keys)
            assert known or one.table == "person" or {":", "~"} & set(way), (one.table, way)


def test_what_goes_without_a_word_is_named_by_nothing_that_stays(app):
    goes = {one.table for one in personal.holdings() if one.erase and not one.keeps}
    for table in db.metadata.tables.values():
        for column in table.columns:
            named = {key.column.table.name for key in column.foreign_keys}
            assert not named & goes or table.name in goes, f"{table.name}.{column.name} keeps rows of {named & goes} from going: say keeps="


def test_no_secret_is_given_away(app):
    for one in personal.holdings():
        if one.by:
            given = {column.name for column in one.shown}
            secret = {name for name in given if any(part in name for part in SECRETS)} - NOT_SECRET
            assert not {name for name in secret if name not in ("commitment",)} & {c.name for c in one.texts}, one.table


@pytest.mark.only_on("sqlite")  # the triggers are the same on both
def test_what_cannot_be_changed_is_said_to_be_fixed(app):
    """A table whose trigger refuses every change would stop an erasure halfway."""
    rows = db.session.connection().exec_driver_sql("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    refusing = {table for table, sql in rows if "BEFORE UPDATE ON" in sql.upper().replace("  ", " ") and " WHEN " not in sql.upper()}
    changeable = {one.table for one in personal.holdings() if not one.fixed} | set(personal.nobodys())
    texts = {table for table in refusing & changeable if any(personal.is_text(c.type) for c in db.metadata.tables[table].columns)}
    known = {table for table in texts if table.startswith("evidence_") or table in ("paper_series", "paper_fact")}
    assert not texts - known, f"fixed=True is missing: {sorted(texts - known)}"


def test_what_grows_old_can_be_counted_and_forgotten(app):
    assert inspect(db.engine).has_table("retention")
    for kind, one in retention.aging().items():
        assert one.least <= one.days <= one.most, kind
        assert len(list(one.of.primary_key)) == 1
        for part, column, file_column in one.parts:
            assert db.metadata.tables[part].columns[column].foreign_keys
            assert not file_column or db.metadata.tables[part].columns[file_column].foreign_keys
