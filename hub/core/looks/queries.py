"""Reads of looks, and what rooms above say of whose they are to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.queries import PersonCard
from hub.core.looks.models import Look
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@dataclass(frozen=True)
class Thing:
    """What was read, as its author knows it. `veil`: words for readers whom the author is not to know: all but the site's
    consultants and administrators."""

    title: str
    path: str
    veil: str = ""


@dataclass(frozen=True)
class Seen:
    look: Look
    who: PersonCard | None
    veil: str = ""

    @property
    def id(self) -> int:
        return self.look.id


_sources: dict[str, Callable[[Actor, int], Thing]] = {}


def shows(kind: str) -> Callable[[Callable[[Actor, int], Thing]], Callable[[Actor, int], Thing]]:
    """Say whose the looks at "<kind>:<number>" are to see: the function answers for who may, and raises NotFound for everybody else."""

    def register(find: Callable[[Actor, int], Thing]) -> Callable[[Actor, int], Thing]:
        _sources[kind] = find
        return find

    return register


def thing_for(actor: Actor, kind: str, number: int) -> Thing:
    """Raises NotFound."""
    find = _sources.get(kind)
    if find is None:
        raise NotFound(N_("There is nothing here."))
    return find(actor, number)


def of(subject: str, thing: Thing, *, page: int = 1, size: int = 50) -> tuple[list[Seen], int]:
    """One page of the looks, the latest first, and how many there are. Three statements, and two more where readers are veiled."""
    total = db.session.scalar(select(func.count()).select_from(Look).where(Look.subject == subject)) or 0
    query = select(Look).where(Look.subject == subject).order_by(Look.id.desc()).limit(size).offset((page - 1) * size)
    return _seen(db.session.scalars(query).all(), thing), total


def after(subject: str, thing: Thing, last_id: int | None, limit: int) -> list[Seen]:
    """Up to `limit` + 1, the latest first, after the one numbered `last_id`."""
    query = select(Look).where(Look.subject == subject)
    return _seen(db.session.scalars(older(query, Look.id, last_id, limit + 1)).all(), thing)


def _seen(looks: Sequence[Look], thing: Thing) -> list[Seen]:
    if not thing.veil:
        people = accounts.cards(look.person_id for look in looks)
        return [Seen(look, people.get(look.person_id)) for look in looks]
    staff = {*accounts.with_duty(Duty.CONSULTANT), *accounts.with_duty(Duty.ADMIN)}
    people = accounts.cards(look.person_id for look in looks if look.person_id in staff)
    return [Seen(look, people[look.person_id]) if look.person_id in staff else Seen(look, None, thing.veil) for look in looks]
