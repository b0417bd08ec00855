"""Whatever a person is called, leaving takes nothing away from others: every row of the whole site is looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from hub.core.accounts.models import Person
from hub.core.accounts.rules import former
from hub.core.erasure import operations
from hub.core.erasure.rules import Sought
from hub.core.messages.models import Notification
from hub.db import personal
from hub.db.extensions import db
from hub.kernel.taxonomy import Sector
from hub.kernel.whose import whose
from tests.house.matrix.places import EMAILS
from tests.house.matrix.world import World

Rows = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]
NASTY = ("en", "USD", "a", "%", "string", str(next(iter(Sector))))


def rows() -> Rows:
    found: Rows = {}
    for name in operations.tables():
        table = db.metadata.tables[name]
        for row in db.session.execute(select(table)).mappings():
            found[name, tuple(row[column.name] for column in table.primary_key)] = dict(row)
    return found


def sweep(person_id: int, name: str, email: str = "a@b.example", handle: str = "robotics") -> None:
    """What the worker does, without keeping it."""
    then = former(person_id)
    erasure: Any = SimpleNamespace(
        person_id=person_id, sought=Sought(email, handle, name, then.email, then.handle, then.name).facts(), changed=0
    )
    for table in operations.tables():
        after = None
        while keys := operations.found(erasure=erasure, table=table, after=after):
            operations.clean(erasure=erasure, table=table, keys=keys)
            after = keys[-1]


@pytest.fixture
def site(world: World):
    with world.app.app_context():
        yield world
        db.session.rollback()


def test_whoever_has_done_nothing_here_takes_nothing_along(site):
    before = rows()
    others = db.session.execute(select(Person.name, Person.handle, Person.email).limit(3)).all()
    for name in (*NASTY, others[0].name):
        sweep(10**6, name)
    for one in others[1:]:  # the end of another's address, the beginning of their handle
        sweep(10**6, "Nobody Else", email=one.email[1:], handle=one.handle[:-1])
    assert len(before) > 1000 and rows() == before


def test_of_somebody_with_traces_everywhere_their_own_words_alone_are_changed(site):
    person = db.session.scalars(select(Person).where(Person.email == EMAILS["author"])).one()
    before, changed = rows(), set()
    for name in NASTY[:3]:
        sweep(person.id, name)
    after = rows()
    assert after.keys() == before.keys()
    holdings = {one.table: one for one in personal.holdings()}
    for (table, key), row in after.items():
        columns = {name for name, value in row.items() if value != before[table, key][name]}
        if not columns:
            continue
        changed.add(table)
        one = holdings[table]
        if columns <= set(one.copies):
            assert person.id in whose(row[next(iter(columns))]).values(), (table, key)
            continue
        assert columns <= set(one.words), (table, key, columns)
        mine = db.session.execute(select(one.of).where(one.own(person.id), *(c == k for c, k in zip(one.of.primary_key, key, strict=True))))
        assert len(mine.all()) == 1, f"somebody else's {table} {key}"
    assert changed, "there was something to find"


def test_a_notice_that_repeats_somebodys_name_says_whose_it_is(site):
    """Otherwise it would stay there when they leave. `hub.kernel.whose.Of` says it."""
    names = dict(db.session.execute(select(Person.name, Person.id)).all())
    for note in db.session.scalars(select(Notification)):
        for name, value in note.values.items():
            assert value not in names if isinstance(value, str) and name not in whose(note.values) else True, (note.text, name, value)
