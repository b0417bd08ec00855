"""Reads of parties: what sides are called, whom their news goes to, who belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.queries import PersonCard
from hub.core.accounts.states import State
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Membership
from hub.core.parties.rules import Side
from hub.db.extensions import db
from hub.kernel.actor import Duty
from hub.kernel.whose import Of


@dataclass(frozen=True)
class Names:
    """What sides are called to one reader, and people beside them. `veils` are words, to be translated, for sides that the reader, being
    the other one, is not to know, by the number of what they are sides of; beside a veil `known` people alone are named."""

    people: dict[int, PersonCard]
    organisations: dict[int, organisations.OrganisationCard]
    veils: Mapping[int, Mapping[Side, str]] = field(default_factory=dict)
    known: frozenset[int] = frozenset()

    def veil(self, side: Side, of: int) -> str:
        """Empty for a side that is called by its name."""
        return self.veils.get(of, {}).get(side, "")

    def of(self, side: Side) -> str:
        """Its name, whoever reads."""
        if side.person_id is not None:
            return self.people[side.person_id].name
        return self.organisations[side.organisation_id or 0].name

    def quoted(self, side: Side) -> Of | str:
        """For a notice."""
        return self.of(side) if side.person_id is None else Of(side.person_id, self.of(side))

    def person(self, person_id: int | None, of: int) -> str:
        """Who said or did something; empty for people whom the reader is not to know."""
        card = self.people.get(person_id or 0)
        return card.name if card is not None and (not self.veils.get(of) or card.id in self.known) else ""


def names(sides: Sequence[Side], also: Iterable[int | None] = ()) -> Names:
    """Two statements; `also` are ids of people."""
    return Names(accounts.cards([*(side.person_id for side in sides), *also]), organisations.cards(side.organisation_id for side in sides))


def people_of(side: Side) -> list[int]:
    """Whom the news of this side goes to."""
    if side.person_id is not None:
        return [side.person_id]
    return organisations.managers_of([side.organisation_id or 0]).get(side.organisation_id or 0, [])


def members_of(side: Side) -> set[int]:
    """The person, or everybody of the organisation."""
    return {side.person_id} if side.person_id is not None else {*organisations.member_ids(side.organisation_id or 0)}


def staff_beside(sides: Sequence[Side], *duties: Duty) -> list[int]:
    """Active people with one of these duties on the site who belong to none of the sides. One statement."""
    columns = {Duty.ADMIN: Person.is_admin, Duty.CONSULTANT: Person.is_consultant}
    bodies = [side.organisation_id for side in sides if side.organisation_id is not None]
    bound = select(Membership.id).where(Membership.person_id == Person.id, Membership.organisation_id.in_(bodies)).exists()
    query = select(Person.id).where(or_(*(columns[duty].is_(True) for duty in duties)), Person.state == State.ACTIVE, ~bound)
    mine = Person.id.not_in([side.person_id for side in sides if side.person_id is not None])
    return list(db.session.scalars(query.where(mine).order_by(Person.id)))


def without_administrators(sides: Sequence[Side]) -> list[Side]:
    """Those of the sides to which no administrator of the site belongs."""
    administrators = set(accounts.with_duty(Duty.ADMIN))
    return [side for side in sides if not administrators & members_of(side)]
