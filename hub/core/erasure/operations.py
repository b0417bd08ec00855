"""The only writes on erasures: asking, changing one's mind, and carrying it out."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Column, ColumnElement, CursorResult, String, and_, delete, literal, or_, select, tuple_, update

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.rules import former
from hub.core.erasure import queries, rules
from hub.core.erasure.events import ErasureAsked, ErasureCancelled, ErasureDone
from hub.core.erasure.models import Erasure
from hub.core.erasure.rules import Sought
from hub.core.erasure.states import LIFE, Act, State
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db import journal, personal
from hub.db.extensions import db
from hub.db.personal import Holding
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotNow
from hub.kernel.whose import replaced
from hub.kernel.words import N_

SETTINGS = "/settings/privacy"


def ask(*, actor: Actor) -> Erasure:
    """Have the actor erased after WAITING. Asking again gives the wish that is there.

    Raises NotSignedIn, and NotNow (code things_open) while something has to be settled first.
    """
    person = accounts.own(actor)
    known = queries.erasure_of(person.id)
    if known is not None:
        return known
    if personal.open_things(person.id):
        raise NotNow(N_("Some things have to be settled first: they are listed here."), code="things_open")
    now = clock.now()
    erasure = Erasure(person_id=person.id, asked_at=now, due_at=now + rules.WAITING)
    db.session.add(erasure)
    db.session.flush()
    event = ErasureAsked(erasure_id=erasure.id, person_id=person.id, due=erasure.due_at.isoformat())
    journal.record(event, actor=actor, subject=erasure.ref)
    text = N_(
        "Your account will be erased on %(day)s. Until then you can keep it. If it was not you who asked, keep it and set a new password."
    )
    tell(person.id, text, day=erasure.due_at.date().isoformat())
    return erasure


def cancel(*, actor: Actor) -> Erasure:
    """Keep the account after all. Raises NotSignedIn, and NotNow if nothing was asked or it has begun."""
    person = accounts.own(actor)
    erasure = queries.erasure_of(person.id)
    if erasure is None:
        raise NotNow(N_("You have not asked to be erased."))
    LIFE.fire(erasure, Act.CANCEL)
    erasure.ended_at = clock.now()
    journal.record(ErasureCancelled(erasure_id=erasure.id, person_id=person.id), actor=actor, subject=erasure.ref)
    tell(person.id, N_("Your account stays: the erasure was cancelled."))
    return erasure


def carry_out(*, erasure_id: int) -> Erasure | None:
    """The first step, in one unit of work: whatever is only the person's goes, and the account becomes a pseudonym.

    None if something open stands in the way (the person is told, once a time) or it is not waiting any more. `sweep` comes after it.
    """
    erasure = db.session.get_one(Erasure, erasure_id, populate_existing=True, with_for_update=True)
    if erasure.state is not State.WAITING or clock.now() < erasure.due_at:
        return None
    if personal.open_things(erasure.person_id):
        if erasure.held_up_at is None:
            tell(erasure.person_id, N_("Your account could not be erased yet: something has to be settled first."))
        erasure.held_up_at = clock.now()
        return None
    person = people.get(erasure.person_id)
    then = former(person.id)
    sought = Sought(person.email, person.handle, person.name, then.email, then.handle, then.name)
    for holding in personal.holdings():
        erasure.rows += _delete(holding, person.id)
    for holding in personal.holdings():
        _clear(holding, person.id)
    db.session.flush()
    db.session.expire_all()
    erasure.sought = sought.facts()
    LIFE.fire(erasure, Act.ERASE)
    accounts.erase(actor=SYSTEM, person=people.get(erasure.person_id))
    return erasure


def _delete(holding: Holding, person_id: int) -> int:
    if not holding.erase or not holding.by:
        return 0
    statement = delete(holding.of).where(holding.erased(person_id)).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount


def _clear(holding: Holding, person_id: int) -> None:
    if holding.clears:
        empty = dict.fromkeys(holding.clears, "")
        db.session.execute(update(holding.of).where(holding.own(person_id)).values(empty).execution_options(synchronize_session=False))


# What is left of the name, wherever it stands


def tables() -> list[str]:
    """The tables that are searched for the person's name, in order: all but those whose rows are fixed."""
    fixed = {one.table for one in personal.holdings() if one.fixed} | {"person", "erasure"}
    return [table.name for table in db.metadata.sorted_tables if table.name not in fixed]


def found(*, erasure: Erasure, table: str, after: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
    """The keys of up to CHUNK rows in which the person's words stand, in order, after the key `after`. Reads only."""
    of, sought = db.metadata.tables[table], Sought(**erasure.sought)
    condition = _mentions(of, sought, erasure.person_id)
    if condition is None:
        return []
    keys = tuple_(*of.primary_key)
    asked = select(*of.primary_key).where(condition).order_by(*of.primary_key).limit(rules.CHUNK)
    return [tuple(row) for row in db.session.execute(asked if after is None else asked.where(keys > _values(of, after)))]


def _values(of: Any, key: tuple[Any, ...]) -> Any:
    return tuple_(*(literal(value, column.type) for column, value in zip(of.primary_key, key, strict=True)))


def _mentions(of: Any, sought: Sought, person_id: int) -> ColumnElement[bool] | None:
    texts = _texts(of)
    if not texts:
        return None
    conditions, holding = [personal.anywhere(texts, sought.marked)], _holding(of.name)
    if holding is not None and holding.words:
        words = personal.anywhere([of.c[name] for name in holding.words], sought.own)
        conditions.append(and_(holding.own(person_id), words))
    if holding is not None and holding.handles:
        conditions.append(personal.anywhere([of.c[name] for name in holding.handles], [sought.handle]))
    if holding is not None and holding.copies:
        conditions.append(personal.says_whose([of.c[name] for name in holding.copies], person_id))
    return or_(*conditions)


def _texts(of: Any) -> list[Column[Any]]:
    return [column for column in of.columns if personal.is_text(column.type) and not column.primary_key and not column.foreign_keys]


def _holding(table: str) -> Holding | None:
    return next((one for one in personal.holdings() if one.table == table), None)


def _own_among(keys: list[tuple[Any, ...]], holding: Holding | None, person_id: int) -> set[tuple[Any, ...]]:
    """Those of the rows in which their own words stand."""
    if holding is None or not holding.words:
        return set()
    primary = list(holding.of.primary_key)
    return {tuple(row) for row in db.session.execute(select(*primary).where(holding.own(person_id), tuple_(*primary).in_(keys)))}


def clean(*, erasure: Erasure, table: str, keys: list[tuple[Any, ...]]) -> int:
    """Take the person's words out of these rows. Returns how many changed."""
    of, sought, holding = db.metadata.tables[table], Sought(**erasure.sought), _holding(table)
    texts, primary, changed = _texts(of), list(of.primary_key), 0
    mine = _own_among(keys, holding, erasure.person_id)
    for row in db.session.execute(select(*primary, *texts).where(tuple_(*primary).in_(keys))).all():
        key = tuple(row[: len(primary)])
        then = {}
        for column, value in zip(texts, row[len(primary) :], strict=True):
            new = _cleaned(value, sought, erasure.person_id, holding, column.name, own=key in mine)
            if isinstance(new, str) and isinstance(column.type, String) and column.type.length:
                new = new[: column.type.length]
            if new != value:
                then[column.name] = new
        if then:
            here = and_(*(column == value for column, value in zip(primary, key, strict=True)))
            db.session.execute(update(of).where(here).values(then).execution_options(synchronize_session=False))
            changed += 1
    erasure.changed += changed
    return changed


def _cleaned(value: Any, sought: Sought, person_id: int, holding: Holding | None, column: str, *, own: bool) -> Any:
    if holding is None:
        return rules.without(value, sought, own=False)
    if column in holding.handles:
        return rules.listed(value, sought)
    if column in holding.copies:
        value = replaced(value, lambda whose, text: rules.without(text, sought, own=True) if whose == person_id else text)
    return rules.without(value, sought, own=own and column in holding.words)


def finish(*, erasure_id: int) -> None:
    """Everything was gone through: what was looked for is forgotten, too."""
    erasure = db.session.get_one(Erasure, erasure_id, populate_existing=True, with_for_update=True)
    LIFE.fire(erasure, Act.FINISH)
    erasure.sought, erasure.ended_at = {}, clock.now()
    event = ErasureDone(erasure_id=erasure.id, person_id=erasure.person_id, rows=erasure.rows, changed=erasure.changed)
    journal.record(event, actor=SYSTEM, subject=erasure.ref)


def tell(person_id: int, text: str, **values: str | int) -> None:
    """A notice about what is kept of somebody, with the way to their privacy settings."""
    messages.notify(actor=SYSTEM, person_ids=[person_id], text=text, values=values, link=SETTINGS, kind=Kind.ACCOUNT)
