"""What needs somebody now: rooms say it, the home page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import Select, String, cast, literal, select, type_coerce, union_all

from hub.db.extensions import db
from hub.db.types import Question, UtcDateTime
from hub.kernel.actor import Actor

MOST = 20
"""Rows of one question; the page is a list to work through, not an archive."""


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the actor. `title` and `action` are in the reader's language; `detail` is the thing's own name."""

    title: str
    detail: str
    href: str
    action: str
    due: datetime | None = None
    mode: str = ""


@dataclass(frozen=True)
class Waiting:
    """A question whose rows are each one Todo, asked together with everybody's in one statement.

    `query` selects `detail` (the thing's own name), `key` (what `href` puts in its place `{}`: a slug or an id) and `due` (a moment, or
    hub.db.types.NO_DUE). `title` and `action` are marked with N_.
    """

    query: Question
    title: str
    href: str
    action: str
    mode: str = ""


Provider = Callable[[Actor], Iterable[Todo]]
Asker = Callable[[Actor], Iterable[Waiting]]
_providers: list[Provider] = []
_askers: list[Asker] = []


def needs_attention(provider: Provider) -> Provider:
    """Register a provider that makes its own statements: only for what `waits` cannot say, because the home page asks them all."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def waits(asker: Asker) -> Asker:
    """Register a room's questions. However many there are, the home page asks them in one statement."""
    if asker not in _askers:
        _askers.append(asker)
    return asker


def todos(actor: Actor) -> list[Todo]:
    """Everything that waits for the actor, the most urgent first."""
    found = [todo for provider in _providers for todo in provider(actor)] + _asked(actor)
    return sorted(found, key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0))


def _asked(actor: Actor) -> list[Todo]:
    questions = [waiting for asker in _askers for waiting in asker(actor)]
    if not questions:
        return []
    rows = db.session.execute(union_all(*(_part(number, waiting) for number, waiting in enumerate(questions))))
    return [_todo(questions[number], detail, key, due) for number, detail, key, due in rows]


def _part(number: int, waiting: Waiting) -> Select[int, str, str, datetime]:
    rows = waiting.query.limit(MOST).subquery()
    return select(
        literal(number).label("number"),
        cast(rows.c.detail, String).label("detail"),
        cast(rows.c.key, String).label("key"),
        type_coerce(rows.c.due, UtcDateTime()).label("due"),
    )


def _todo(waiting: Waiting, detail: str, key: str, due: datetime | None) -> Todo:
    return Todo(gettext(waiting.title), detail, waiting.href.replace("{}", key), gettext(waiting.action), due, waiting.mode)
