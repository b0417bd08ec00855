"""Who is credited for what, and by whom."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hub.communities.credit import operations, queries
from hub.communities.credit.models import SpaceCredit
from hub.communities.credit.states import Kind
from hub.core.accounts import queries as accounts
from hub.core.messages.models import Notification
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid, NotAllowed
from tests.factories import pages, people, spaces


@pytest.fixture
def steward(app):
    return people.actor_of(people.person("Stella Steward"))


@pytest.fixture
def member(app):
    return people.actor_of(people.person("Mo Member"))


@pytest.fixture
def space(steward, member):
    with work.unit():
        made = spaces.space(steward)
        spaces.join(made, member)
    return made


def handle(actor) -> str:
    return accounts.card(actor.person_id).handle


def test_the_list_says_who_wrote_what_stands_and_who_did_what_else(space, steward, member):
    with work.unit():
        page = pages.page(space, steward, text="aaaa bbbb")
        pages.edit(page, member, "aaaa bbbb cccc dddd dddd dddd")
        for points in (2, 3):
            operations.record(actor=steward, space=space, person_id=member.person_id, kind=Kind.PACKAGE, subject="package:7", points=points)
    first, second = queries.list_of(space)
    assert (first.person.name, first.written.characters, first.share) == ("Mo Member", 16, pytest.approx(2 / 3))
    assert (second.person.name, second.written.characters, second.points) == ("Stella Steward", 8, {})
    assert first.points == {Kind.PACKAGE: 5} and [item.points for item in first.items] == [3, 2]


def test_a_steward_credits_help_that_no_page_shows(space, steward, member):
    with work.unit():
        operations.give(actor=steward, space=space, handle=f"@{handle(member)}", kind=Kind.TESTING, note="Twelve probes in a wet field")
    notes = db.session.scalars(select(Notification).where(Notification.person_id == member.person_id)).all()
    assert [note.text % note.values for note in notes] == ["You were credited in “Open soil sensors”: Twelve probes in a wet field"]


@pytest.mark.parametrize(
    ("changes", "field"), [({"handle": "nobody-of-this-name"}, "handle"), ({"kind": Kind.PACKAGE}, "kind"), ({"note": " "}, "note")]
)
def test_what_cannot_be_credited_is_named(space, steward, member, changes, field):
    with pytest.raises(Invalid) as refused, work.unit():
        operations.give(actor=steward, space=space, **{"handle": handle(member), "kind": Kind.DATA, "note": "Data", **changes})
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(func.count()).select_from(SpaceCredit)) == 0


def test_members_credit_nobody(space, member):
    with pytest.raises(NotAllowed), work.unit():
        operations.give(actor=member, space=space, handle=handle(member), kind=Kind.DATA, note="Myself")
    assert db.session.scalar(select(func.count()).select_from(SpaceCredit)) == 0


@pytest.mark.parametrize("statement", ["UPDATE space_credit SET points = 9", "DELETE FROM space_credit"])
def test_the_database_keeps_credit(space, steward, statement):
    with work.unit():
        operations.record(actor=steward, space=space, person_id=steward.person_id, kind=Kind.IDEA)
    with pytest.raises(DBAPIError, match="never taken back"):
        db.session.execute(text(statement))
    db.session.rollback()
