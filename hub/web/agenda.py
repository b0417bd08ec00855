"""What stands in somebody's calendar beside what waits for them (hub.web.todo): rooms say it, their private calendar shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import Select, String, cast, literal, select, type_coerce, union_all

from hub.db.extensions import db
from hub.db.types import Question, UtcDateTime
from hub.kernel.actor import Actor

MOST = 200
"""Rows of one question: a calendar that people subscribe to is read again and again."""


@dataclass(frozen=True)
class Appointment:
    """From `starts` to `ends`; a deadline starts when it ends. `title` is in the reader's language, `href` a path on this site."""

    title: str
    detail: str
    href: str
    starts: datetime
    ends: datetime
    tentative: bool = False


@dataclass(frozen=True)
class Dates:
    """A question whose rows are each one Appointment, asked together with everybody's in one statement.

    `query` selects `detail` (the thing's own name), `key` (what `href` puts in its place `{}`), `starts` and `ends`. `title` is marked
    with N_.
    """

    query: Question
    title: str
    href: str
    tentative: bool = False


Asker = Callable[[Actor], Iterable[Dates]]
_askers: list[Asker] = []


def in_calendar(asker: Asker) -> Asker:
    """Register a room's dates."""
    if asker not in _askers:
        _askers.append(asker)
    return asker


def appointments(actor: Actor) -> list[Appointment]:
    """What stands in the actor's calendar, the earliest first."""
    asked = [dates for asker in _askers for dates in asker(actor)]
    if not asked:
        return []
    rows = db.session.execute(union_all(*(_part(number, dates) for number, dates in enumerate(asked))))
    found = [_appointment(asked[number], detail, key, starts, ends) for number, detail, key, starts, ends in rows]
    return sorted(found, key=lambda one: (one.starts, one.href))


def _part(number: int, dates: Dates) -> Select[int, str, str, datetime, datetime]:
    rows = dates.query.limit(MOST).subquery()
    return select(
        literal(number).label("number"),
        cast(rows.c.detail, String).label("detail"),
        cast(rows.c.key, String).label("key"),
        type_coerce(rows.c.starts, UtcDateTime()).label("starts"),
        type_coerce(rows.c.ends, UtcDateTime()).label("ends"),
    )


def _appointment(dates: Dates, detail: str, key: str, starts: datetime, ends: datetime) -> Appointment:
    return Appointment(gettext(dates.title), detail, dates.href.replace("{}", key), starts, ends, dates.tentative)
