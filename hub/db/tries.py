"""How often somebody guessed wrong, counted in the database: by all processes together, and across restarts.

Whoever guesses wrong a few times waits before the next try, longer each time. Only what goes wrong is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, CursorResult, String, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import work
from hub.db.extensions import db
from hub.db.personal import holds_of_nobody
from hub.db.retention import forgets
from hub.db.types import UtcDateTime
from hub.kernel import clock
from hub.kernel.errors import TooMany
from hub.kernel.words import N_


@dataclass(frozen=True)
class Allowance:
    """`free` tries are taken as they come; then each next one waits: `first`, twice as long, and so on up to `longest`.

    `memory` after the last one all is forgotten; it is longer than `longest`, or waiting would never grow.
    """

    free: int
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=15)
    memory: timedelta = timedelta(hours=2)

    def wait(self, count: int) -> timedelta:
        """How long the next try waits after so many."""
        over = count - self.free
        return timedelta(0) if over < 0 else min(self.longest, self.first * 2 ** min(over, 20))


class TriesRow(db.Model):
    """What was tried under one key, a keyed hash of what is tried and by whom: no address, name or secret can be read from it."""

    __tablename__ = "tries"
    __table_args__ = (CheckConstraint("length(key) = 64", name="key"), CheckConstraint("count > 0", name="count"))

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_nobody("tries", because="keyed hashes of what was tried, with a number and a moment")
forgets("tries", N_("Numbers of wrong tries at signing in"), table="tries", days=1, most=30, old=lambda before: TriesRow.last_at < before)


def must_wait(seconds: float) -> TooMany:
    wait = max(1, int(seconds))
    return TooMany(N_("Too many tries in a short time. Wait %(minutes)s minutes and go on."), retry_after=wait, minutes=-(-wait // 60))


@dataclass(frozen=True)
class Begun:
    """A try that may be made. `known` are the keys that were counted before; of those in `claimed` this try is the only one for now."""

    known: frozenset[str]
    claimed: frozenset[str]


def begin(keys: Mapping[str, Allowance]) -> Begun:
    """May there be another try under all of these keys? Reads; where the free tries are used up it writes in a unit of work of its own,
    so that of many who come at the same moment one is let through. Raises TooMany."""
    now = clock.now()
    rows = [row for row in _rows(keys) if now < row.last_at + keys[row.key].memory]
    known = frozenset(row.key for row in rows)
    ends = max((row.until for row in rows if row.until is not None), default=now)
    if ends > now:
        raise must_wait((ends - now).total_seconds())
    used_up = {row.key: keys[row.key].wait(row.count) for row in rows if row.count >= keys[row.key].free}
    if used_up:
        with work.unit():
            for key, wait in sorted(used_up.items()):
                free = TriesRow.key == key, or_(TriesRow.until.is_(None), TriesRow.until <= now)
                claimed = db.session.execute(update(TriesRow).where(*free).values(until=now + wait))
                assert isinstance(claimed, CursorResult)
                if claimed.rowcount != 1:
                    raise must_wait(wait.total_seconds())
    return Begun(known, frozenset(used_up))


def _rows(keys: Mapping[str, Allowance]) -> list[TriesRow]:
    return list(db.session.scalars(select(TriesRow).where(TriesRow.key.in_(keys))))


def count(keys: Mapping[str, Allowance]) -> set[str]:
    """One more under each of these keys, in the caller's unit of work. Returns the keys whose free tries it has just used up."""
    return {key for key, allowance in sorted(keys.items()) if _count(key, allowance) == allowance.free}


def _count(key: str, allowance: Allowance) -> int:
    now = clock.now()
    row = db.session.get(TriesRow, key, with_for_update=True, populate_existing=True)
    if row is None:
        try:
            with db.session.begin_nested():
                row = TriesRow(key=key, count=1, last_at=now, until=_until(allowance, 1))
                db.session.add(row)
            return 1
        except IntegrityError:  # somebody else began at the same moment
            row = db.session.get_one(TriesRow, key, with_for_update=True, populate_existing=True)
    row.count = row.count + 1 if now < row.last_at + allowance.memory else 1
    row.last_at, row.until = now, _until(allowance, row.count)
    db.session.flush()
    return row.count


def _until(allowance: Allowance, so_many: int) -> datetime | None:
    wait = allowance.wait(so_many)
    return clock.now() + wait if wait else None


def went_well(begun: Begun, forget: str) -> None:
    """The try was right: what was counted under the key `forget` is forgotten, and the others need not wait for it. Writes only if there is
    something to write, in a unit of work of its own."""
    if forget in begun.known or begun.claimed:
        with work.unit():
            db.session.execute(delete(TriesRow).where(TriesRow.key == forget))
            db.session.execute(update(TriesRow).where(TriesRow.key.in_(begun.claimed)).values(until=None))
