"""What lies beside a thing: rooms of the core show it on the pages of every mode, and the modes do not know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, String, cast, literal, select, type_coerce, union_all

from hub.db.extensions import db
from hub.db.types import UtcDateTime
from hub.kernel.actor import Actor

MOST = 3
"""Lines of one panel; the rest is behind its link."""


@dataclass(frozen=True)
class Line:
    """One line of a panel: a link and a few words about it, in the reader's language."""

    title: str
    href: str
    detail: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A row of a panel's query; `total` is how many there are beyond those that are shown."""

    title: str
    key: int
    words: str
    number: int
    at: datetime
    total: int


Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Panel:
    """A section of a thing's page, in the reader's language.

    `query` gives the columns of Found; `line` makes a line of each row. `more` is a link's words, made of the total, and its address;
    `action` a button's.
    """

    name: str
    title: str
    query: Query | None = None
    line: Callable[[Found], Line] | None = None
    empty: str = ""
    more: tuple[Callable[[int], str], str] | None = None
    action: tuple[str, str] | None = None


@dataclass(frozen=True)
class Shown:
    """A panel with its lines."""

    panel: Panel
    lines: Sequence[Line]
    more: tuple[str, str] | None


Shower = Callable[[Actor, str], Panel | None]
_showers: list[tuple[int, Shower]] = []


def lies_beside(position: int) -> Callable[[Shower], Shower]:
    """Register a room's panel: it makes no statement, None for things that it does not know."""

    def register(shower: Shower) -> Shower:
        if shower not in [known for _, known in _showers]:
            _showers.append((position, shower))
        return shower

    return register


def beside(actor: Actor, ref: str) -> list[Shown]:
    """The panels of the thing `ref` ("challenge:5") for this reader, in order; their rows are asked in one statement."""
    panels = [panel for _, shower in sorted(_showers, key=lambda known: known[0]) if (panel := shower(actor, ref)) is not None]
    rows: dict[int, list[Found]] = {}
    if asked := [_part(number, panel.query) for number, panel in enumerate(panels) if panel.query is not None]:
        for place, *values in db.session.execute(union_all(*asked)):
            rows.setdefault(place, []).append(Found(*values))
    return [_shown(panel, rows.get(number, [])) for number, panel in enumerate(panels)]


def _part(place: int, query: Query) -> Query:
    rows = query.limit(MOST).subquery()
    return select(
        literal(place).label("place"),
        cast(rows.c.title, String).label("title"),
        cast(rows.c.key, Integer).label("key"),
        cast(rows.c.words, String).label("words"),
        cast(rows.c.number, Integer).label("number"),
        type_coerce(rows.c.at, UtcDateTime()).label("at"),
        cast(rows.c.total, Integer).label("total"),
    )


def _shown(panel: Panel, found: list[Found]) -> Shown:
    newest = sorted(found, key=lambda row: row.at, reverse=True)
    lines = [panel.line(row) for row in newest] if panel.line is not None else []
    return Shown(panel, lines, (panel.more[0](newest[0].total), panel.more[1]) if panel.more and newest else None)
