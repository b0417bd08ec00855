"""What somebody has done here: rooms of every mode count their public facts, pages of the core show them, and neither knows the other.

Only what everybody may know is counted: what a room keeps to two sides, or to an unnamed one, it does not tell here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, extract, func, literal, select, type_coerce, union_all

from hub.db.extensions import db
from hub.db.types import UtcDateTime

Moments = Select[Any]
"""One row for each thing done, with one column: when."""


@dataclass(frozen=True)
class Told:
    """What one room counts. `says` is what was done, as a heading ("Entries that won"), marked with N_.

    `person` and `organisation` make the query of the one with this number; None for whom there is nothing to count.
    """

    name: str
    says: str
    mode: str = ""
    person: Callable[[int], Moments] | None = None
    organisation: Callable[[int], Moments] | None = None


@dataclass(frozen=True)
class Deed:
    """`total` things of one kind; `years` are (year, how many), the latest first. `says` is in the reader's language."""

    name: str
    says: str
    mode: str
    total: int
    years: Sequence[tuple[int, int]]


_told: dict[str, tuple[int, Told]] = {}


def tells(position: int, told: Told) -> Told:
    """Register what a room counts; smaller positions come first."""
    _told[told.name] = (position, told)
    return told


def of(kind: str, number: int) -> list[Deed]:
    """Everything done by the `person` or `organisation` with this number, the kinds without anything left out. One statement."""
    kinds = [told for _, told in sorted(_told.values(), key=lambda each: each[0])]
    asked = [(place, make(number)) for place, told in enumerate(kinds) if (make := getattr(told, kind)) is not None]
    if not asked:
        return []
    rows = db.session.execute(union_all(*(_counted(place, query) for place, query in asked))).all()
    years: dict[int, list[tuple[int, int]]] = {}
    for place, year, count in rows:
        years.setdefault(place, []).append((int(year), count))
    return [_deed(kinds[place], found) for place, found in sorted(years.items())]


def _counted(place: int, query: Moments) -> Select[int, int, int]:
    moment = type_coerce(query.subquery().c[0], UtcDateTime())
    year = extract("year", moment)
    return select(literal(place).label("place"), year.label("year"), func.count().label("count")).group_by(year)


def _deed(told: Told, years: list[tuple[int, int]]) -> Deed:
    return Deed(told.name, gettext(told.says), told.mode, sum(count for _, count in years), sorted(years, reverse=True))
