"""The one clock. Everything that asks for the time asks here, so that tests can set it and deadlines have one judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_set_to: datetime | None = None
_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _held.get() or _set_to or datetime.now(UTC)


@contextmanager
def held() -> Iterator[datetime]:
    """One moment, which is given, for all that the block decides: between two looks at a clock a deadline can pass."""
    moment = now()
    token = _held.set(moment)
    try:
        yield moment
    finally:
        _held.reset(token)


def set_to(moment: datetime | None) -> None:
    """Stop the clock at `moment` (aware), or let it run again with None. For tests and demo content only."""
    global _set_to
    if moment is not None and moment.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    _set_to = moment.astimezone(UTC) if moment is not None else None


def advance(by: timedelta) -> None:
    """Move a stopped clock on; a running one is stopped first."""
    set_to(now() + by)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run a block at `moment`, then put the clock back as it was."""
    before = _set_to
    set_to(moment)
    try:
        yield
    finally:
        set_to(before)


def within(start: datetime | None, end: datetime | None, moment: datetime | None = None) -> bool:
    """Is `moment` (default: now) in the half-open interval [start, end)? None means unbounded."""
    moment = moment or now()
    return (start is None or start <= moment) and (end is None or moment < end)
