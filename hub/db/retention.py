"""What grows old: each room says which of its rows nobody needs after some days, an administrator says after how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, literal, select, union_all

from hub.db.extensions import db
from hub.db.personal import free


@dataclass(frozen=True)
class Aging:
    """One kind of thing that is forgotten. `parts` are tables whose rows hang on it and go with it: the table, its column that names the
    row, and (or empty) the column that names a file, which goes, too, if nothing else has it."""

    kind: str
    says: str
    table: str
    old: Callable[[datetime], ColumnElement[bool]]
    days: int
    least: int
    most: int
    parts: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def of(self) -> Table:
        return db.metadata.tables[self.table]

    def gone(self, before: datetime) -> ColumnElement[bool]:
        """Holds for rows that nobody needs and nothing else names."""
        return and_(self.old(before), free(self.of, but=[part for part, _, _ in self.parts]))


_aging: dict[str, Aging] = {}


def forgets(
    kind: str, says: str, *, table: str, old: Callable[[datetime], ColumnElement[bool]], days: int, least: int = 1, most: int = 3650,
    parts: Iterable[tuple[str, str, str]] = (),
) -> None:  # fmt: skip
    """Have the rows of `table` for which `old(before)` holds deleted once they are `days` old; an administrator may choose otherwise.

    `says` tells administrators what it is, marked with N_.
    """
    _aging[kind] = Aging(kind, says, table, old, days, least, most, tuple(parts))


def aging() -> dict[str, Aging]:
    """Everything that is forgotten, by its kind."""
    return dict(sorted(_aging.items()))


def counts(before: Iterable[tuple[Aging, datetime]]) -> dict[str, int]:
    """How many rows of each kind are older. One statement."""
    asked = [_counted(one, moment) for one, moment in before]
    return dict(db.session.execute(union_all(*asked)).all()) if asked else {}


def _counted(one: Aging, before: datetime) -> Select[str, int]:
    return select(literal(one.kind), select(func.count()).select_from(one.of).where(one.gone(before)).scalar_subquery())


def forget(one: Aging, before: datetime, most: int) -> int:
    """Delete up to `most` rows that are older, and what hangs on them. Returns how many."""
    key = next(iter(one.of.primary_key))
    ids = list(db.session.scalars(select(key).where(one.gone(before)).order_by(key).limit(most)))
    if not ids:
        return 0
    for name, column, file_column in one.parts:
        part = db.metadata.tables[name]
        mine = part.c[column].in_(ids)
        held = list(db.session.scalars(select(part.c[file_column]).where(mine))) if file_column else []
        db.session.execute(delete(part).where(mine))
        if held:
            files = db.metadata.tables["file"]
            db.session.execute(delete(files).where(files.c.id.in_(held), free(files)))
    db.session.execute(delete(one.of).where(key.in_(ids)))
    return len(ids)
