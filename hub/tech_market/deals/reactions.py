"""What the calendar does to deals; and who reads their agreements, and where these are signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from hub.core.agreements import queries as agreements
from hub.core.contracts import queries as contracts
from hub.core.contracts.rules import Takes
from hub.core.disputes.rules import Side
from hub.core.integrity import operations as integrity
from hub.core.reputation import operations as reputation
from hub.core.reputation import queries as records
from hub.core.reputation.rules import Finished, Mode
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.core.wording.rules import Kind as AgreementKind
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.tech_market.deals import operations, queries
from hub.tech_market.deals.events import (
    DealAccepted,
    DealClosed,
    DealDeclined,
    DealExpired,
    DealPosted,
    DealSigned,
    IdentitiesRevealed,
    InterestExpressed,
)
from hub.tech_market.deals.models import Deal
from hub.tech_market.deals.policy import side_of
from hub.tech_market.deals.states import KNOWN
from hub.tech_market.deals.states import Side as DealSide
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind

QUARTER_HOUR = 900


@reacts_to(InterestExpressed)
def look_who_is_interested(event: InterestExpressed, fact: Fact) -> None:
    """Staff may have to look at an interest of the owner's own people, or at several of one hand."""
    deal = queries.get(event.deal_id)
    integrity.look(
        subject=deal.ref, title=deal.listing.title, link=deal.listing.path, person_id=deal.person_id,
        host_id=deal.listing.organisation_id, among=queries.interested_in(event.listing_id),
    )  # fmt: skip


@every(QUARTER_HOUR)
def keep_time() -> None:
    """Reminders of interests without an answer, and the lapse of what stays silent."""
    operations.remind_owners()
    operations.expire_silent()


def may_read(actor: Actor, subject: str) -> bool:
    """Both sides of the deal read what they are to sign."""
    try:
        queries.get_for(actor, int(subject.partition(":")[2]))
    except NotFound:
        return False
    return True


agreements.may_read_with("deal", may_read)
agreements.asks_itself("deal")
agreements.signed_at("deal", lambda subject: f"/deals/{subject.partition(':')[2]}")


def drawn_up_about(actor: Actor, deal_id: int) -> contracts.About | None:
    """Once both know each other they may draw up the technology agreement here: each side names the other as its party."""
    try:
        deal = queries.get_for(actor, deal_id)
    except NotFound:
        return None
    side = side_of(actor, deal)
    if side is None or deal.state not in KNOWN:
        return None
    gives = (side is DealSide.OWNER) == (deal.listing.kind is Kind.OFFER)
    owner, party = (None, deal.listing.organisation_id), (deal.person_id, deal.organisation_id)
    mine, other = (owner, party) if side is DealSide.OWNER else (party, owner)
    return contracts.About(
        title=deal.listing.title, href=deal.path, kind=AgreementKind.TECHNOLOGY, takes=Takes.GIVES if gives else Takes.RECEIVES,
        organisation_id=mine[1], other_person_id=None if other[1] is not None else other[0], other_organisation_id=other[1],
        reference=f"D-{deal.id}",
    )  # fmt: skip


contracts.drawn_up_about("deal", drawn_up_about)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    """Both sides; the message names neither, as one may not know the other yet."""
    deal = queries.get(event.deal_id)
    party = [deal.person_id] if deal.organisation_id is None else []
    return seen(organisations=[deal.listing.organisation_id, deal.organisation_id], people=party, path=f"/api/v1/deals/{deal.id}")


webhooks.sends(
    {
        "deal.interest": InterestExpressed, "deal.accepted": DealAccepted, "deal.declined": DealDeclined, "deal.signed": DealSigned,
        "deal.revealed": IdentitiesRevealed, "deal.message": DealPosted, "deal.closed": DealClosed, "deal.expired": DealExpired,
    },
    _seen, data=("deal_id",),
)  # fmt: skip


# Reputation


def _finished(event: DealClosed, fact: Fact) -> Iterable[Finished]:
    """Who took part in the talks and concluded: whoever needs it asked, whoever has it delivered."""
    if not event.agreed:
        return
    deal = queries.get(event.deal_id)
    owner = Side(organisation_id=deal.listing.organisation_id)
    party = Side(organisation_id=deal.organisation_id) if deal.organisation_id is not None else Side(person_id=deal.person_id)
    asked, delivered = (owner, party) if deal.listing.kind is Kind.NEED else (party, owner)
    yield Finished(deal.ref, Mode.MARKET, deal.listing.title, deal.path, asked, delivered, fact.at)


@records.counts_answers
def _inquiries(side: Side) -> Iterable[records.Answers]:
    """Interests in an organisation's listings."""
    if side.organisation_id is not None:
        query = select(Deal.asked_at, Deal.answered_at, Deal.answer_by).join(Listing, Listing.id == Deal.listing_id)
        yield query.where(Listing.organisation_id == side.organisation_id)


reputation.finishes([DealClosed], _finished)
