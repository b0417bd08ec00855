"""The journal as people read it: stories, the whole log with filters, and the check of its chain."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from hub.core.audit import rules
from hub.db.extensions import db
from hub.db.journal import GENESIS, JournalHead, JournalRow
from hub.kernel import sealing

CHUNK = 500
Names = Callable[[Iterable[int]], dict[int, str]]
_names: Names = lambda ids: {}  # noqa: E731


@dataclass(frozen=True)
class Line:
    """One fact for people. `says` is marked for translation and filled from `facts` ("published the challenge")."""

    id: int
    at: datetime
    kind: str
    says: str
    facts: dict[str, Any]
    actor_id: int | None
    credential: str
    subject: str
    scope: str
    hash: str


def names_with(find: Names) -> None:
    """Called once by the room that keeps the people: names by person id."""
    global _names
    _names = find


def names(lines: Iterable[Line]) -> dict[int, str]:
    """The actors' names, in one statement."""
    ids = {line.actor_id for line in lines if line.actor_id is not None}
    return _names(ids) if ids else {}


def story(ref: str, *, limit: int = 500) -> list[Line]:
    """What happened to `ref` ("challenge:12") and in it, the oldest first."""
    about = or_(JournalRow.subject == ref, JournalRow.scope == ref)
    return _lines(db.session.scalars(select(JournalRow).where(about).order_by(JournalRow.id).limit(limit)))


def log(
    *,
    kind: str = "",
    ref: str = "",
    actor_id: int | None = None,
    by_people: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """The newest facts first. `kind` is an event's name, `ref` a subject or scope; `before` and `after` are row numbers (cursors).

    `by_people` leaves out what the site did by itself (mails, what is due by the clock).
    """
    found = select(JournalRow)
    if kind:
        found = found.where(JournalRow.kind == kind)
    if ref:
        found = found.where(or_(JournalRow.subject == ref, JournalRow.scope == ref))
    if actor_id is not None:
        found = found.where(JournalRow.actor_id == actor_id)
    if by_people:
        found = found.where(JournalRow.actor_id.is_not(None))
    return _lines(_window(found, before, after, limit))


def _window(found: Select[JournalRow], before: int | None, after: int | None, limit: int) -> Sequence[JournalRow]:
    if after is not None:
        newer = db.session.scalars(found.where(JournalRow.id > after).order_by(JournalRow.id).limit(limit)).all()
        return list(reversed(newer))
    if before is not None:
        found = found.where(JournalRow.id < before)
    return db.session.scalars(found.order_by(JournalRow.id.desc()).limit(limit)).all()


def get(row_id: int) -> Line | None:
    row = db.session.get(JournalRow, row_id)
    return _lines([row])[0] if row is not None else None


def _lines(rows: Iterable[JournalRow]) -> list[Line]:
    said = sentences()
    return [_line(row, said.get(row.kind, row.kind)) for row in rows]


def _line(row: JournalRow, says: str) -> Line:
    return Line(
        id=row.id, at=row.at, kind=row.kind, says=says, facts=row.facts, actor_id=row.actor_id, credential=row.credential,
        subject=row.subject, scope=row.scope, hash=row.hash,
    )  # fmt: skip


def sentences() -> dict[str, str]:
    """Every known event's name -> its sentence (`SAYS`), read off the rooms' loaded `events` modules."""
    found: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("hub.") and name.endswith(".events"):
            found |= {n: v.SAYS for n, v in vars(module).items() if isinstance(v, type) and hasattr(v, "SAYS")}
    return found


@dataclass(frozen=True, slots=True)
class _Link:
    id: int
    previous: str
    hash: str
    row: JournalRow

    def digest(self) -> str:
        return sealing.digest(self.row.sealed_facts())


def verify() -> rules.Report:
    """Check the whole chain, CHUNK rows at a time in constant memory; rows written meanwhile are left to the next check."""
    head = db.session.execute(select(JournalHead.last_id, JournalHead.hash)).one_or_none()
    head_id, head_hash = head if head is not None else (0, GENESIS)
    return rules.check(_chain(head_id), genesis=GENESIS, head_id=head_id, head_hash=head_hash)


def _chain(head_id: int) -> Iterator[_Link]:
    """All rows up to the head, then the one after it if no newer head accounts for it."""
    last = 0
    while rows := db.session.scalars(_from(last).where(JournalRow.id <= head_id).limit(CHUNK)).all():
        for row in rows:
            yield _Link(row.id, row.previous, row.hash, row)
        last = rows[-1].id
        for row in rows:
            db.session.expunge(row)
    beyond = _from(head_id).where(JournalRow.id > func.coalesce(select(JournalHead.last_id).scalar_subquery(), 0)).limit(1)
    for row in db.session.scalars(beyond):
        yield _Link(row.id, row.previous, row.hash, row)


def _from(row_id: int) -> Select[JournalRow]:
    return select(JournalRow).where(JournalRow.id > row_id).order_by(JournalRow.id).execution_options(populate_existing=True)
