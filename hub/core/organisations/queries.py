"""Organisations, who belongs to them, and what other rooms show on their page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, bindparam, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.organisations.models import Membership, Organisation
from hub.core.organisations.policy import POLICY
from hub.core.organisations.states import Act, Kind
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Lines, UtcDateTime
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.words import N_


@dataclass(frozen=True)
class OrganisationCard:
    """What everybody may see of an organisation in a line."""

    id: int
    slug: str
    name: str
    kind: Kind
    level: Level = Level.NONE


Cards = Mapping[int, OrganisationCard]


@dataclass(frozen=True)
class Member:
    person_id: int
    name: str
    handle: str
    email: str
    role: Role
    since: datetime
    level: Level = Level.NONE


@dataclass(frozen=True)
class Panel:
    """What another room shows on an organisation's public page: a translated title and cards (as ui.card takes them)."""

    title: str
    cards: list[Any]
    href: str = ""


PanelProvider = Callable[[Actor, Organisation], Panel | None]
_panels: list[PanelProvider] = []


def shows_on_page(provider: PanelProvider) -> PanelProvider:
    """Register a room's panel of cards for `/orgs/<slug>`, public things only, None for nothing.

    Each costs its own statements, so only what matters most there is shown as cards; everything else `lists_on_page`.
    """
    if provider not in _panels:
        _panels.append(provider)
    return provider


MOST = 3
"""Lines of one shelf."""


@dataclass(frozen=True)
class Said:
    """What the one fact of a line is made of; what a shelf does not ask for is None."""

    words: str | None
    number: int | None
    at: datetime | None


@dataclass(frozen=True)
class Shelf:
    """What another room lists on an organisation's public page, asked together with everybody's in one statement.

    `query` selects `hub.db.types.lines(...)`, public things only, and `order` sorts it. `title` is marked with N_; `href` has `{}` where
    the key goes; `fact` says a line's one fact in the reader's language. `see_all` is an address that lists only this organisation's.
    """

    title: str
    query: Lines
    order: tuple[ColumnElement[Any], ...]
    href: str
    fact: Callable[[Said], str]
    mode: str = ""
    see_all: str = ""


@dataclass(frozen=True)
class Line:
    title: str
    href: str
    fact: str


@dataclass(frozen=True)
class Filled:
    """A shelf with its first lines, in the reader's language, and how many there are."""

    shelf: Shelf
    title: str
    total: int
    lines: list[Line]


Lister = Callable[[Organisation], Shelf]
_listers: list[Lister] = []


def lists_on_page(lister: Lister) -> Lister:
    """Register a room's shelf for `/orgs/<slug>`. However many there are, the page asks them in one statement."""
    if lister not in _listers:
        _listers.append(lister)
    return lister


def shelves(organisation: Organisation) -> list[Filled]:
    """Everything that rooms list for the organisation, the empty shelves left out. One statement."""
    asked = [lister(organisation) for lister in _listers]
    if not asked:
        return []
    rows = db.session.execute(union_all(*(_part(number, shelf) for number, shelf in enumerate(asked)))).all()
    filled: dict[int, Filled] = {}
    for row in sorted(rows, key=lambda row: (row.shelf, row.place)):
        shelf = asked[row.shelf]
        into = filled.setdefault(row.shelf, Filled(shelf, gettext(shelf.title), row.total, []))
        fact = shelf.fact(Said(row.words, row.number, row.at))
        into.lines.append(Line(row.title, shelf.href.replace("{}", row.key), fact))
    return list(filled.values())


def _part(number: int, shelf: Shelf) -> Select[*tuple[Any, ...]]:
    placed = shelf.query.add_columns(
        func.row_number().over(order_by=shelf.order).label("place"), func.count().over().label("total")
    ).subquery()
    first = placed.c
    return select(
        literal(number).label("shelf"),
        first.place,
        first.total,
        first.title,
        first.key,
        first.words,
        first.number,
        type_coerce(first["at"], UtcDateTime()).label("at"),
    ).where(first.place <= MOST)


Voucher = Callable[[Organisation], tuple[str, str, str]]
_vouchers: list[Voucher] = []


def vouches(voucher: Voucher) -> Voucher:
    """Register a fact for the trust strip of `/orgs/<slug>`: (icon, text in the reader's language, tone), public, one statement."""
    if voucher not in _vouchers:
        _vouchers.append(voucher)
    return voucher


def trust(organisation: Organisation) -> list[tuple[str, str, str]]:
    return [voucher(organisation) for voucher in _vouchers]


def panels(actor: Actor, organisation: Organisation) -> list[Panel]:
    return [panel for provider in _panels if (panel := provider(actor, organisation)) is not None and panel.cards]


def get(organisation_id: int) -> Organisation:
    """Raises NotFound."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(N_("There is no such organisation."))
    return organisation


def by_slug(slug: str) -> Organisation:
    """Raises NotFound."""
    organisation = db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()
    if organisation is None:
        raise NotFound(N_("There is no such organisation."))
    return organisation


def get_for(actor: Actor, slug: str, act: Act) -> Organisation:
    """The organisation, for this act of this actor. Raises NotFound, NotAllowed."""
    organisation = by_slug(slug)
    POLICY.require(actor, act, organisation)
    return organisation


def card(organisation_id: int) -> OrganisationCard:
    """Raises NotFound."""
    found = cards([organisation_id]).get(organisation_id)
    if found is None:
        raise NotFound(N_("There is no such organisation."))
    return found


def cards(organisation_ids: Iterable[int | None]) -> dict[int, OrganisationCard]:
    """Cards by id, in one statement; unknown ids are left out."""
    wanted = {organisation_id for organisation_id in organisation_ids if organisation_id is not None}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Organisation.id, Organisation.slug, Organisation.name, Organisation.kind, Organisation.level).where(
            Organisation.id.in_(wanted)
        )
    )
    return {row.id: OrganisationCard(row.id, row.slug, row.name, row.kind, row.level) for row in rows}


def card_of(organisation: Organisation) -> OrganisationCard:
    """That of one that is at hand, without asking for it."""
    return OrganisationCard(organisation.id, organisation.slug, organisation.name, organisation.kind, organisation.level)


def of_person(person_id: int) -> list[tuple[Organisation, Role]]:
    """The person's organisations by name, with the role there."""
    rows = db.session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id)
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [(row.Organisation, row.role) for row in rows]


def own_after(person_id: int, after: int | None, limit: int) -> Sequence[Any]:
    """Up to `limit` of the person's organisations, each with all its columns and the `role` there, in the order of their ids."""
    return db.session.execute(
        select(*Organisation.__table__.columns, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Organisation.id > (after or 0))
        .order_by(Organisation.id)
        .limit(limit)
    ).all()


_BELONGINGS = (
    select(Organisation.id, Organisation.slug, Organisation.name, Membership.role)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .where(Membership.person_id == bindparam("person_id"))
    .order_by(func.lower(Organisation.name), Organisation.id)
)
"""Asked with every request, so made once."""


def belongings(person_id: int) -> list[accounts.Belonging]:
    """The person's places, by the organisations' names, in one statement."""
    rows = db.session.execute(_BELONGINGS, {"person_id": person_id})
    return [accounts.Belonging(row.id, row.slug, row.name, row.role) for row in rows]


accounts.roles_with(belongings)


def roles_of(person_id: int) -> dict[int, Role]:
    """The person's role by organisation id."""
    return {place.organisation_id: place.role for place in belongings(person_id)}


def members(organisation_id: int) -> list[Member]:
    """Everybody who belongs to the organisation, owners first, then by name."""
    rows = db.session.execute(
        select(Membership.role, Membership.since, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id)
    )
    found = [Member(one.id, one.name, one.handle, one.email, role, since, one.level) for role, since, one in rows]
    return sorted(found, key=lambda member: (member.role is not Role.OWNER, member.name.lower(), member.person_id))


def member_ids(organisation_id: int, roles: Iterable[Role] = tuple(Role)) -> list[int]:
    """Ids of the members with one of the roles: whom the organisation's news goes to."""
    return list(
        db.session.scalars(
            select(Membership.person_id)
            .where(Membership.organisation_id == organisation_id, Membership.role.in_(list(roles)))
            .order_by(Membership.person_id)
        )
    )


def managers_of(organisation_ids: Iterable[int]) -> dict[int, list[int]]:
    """Person ids of the owners and managers of each organisation, in one statement."""
    found: dict[int, list[int]] = {}
    query = select(Membership.organisation_id, Membership.person_id).where(
        Membership.organisation_id.in_(set(organisation_ids)), Membership.role.in_((Role.OWNER, Role.MANAGER))
    )
    for organisation_id, person_id in db.session.execute(query.order_by(Membership.person_id)):
        found.setdefault(organisation_id, []).append(person_id)
    return found


def membership(organisation_id: int, person_id: int) -> Membership:
    """Raises NotFound, also for people who exist but do not belong."""
    found = db.session.scalars(
        select(Membership).where(Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound(N_("This person does not belong to the organisation."))
    return found


@dataclass(frozen=True)
class Registered:
    """A line of the administrators' list of people."""

    person: Person
    places: list[OrganisationCard]


def people(actor: Actor, q: str = "", page: int = 1, size: int = 50) -> tuple[list[Registered], int]:
    """Page `page` of everybody whose name, handle or address holds `q`, the newest first, and how many there are. Raises NotAllowed."""
    POLICY.require(actor, Act.LIST_PEOPLE, None)
    asked = select(Person)
    if q:
        asked = asked.where(or_(*(column.icontains(q, autoescape=True) for column in (Person.name, Person.handle, Person.email))))
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    found = db.session.scalars(asked.order_by(Person.id.desc()).limit(size).offset((page - 1) * size)).all()
    rows = db.session.execute(
        select(Membership.person_id, Organisation.id, Organisation.slug, Organisation.name, Organisation.kind)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_([person.id for person in found]))
        .order_by(func.lower(Organisation.name))
    )
    places: dict[int, list[OrganisationCard]] = {}
    for row in rows:
        places.setdefault(row.person_id, []).append(OrganisationCard(row.id, row.slug, row.name, row.kind))
    return [Registered(person, places.get(person.id, [])) for person in found], total


@hinders_leaving
def owned_alone(person_id: int) -> list[Hindrance]:
    """Organisations with other people, whose only owner this is."""
    other = aliased(Membership)
    theirs = select(other.id).where(other.organisation_id == Organisation.id, other.person_id != person_id)
    asked = (
        select(Organisation.name.label("detail"), Organisation.slug.label("key"), NO_DUE)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Membership.role == Role.OWNER)
        .where(theirs.exists(), ~theirs.where(other.role == Role.OWNER).exists())
    )
    return [Hindrance(asked, N_("You are its only owner"), "/orgs/{}/people", N_("Make somebody else an owner"))]
