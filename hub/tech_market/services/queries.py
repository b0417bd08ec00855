"""Reads of the services room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import Lines, lines
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.tech_market.services import policy
from hub.tech_market.services.models import Service
from hub.tech_market.services.rules import Tongue
from hub.tech_market.services.states import State


@dataclass(frozen=True)
class Wanted:
    """A visitor's choice in the list. Several values of one kind mean any of them; none means all."""

    sectors: tuple[Sector, ...] = ()
    tongues: tuple[Tongue, ...] = ()
    organisation_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How many services each choice would leave, the other choices standing."""

    sectors: dict[Sector, int] = field(default_factory=dict)
    organisations: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A service with its lab, as lists and programs read it."""

    service: Service
    lab: organisations.OrganisationCard

    @property
    def id(self) -> int:
        return self.service.id


def shown(services: Iterable[Service]) -> list[Shown]:
    """Each with its lab. One statement."""
    services = list(services)
    labs = organisations.cards(service.organisation_id for service in services)
    return [Shown(service, labs[service.organisation_id]) for service in services]


def get_for(actor: Actor, service_id: int) -> Service:
    """The service, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    service = db.session.get(Service, service_id)
    if service is None or not policy.may_read(actor, service):
        raise NotFound(N_("There is no such service."))
    return service


def by_ids(ids: Iterable[int]) -> dict[int, Service]:
    """Unchecked, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {service.id: service for service in db.session.scalars(select(Service).where(Service.id.in_(wanted)))}


def _public(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [Service.state == State.PUBLISHED]
    if wanted.sectors:
        chosen.append(Service.sector.in_(wanted.sectors))
    if wanted.tongues:
        chosen.append(or_(*(cast(Service.languages, Text).contains(f'"{tongue.value}"', autoescape=True) for tongue in wanted.tongues)))
    if wanted.organisation_ids:
        chosen.append(Service.organisation_id.in_(wanted.organisation_ids))
    return and_(*chosen)


def listed(wanted: Wanted, *, page: int = 1, size: int = 20) -> tuple[Sequence[Service], int]:
    """One page of the published services, the newest first, and how many there are. Two statements."""
    chosen = _public(wanted)
    total = db.session.scalar(select(func.count()).select_from(Service).where(chosen)) or 0
    query = select(Service).where(chosen).order_by(Service.published_at.desc(), Service.id.desc())
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


LINES_ORDER = (Service.published_at.desc(), Service.id.desc())


def lines_of(organisation_id: int) -> Lines:
    """The published services of a lab as its page asks for them, with the price they start at."""
    chosen = _public(Wanted(organisation_ids=(organisation_id,)))
    return lines(Service.title, Service.id, words=Service.currency, number=Service.price_from_minor).where(chosen)


def counts(wanted: Wanted) -> Counts:
    """The facets' numbers, one statement each."""
    return Counts(
        sectors={Sector(key): n for key, n in _count_by(Service.sector, replace(wanted, sectors=())) if key},
        organisations=dict(_count_by(Service.organisation_id, replace(wanted, organisation_ids=()))),
    )


def _count_by(column: InstrumentedAttribute[Any], wanted: Wanted) -> list[tuple[Any, int]]:
    query = select(column, func.count()).where(_public(wanted)).group_by(column).order_by(func.count().desc(), column)
    return [(key, number) for key, number in db.session.execute(query)]


def public_after(last_id: int | None, limit: int, wanted: Wanted) -> Sequence[Service]:
    """Up to `limit` + 1 published services, newest first, after the one numbered `last_id`."""
    query = select(Service).where(_public(wanted))
    return db.session.scalars(older(query, Service.id, last_id, limit + 1)).all()


def of_organisations_after(organisation_ids: Iterable[int], last_id: int | None, limit: int) -> Sequence[Service]:
    """Up to `limit` + 1 services of these organisations in any state, newest first. For their own people."""
    query = select(Service).where(Service.organisation_id.in_(list(organisation_ids)))
    return db.session.scalars(older(query, Service.id, last_id, limit + 1)).all()


def of_organisation(organisation_id: int, *, page: int = 1, size: int = 50) -> tuple[Sequence[Service], int]:
    """One page of all its services, whatever their state, the last changed first. For its own people."""
    chosen = Service.organisation_id == organisation_id
    total = db.session.scalar(select(func.count()).select_from(Service).where(chosen)) or 0
    query = select(Service).where(chosen).order_by(Service.updated_at.desc(), Service.id.desc()).limit(size).offset((page - 1) * size)
    return db.session.scalars(query).all(), total


def in_review() -> Sequence[Service]:
    """What waits for the consultants, the longest waiting first."""
    return db.session.scalars(select(Service).where(Service.state == State.IN_REVIEW).order_by(Service.submitted_at, Service.id)).all()


def waiting_for_review(not_of: Iterable[int]) -> Any:
    """As hub.web.todo asks: services in review, but those of these organisations."""
    return select(Service.title.label("detail"), Service.id.label("key"), Service.submitted_at.label("due")).where(
        Service.state == State.IN_REVIEW, Service.organisation_id.not_in(list(not_of))
    )


def returned_to(organisation_ids: Iterable[int]) -> Any:
    """As hub.web.todo asks: drafts of these organisations that a consultant sent back."""
    return select(Service.title.label("detail"), Service.id.label("key"), Service.updated_at.label("due")).where(
        Service.organisation_id.in_(list(organisation_ids)), Service.state == State.DRAFT, Service.remarks != ""
    )


def has_published(organisation_id: int) -> bool:
    """Has a consultant published a service of this lab that still stands? It vouches for what the lab opens by itself."""
    query = select(Service.id).where(Service.organisation_id == organisation_id, Service.state == State.PUBLISHED).limit(1)
    return db.session.scalar(query) is not None


def public_ids() -> Sequence[int]:
    """Everything that the list shows, for the search index."""
    return db.session.scalars(select(Service.id).where(Service.state == State.PUBLISHED)).all()


def manager_ids(organisation_id: int) -> list[int]:
    """The people who decide for an organisation, as person ids."""
    return organisations.member_ids(organisation_id, (Role.OWNER, Role.MANAGER))
