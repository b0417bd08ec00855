"""Reads of the listings room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import NO_DUE, Lines, Question, lines
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.tech_market.listings import policy
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Deal, ImportedOffer, IpStatus, Kind
from hub.tech_market.listings.states import Order, Readiness, State

CHUNK = 500


@dataclass(frozen=True)
class Wanted:
    """A visitor's choice in the list. Several values of one kind mean any of them; none means all."""

    kind: Kind
    sectors: tuple[Sector, ...] = ()
    statuses: tuple[IpStatus, ...] = ()
    deals: tuple[Deal, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    organisation_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How many listings each choice would leave, the other choices standing."""

    sectors: dict[Sector, int] = field(default_factory=dict)
    statuses: dict[IpStatus, int] = field(default_factory=dict)
    organisations: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What an import would do with its records."""

    new: Sequence[ImportedOffer]
    changed: Sequence[ImportedOffer]
    unchanged: Sequence[ImportedOffer]
    vanished: int
    """Offers here from the same source that the file no longer holds; they stay as they are."""


@dataclass(frozen=True)
class Shown:
    """A listing with its organisation, as lists and programs read it; `owner` is None where it stays unnamed for this reader."""

    listing: Listing
    owner: organisations.OrganisationCard | None

    @property
    def id(self) -> int:
        return self.listing.id


@dataclass(frozen=True)
class Beside:
    """What a later room shows on a listing's page, in the reader's language: the one next action (or why there is none), facts for the
    trust strip (icon, text, tone), and more links (text, address)."""

    action: str = ""
    href: str = ""
    closed: str = ""
    trust: tuple[tuple[str, str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


Neighbour = Callable[[Actor, Listing], Beside]
_neighbour: Neighbour = lambda actor, listing: Beside()  # noqa: E731


def stands_beside(neighbour: Neighbour) -> Neighbour:
    """Let a later room say what stands beside a listing (three statements at most)."""
    global _neighbour
    _neighbour = neighbour
    return neighbour


def beside(actor: Actor, listing: Listing) -> Beside:
    return _neighbour(actor, listing)


def shown(actor: Actor, listings: Iterable[Listing]) -> list[Shown]:
    """Each with its organisation, if this reader may know it. One statement."""
    listings = list(listings)
    owners = organisations.cards(listing.organisation_id for listing in listings if policy.sees_owner(actor, listing))
    return [Shown(listing, owners.get(listing.organisation_id) if policy.sees_owner(actor, listing) else None) for listing in listings]


def get_for(actor: Actor, listing_id: int, kind: Kind) -> Listing:
    """The need or offer, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    listing = db.session.get(Listing, listing_id)
    if listing is None or listing.kind is not kind or not policy.may_read(actor, listing):
        raise NotFound(N_("There is no such need.") if kind is Kind.NEED else N_("There is no such offer."))
    return listing


def by_id(listing_id: int) -> Listing | None:
    """Unchecked, for reactions."""
    return db.session.get(Listing, listing_id)


def by_ids(ids: Iterable[int]) -> dict[int, Listing]:
    """Unchecked, by id."""
    wanted = list(ids)
    found: dict[int, Listing] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.scalars(select(Listing).where(Listing.id.in_(wanted[start : start + CHUNK])))
        found |= {listing.id: listing for listing in rows}
    return found


def _public(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [Listing.kind == wanted.kind, Listing.state == State.PUBLISHED]
    if wanted.sectors:
        chosen.append(Listing.sector.in_(wanted.sectors))
    if wanted.statuses:
        chosen.append(Listing.ip_status.in_(wanted.statuses))
    if wanted.deals:
        chosen.append(or_(*(cast(Listing.deals, Text).contains(f'"{deal.value}"', autoescape=True) for deal in wanted.deals)))
    if wanted.readiness:
        chosen.append(or_(*(Listing.trl.between(*step.bounds) for step in wanted.readiness)))
    if wanted.organisation_ids:
        chosen.append(Listing.organisation_id.in_(wanted.organisation_ids) & Listing.owner_shown)
    return and_(*chosen)


NEWEST = (Listing.published_at.desc(), Listing.id.desc())
_ORDERS: Mapping[Order, tuple[ColumnElement[Any], ...]] = {
    Order.NEWEST: NEWEST,
    Order.ENDING: (Listing.patent_expires_on.desc().nulls_last(), Listing.id.desc()),
    Order.TITLE: (func.lower(Listing.title).asc(), Listing.id.desc()),
}


def listed(wanted: Wanted, *, page: int = 1, size: int = 20, order: Order = Order.NEWEST) -> tuple[Sequence[Listing], int]:
    """One page of the published listings, and how many there are. One statement, two for a page beyond the last."""
    chosen = _public(wanted)
    query = select(Listing, func.count().over()).where(chosen).order_by(*_ORDERS[order]).limit(size).offset((page - 1) * size)
    rows = db.session.execute(query).all()
    if rows or page == 1:
        return [listing for listing, _ in rows], rows[0][1] if rows else 0
    return [], db.session.scalar(select(func.count()).select_from(Listing).where(chosen)) or 0


def first_offers(organisation_id: int, size: int = 3) -> tuple[Sequence[Listing], int]:
    """What an organisation's page shows: its newest listed offers, and how many there are. One statement."""
    chosen = _public(Wanted(Kind.OFFER, organisation_ids=(organisation_id,)))
    query = select(Listing, func.count().over()).where(chosen).order_by(*NEWEST).limit(size)
    rows = db.session.execute(query).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def need_lines(organisation_id: int) -> Lines:
    """The listed needs of an organisation as its page asks for them, with their sector."""
    return lines(Listing.title, Listing.id, words=Listing.sector).where(_public(Wanted(Kind.NEED, organisation_ids=(organisation_id,))))


def counts(wanted: Wanted) -> Counts:
    """The facets' numbers, one statement each."""
    return Counts(
        sectors={Sector(key): n for key, n in _count_by(Listing.sector, replace(wanted, sectors=())) if key},
        statuses={IpStatus(key): n for key, n in _count_by(Listing.ip_status, replace(wanted, statuses=()))},
        organisations=dict(_count_by(Listing.organisation_id, replace(wanted, organisation_ids=()))),
    )


def _count_by(column: InstrumentedAttribute[Any], wanted: Wanted) -> list[tuple[Any, int]]:
    query = select(column, func.count()).where(_public(wanted)).group_by(column).order_by(func.count().desc(), column)
    if column is Listing.organisation_id:
        query = query.where(Listing.owner_shown)
    return [(key, number) for key, number in db.session.execute(query)]


def public_after(last_id: int | None, limit: int, wanted: Wanted) -> Sequence[Listing]:
    """Up to `limit` + 1 published listings, newest first, after the one numbered `last_id`."""
    query = select(Listing).where(_public(wanted))
    return db.session.scalars(older(query, Listing.id, last_id, limit + 1)).all()


def of_organisations_after(organisation_ids: Iterable[int], kind: Kind, last_id: int | None, limit: int) -> Sequence[Listing]:
    """Up to `limit` + 1 listings of these organisations in any state, newest first. For their own people."""
    query = select(Listing).where(Listing.organisation_id.in_(list(organisation_ids)), Listing.kind == kind)
    return db.session.scalars(older(query, Listing.id, last_id, limit + 1)).all()


def of_organisation(organisation_id: int, kind: Kind, *, page: int = 1, size: int = 50) -> tuple[Sequence[Listing], int]:
    """One page of all its needs or offers, whatever their state, the last changed first. For its own people."""
    chosen = and_(Listing.organisation_id == organisation_id, Listing.kind == kind)
    total = db.session.scalar(select(func.count()).select_from(Listing).where(chosen)) or 0
    query = select(Listing).where(chosen).order_by(Listing.updated_at.desc(), Listing.id.desc()).limit(size).offset((page - 1) * size)
    return db.session.scalars(query).all(), total


def in_review() -> Sequence[Listing]:
    """What waits for the consultants, the longest waiting first."""
    return db.session.scalars(select(Listing).where(Listing.state == State.IN_REVIEW).order_by(Listing.submitted_at, Listing.id)).all()


def to_review(kind: Kind, beside: Iterable[int]) -> Question:
    """What a consultant is asked to read, but of their own organisations: name, id and no clock."""
    query = select(Listing.title.label("detail"), Listing.id.label("key"), NO_DUE)
    return query.where(Listing.kind == kind, Listing.state == State.IN_REVIEW, Listing.organisation_id.not_in(list(beside)))


def returned_to(kind: Kind, organisation_ids: Iterable[int]) -> Question:
    """Drafts of these organisations that a consultant sent back: name, id and no clock."""
    query = select(Listing.title.label("detail"), Listing.id.label("key"), NO_DUE)
    return query.where(
        Listing.kind == kind, Listing.organisation_id.in_(list(organisation_ids)), Listing.state == State.DRAFT, Listing.remarks != ""
    )


def due_to_expire(limit: int = CHUNK) -> Sequence[Listing]:
    """Published listings whose last day has come."""
    query = select(Listing).where(Listing.state == State.PUBLISHED, Listing.expires_on <= clock.now().date())
    return db.session.scalars(query.order_by(Listing.id).limit(limit)).all()


def patents_past(limit: int = CHUNK) -> Sequence[Listing]:
    """Offers that still call a patent issued whose last day is over."""
    query = select(Listing).where(Listing.ip_status == IpStatus.ISSUED, Listing.patent_expires_on < clock.now().date())
    return db.session.scalars(query.order_by(Listing.id).limit(limit)).all()


def public_ids(kind: Kind) -> Sequence[int]:
    """Everything of this kind that lists show, for the search index."""
    return db.session.scalars(select(Listing.id).where(Listing.kind == kind, Listing.state == State.PUBLISHED)).all()


def manager_ids(listing: Listing) -> list[int]:
    """The people who decide for its organisation, as person ids."""
    return organisations.member_ids(listing.organisation_id, (Role.OWNER, Role.MANAGER))


def member_ids(listing: Listing) -> list[int]:
    """Everybody who belongs to its organisation."""
    return organisations.member_ids(listing.organisation_id)


def compare(source: str, records: Iterable[ImportedOffer]) -> Plan:
    """What an import of these records would do. One statement."""
    rows = db.session.execute(select(Listing.source_key, Listing.source_hash).where(Listing.source == source))
    known: dict[str | None, str] = {row.source_key: row.source_hash for row in rows}
    plan: dict[str, list[ImportedOffer]] = {"new": [], "changed": [], "unchanged": []}
    for record in records:
        stored = known.pop(record.source_key, None)
        plan["new" if stored is None else "unchanged" if stored == record.fingerprint else "changed"].append(record)
    return Plan(plan["new"], plan["changed"], plan["unchanged"], vanished=len(known))


def by_source_keys(keys: Iterable[str]) -> dict[str, Listing]:
    """Imported listings by their source's key."""
    wanted = list(keys)
    found: dict[str, Listing] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.scalars(select(Listing).where(Listing.source_key.in_(wanted[start : start + CHUNK])))
        found |= {listing.source_key: listing for listing in rows if listing.source_key}
    return found
