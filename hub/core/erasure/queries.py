"""What an erasure would delete and what would stay, and the wishes whose time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, literal, select, union_all

from hub.core.erasure import rules
from hub.core.erasure.models import Erasure
from hub.core.erasure.states import NOT_OVER
from hub.db import personal
from hub.db.extensions import db
from hub.db.personal import Holding
from hub.kernel import clock


@dataclass(frozen=True)
class Shelf:
    """One kind of thing held of a person: how many, how many of them an erasure deletes, and why the others stay."""

    holding: Holding
    held: int
    goes: int

    @property
    def what(self) -> str:
        return self.holding.what

    @property
    def stays(self) -> int:
        return self.held - self.goes


def shelves(person_id: int) -> list[Shelf]:
    """What is held, where there is anything, in the order of the rooms. One statement."""
    asked = [holding for holdings in personal.by_room().values() for holding in holdings if holding.by]
    rows = db.session.execute(union_all(*(_counted(number, holding, person_id) for number, holding in enumerate(asked))))
    return [Shelf(asked[number], held, goes) for number, held, goes in sorted(rows) if held]


def _counted(number: int, holding: Holding, person_id: int) -> Select[int, int, int]:
    table, none = holding.of, select(literal(0)).scalar_subquery()
    held = select(func.count()).select_from(table).where(holding.given(person_id)).scalar_subquery()
    goes = select(func.count()).select_from(table).where(holding.erased(person_id), holding.given(person_id)).scalar_subquery()
    if holding.erase and not holding.keeps:
        goes = held  # what names these rows goes first
    return select(literal(number), held, goes if holding.erase else none)


def kept(shelved: Sequence[Shelf]) -> list[tuple[str, list[Shelf]]]:
    """What stays after an erasure, by its reason."""
    found: dict[str, list[Shelf]] = {}
    for shelf in shelved:
        if shelf.stays:
            found.setdefault(shelf.holding.keeps, []).append(replace(shelf, held=shelf.stays, goes=0))
    return list(found.items())


def erasure_of(person_id: int) -> Erasure | None:
    """The wish that is not over."""
    return db.session.scalars(select(Erasure).where(Erasure.person_id == person_id, Erasure.state.in_(NOT_OVER))).one_or_none()


def erasures_of(person_id: int) -> Sequence[Erasure]:
    return db.session.scalars(select(Erasure).where(Erasure.person_id == person_id).order_by(Erasure.id.desc()).limit(5)).all()


def due() -> list[int]:
    """Those whose time has come; one that something stood in the way of is looked at again a day later."""
    now = clock.now()
    ripe = Erasure.held_up_at.is_(None) | (Erasure.held_up_at <= now - rules.LOOK_AGAIN)
    asked = select(Erasure.id).where(Erasure.state.in_(NOT_OVER), Erasure.due_at <= now, ripe)
    return list(db.session.scalars(asked.order_by(Erasure.due_at, Erasure.id).limit(20)))


def get(erasure_id: int) -> Erasure:
    """As it is now."""
    return db.session.get_one(Erasure, erasure_id, populate_existing=True)
