"""Reads of the deals room. What a side may not know yet is not in what these give it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.files import queries as files
from hub.core.organisations import queries as organisations
from hub.core.organisations.states import Kind as PartyKind
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.words import N_
from hub.tech_market.deals import rules
from hub.tech_market.deals.models import Annex, AnnexFile, AnnexLook, Deal, DealPost
from hub.tech_market.deals.policy import POLICY, side_of
from hub.tech_market.deals.rules import Rate
from hub.tech_market.deals.states import KNOWN, OPEN, Act, Side, State
from hub.tech_market.listings.models import Listing

AGREEMENT = "nda"
"""The kind of agreement that both sides sign."""
NO_SUCH = N_("There is no such deal.")
CHUNK = 200


@dataclass(frozen=True)
class View:
    """A deal as one reader may see it: `side` is the reader's (None for an administrator); a name is None until the reader may know it."""

    deal: Deal
    side: Side | None
    owner: organisations.OrganisationCard | None
    owner_person: accounts.PersonCard | None
    party: organisations.OrganisationCard | None
    party_person: accounts.PersonCard | None

    @property
    def id(self) -> int:
        return self.deal.id

    @property
    def owner_side(self) -> dict[str, str | None]:
        return _side(self.owner, self.owner_person)

    @property
    def party_side(self) -> dict[str, str | None]:
        return _side(self.party, self.party_person)


def _side(body: organisations.OrganisationCard | None, person: accounts.PersonCard | None) -> dict[str, str | None]:
    return {
        "organisation": body.name if body else None,
        "organisation_slug": body.slug if body else None,
        "person": person.name if person else None,
    }


@dataclass(frozen=True)
class Sketch:
    """What the owner knows of an interested party without its name. Counts are of earlier deals on this site."""

    kind: PartyKind | None
    country: str
    domain_checked: bool
    since: int
    talks: int
    agreed: int


@dataclass(frozen=True)
class AnnexView:
    """The annex as it is read: `opened_by` is the deal that opened it; None for the owner's own people."""

    listing: Listing
    annex: Annex | None
    files: Sequence[Any]
    opened_by: Deal | None


@dataclass(frozen=True)
class Look:
    look: AnnexLook
    name: str
    organisation: str


def get_for(actor: Actor, deal_id: int) -> Deal:
    """The deal, for its two sides and administrators. Raises NotFound."""
    deal = db.session.get(Deal, deal_id)
    if deal is None or not POLICY.can(actor, Act.READ, deal):
        raise NotFound(NO_SUCH)
    return deal


def get(deal_id: int) -> Deal:
    """Unchecked, for reactions. Raises NotFound."""
    deal = db.session.get(Deal, deal_id)
    if deal is None:
        raise NotFound(NO_SUCH)
    return deal


def knows_owner(actor: Actor, deal: Deal) -> bool:
    listed = deal.listing.owner_shown or actor.belongs_to(deal.listing.organisation_id)
    return listed or deal.names_are_known or actor.is_admin


def knows_party(actor: Actor, deal: Deal) -> bool:
    return side_of(actor, deal) is Side.PARTY or deal.names_are_known or actor.is_admin


def views(actor: Actor, deals: Iterable[Deal]) -> list[View]:
    """Each as this reader may see it. Two statements; names the reader may not know are not even asked for."""
    shown = [(deal, knows_owner(actor, deal), knows_party(actor, deal)) for deal in deals]
    bodies = organisations.cards(
        number for deal, owner, party in shown
        for number in ([deal.listing.organisation_id] if owner else []) + ([deal.organisation_id] if party else [])
    )  # fmt: skip
    people = accounts.cards(
        number for deal, _, party in shown
        for number in ([deal.person_id] if party else []) + ([deal.owner_signer_id] if deal.names_are_known else [])
    )  # fmt: skip
    return [
        View(
            deal,
            side_of(actor, deal),
            bodies.get(deal.listing.organisation_id) if owner else None,
            people.get(deal.owner_signer_id or 0) if deal.names_are_known else None,
            bodies.get(deal.organisation_id or 0) if party else None,
            people.get(deal.person_id) if party else None,
        )
        for deal, owner, party in shown
    ]


def view(actor: Actor, deal: Deal) -> View:
    return views(actor, [deal])[0]


def sketch(deal: Deal) -> Sketch:
    """Of the interested party of a deal. Two statements."""
    talks, agreed = _records([deal.person_id], [deal.organisation_id], before=deal.asked_at)[deal.person_id, deal.organisation_id]
    found = organisations.get(deal.organisation_id) if deal.organisation_id is not None else accounts.get(deal.person_id)
    return Sketch(deal.party_kind, deal.party_country, deal.domain_checked, found.created_at.year, talks, agreed)


def sketches_of(actor: Actor) -> list[tuple[int | None, str, Sketch]]:
    """(organisation's id, its name, what an owner would know) for each for whom this actor may ask: themselves first. Three statements."""
    person = accounts.get(actor.person_id or 0)
    places = [place for place, _ in organisations.of_person(person.id) if actor.manages(place.id)]
    records = _records([person.id], [None, *(place.id for place in places)], before=clock.now())
    found: list[tuple[int | None, str, Sketch]] = [(None, "", Sketch(None, "", False, person.created_at.year, *records[person.id, None]))]
    for place in places:
        checked = person.email_verified_at is not None and rules.is_own_domain(person.email, place.website)
        known = Sketch(place.kind, place.country, checked, place.created_at.year, *records[person.id, place.id])
        found.append((place.id, place.name, known))
    return found


Asker = tuple[int, int | None]


def _records(person_ids: list[int], organisation_ids: list[int | None], *, before: datetime) -> dict[Asker, tuple[int, int]]:
    """For each person asking for each organisation (None: for themselves): (deals signed by both sides, those closed with a deal), as the
    interested side; an organisation's are all of its people's. One statement."""
    asked = or_(Deal.person_id.in_(person_ids), Deal.organisation_id.in_([number for number in organisation_ids if number is not None]))
    rows = db.session.execute(select(Deal.person_id, Deal.organisation_id, Deal.state).where(asked, Deal.revealed_at < before)).all()

    def record(person_id: int, organisation_id: int | None) -> tuple[int, int]:
        theirs = [row for row in rows if row[1] == organisation_id and (organisation_id is not None or row[0] == person_id)]
        return len(theirs), sum(1 for row in theirs if row[2] is State.CLOSED_DEAL)

    return {(person_id, number): record(person_id, number) for person_id in person_ids for number in organisation_ids}


# Lists


def _of_actor(actor: Actor) -> ColumnElement[bool]:
    managed = [number for number in actor.roles if actor.manages(number)]
    return or_(Deal.person_id == actor.person_id, Deal.organisation_id.in_(managed), Listing.organisation_id.in_(managed))


def _joined(*conditions: ColumnElement[bool]) -> Select[Deal]:
    return select(Deal).join(Listing, Listing.id == Deal.listing_id).where(*conditions)


def of_actor(actor: Actor, *, page: int = 1, size: int = 20) -> tuple[Sequence[Deal], int]:
    """One page of the deals in which the actor speaks for a side, the last touched first."""
    return _page(_joined(_of_actor(actor)), page, size)


def of_organisation(organisation_id: int, *, page: int = 1, size: int = 20) -> tuple[Sequence[Deal], int]:
    """One page of the deals of one organisation, on either side. Unchecked."""
    return _page(_joined(or_(Deal.organisation_id == organisation_id, Listing.organisation_id == organisation_id)), page, size)


def _page(query: Select[Deal], page: int, size: int) -> tuple[Sequence[Deal], int]:
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Deal.id).subquery())) or 0
    return db.session.scalars(query.order_by(Deal.unsilent_at.desc(), Deal.id.desc()).limit(size).offset((page - 1) * size)).all(), total


def of_actor_after(actor: Actor, last_id: int | None, limit: int, listing_id: int | None = None) -> Sequence[Deal]:
    """Up to `limit` + 1 deals in which the actor speaks for a side, the newest first."""
    query = _joined(_of_actor(actor))
    if listing_id is not None:
        query = query.where(Deal.listing_id == listing_id)
    return db.session.scalars(older(query, Deal.id, last_id, limit + 1)).all()


def open_deal(actor: Actor, listing: Listing) -> Deal | None:
    """The actor's own open deal on this listing."""
    query = select(Deal).where(Deal.listing_id == listing.id, Deal.person_id == actor.person_id, Deal.state.in_(sorted(OPEN)))
    return db.session.scalars(query).one_or_none() if actor.signed_in else None


def posts(deal: Deal) -> Sequence[DealPost]:
    """In the order they were written."""
    return db.session.scalars(select(DealPost).where(DealPost.deal_id == deal.id).order_by(DealPost.id)).all()


def posts_after(deal: Deal, last_id: int | None, limit: int) -> Sequence[DealPost]:
    query = select(DealPost).where(DealPost.deal_id == deal.id, DealPost.id > (last_id or 0))
    return db.session.scalars(query.order_by(DealPost.id).limit(limit + 1)).all()


def deciders(deal: Deal) -> list[int]:
    """Person ids of those who decide for the listing's owner."""
    return organisations.member_ids(deal.listing.organisation_id, (Role.OWNER, Role.MANAGER))


# Clocks


def silent(limit: int = CHUNK) -> Sequence[Deal]:
    """Deals whose silence has lasted long enough, the longest first."""
    now = clock.now()
    ends = or_(
        (Deal.state == State.INTERESTED) & (Deal.unsilent_at <= now - rules.SILENT_INTEREST),
        Deal.state.in_((State.ACCEPTED, State.SIGNED)) & (Deal.unsilent_at <= now - rules.SILENT_TALKS),
    )
    return db.session.scalars(select(Deal).where(ends).order_by(Deal.unsilent_at).limit(limit)).all()


def to_remind(limit: int = CHUNK) -> Sequence[Deal]:
    """Interests of whose answer the owner has not been reminded, a few days before it would be late."""
    asked = Deal.asked_at <= clock.now() - rules.REMIND_AFTER
    query = select(Deal).where(Deal.state == State.INTERESTED, Deal.reminded_at.is_(None), asked)
    return db.session.scalars(query.order_by(Deal.id).limit(limit)).all()


# The response rate


def rate_of_listing(listing_id: int) -> Rate:
    return _rate(Deal.listing_id == listing_id)


def rate_of_organisation(organisation_id: int) -> Rate:
    """Over the listings that show whose they are: the others' figures would betray it."""
    return _rate(Listing.organisation_id == organisation_id, Listing.owner_shown.is_(True))


def _rate(*conditions: ColumnElement[bool]) -> Rate:
    now = clock.now()
    query = select(Deal.asked_at, Deal.answered_at, Deal.closed_at).join(Listing, Listing.id == Deal.listing_id)
    found = db.session.execute(query.where(*conditions, Deal.asked_at > now - rules.COUNTED))
    return rules.rate(found.all(), now)


# The annex


def opening(actor: Actor, listing: Listing) -> Deal | None:
    """The deal that opens this listing's annex to the actor: signed by both sides, and not closed without a deal."""
    if not actor.signed_in:
        return None
    managed = [number for number in actor.roles if actor.manages(number)]
    mine = or_(Deal.person_id == actor.person_id, Deal.organisation_id.in_(managed) if managed else false())
    query = select(Deal).where(Deal.listing_id == listing.id, Deal.state.in_(sorted(KNOWN)), mine)
    return db.session.scalars(query.order_by(Deal.id.desc()).limit(1)).first()


def has_annex(listing: Listing) -> bool:
    return db.session.scalar(select(Annex.listing_id).where(Annex.listing_id == listing.id)) is not None


def annex_for(actor: Actor, listing: Listing) -> AnnexView:
    """The annex, for the owner's people and for interested sides whose deal opens it. Raises NotAllowed (code `sign_first`)."""
    opened_by = None
    if not POLICY.can(actor, Act.READ_ANNEX, listing):
        opened_by = opening(actor, listing)
        if opened_by is None:
            raise NotAllowed(N_("This annex opens when both sides of a deal have signed for confidentiality."), code="sign_first")
    annex = db.session.get(Annex, listing.id)
    ids = annex_file_ids(listing.id) if annex is not None else []
    found = files.files(ids)
    return AnnexView(listing, annex, [found[number] for number in ids if number in found], opened_by)


def annex_file_ids(listing_id: int) -> list[int]:
    return list(db.session.scalars(select(AnnexFile.file_id).where(AnnexFile.listing_id == listing_id).order_by(AnnexFile.id)))


def interested_in(listing_id: int) -> list[int]:
    """Who has expressed an interest in it, as person ids. Unchecked: for reactions."""
    return list(db.session.scalars(select(Deal.person_id).where(Deal.listing_id == listing_id).distinct()))


def looks(actor: Actor, listing: Listing, *, page: int = 1, size: int = 50) -> tuple[list[Look], int]:
    """One page of who looked at the annex, the latest first, for its owner. Raises NotAllowed."""
    POLICY.require(actor, Act.READ_LOOKS, listing)
    total = db.session.scalar(select(func.count()).select_from(AnnexLook).where(AnnexLook.listing_id == listing.id)) or 0
    query = select(AnnexLook, Deal.organisation_id).outerjoin(Deal, Deal.id == AnnexLook.deal_id).where(AnnexLook.listing_id == listing.id)
    rows = db.session.execute(query.order_by(AnnexLook.id.desc()).limit(size).offset((page - 1) * size)).all()
    people = accounts.cards(look.person_id for look, _ in rows)
    bodies = organisations.cards(number for _, number in rows)
    return [
        Look(look, people[look.person_id].name if look.person_id in people else "", bodies[number].name if number in bodies else "")
        for look, number in rows
    ], total


@hinders_leaving
def going_on(person_id: int) -> list[Hindrance]:
    """The person's deals that are not over."""
    asked = select(Listing.title.label("detail"), Deal.id.label("key"), NO_DUE).join(Deal, Deal.listing_id == Listing.id)
    mine = asked.where(Deal.person_id == person_id, Deal.state.in_(OPEN))
    return [Hindrance(mine, N_("Your deal goes on"), "/deals/{}", N_("Bring it to an end"))]


def concluded_by(organisation_id: int) -> Any:
    """When each deal was closed on what the organisation lists under its own name. What two sides keep between them is not counted:
    neither the other side's part in it nor a listing whose owner is unnamed."""
    query = select(Deal.closed_at).join(Listing, Listing.id == Deal.listing_id).where(Deal.state == State.CLOSED_DEAL)
    return query.where(Listing.organisation_id == organisation_id, Listing.owner_shown.is_(True))
