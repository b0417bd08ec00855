"""What the calendar does to needs and offers."""

from __future__ import annotations

from typing import Any

from hub.core.moderation import queries as moderation
from hub.core.moderation.rules import Source, Thing
from hub.core.parties.rules import Side
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_
from hub.tech_market.listings import operations, queries
from hub.tech_market.listings.events import ListingExpired, ListingPublished, ListingRenewed, ListingReturned, ListingWithdrawn
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State

QUARTER_HOUR = 900


@every(QUARTER_HOUR)
def keep_current() -> None:
    """Last days that have come, patents that have ended."""
    operations.expire_due()
    operations.note_ended_patents()


# What moderators may have to decide about


def _reported(actor: Actor, number: int) -> Thing:
    """A published need or offer; whoever wrote it, or decides for its organisation, answers for it. Raises NotFound, NotNow."""
    listing = queries.by_id(number)
    if listing is None or listing.state is not State.PUBLISHED:
        raise NotFound(N_("There is nothing here that can be reported."))
    answers = listing.author_id or next(iter(queries.manager_ids(listing)), None)
    if answers is None:
        raise NotNow(
            N_("It comes from a public record, and nobody here answers for it. Tell the site’s administrators."), code="nobody_answers"
        )
    sides = (Side(organisation_id=listing.organisation_id),) if listing.organisation_id is not None else ()
    text = "\n\n".join(part for part in (listing.summary, listing.body) if part)
    return Thing(listing.ref, listing.title, listing.path, answers, text, sides=sides)


def _take_down(number: int, reason: str) -> None:
    listing = queries.by_id(number)
    if listing is not None and listing.state is State.PUBLISHED:
        operations.withdraw(actor=SYSTEM, listing=listing)


for kind, word in ((Kind.NEED, N_("Need")), (Kind.OFFER, N_("Offer"))):
    moderation.can_be_reported(kind.value, Source(word, _reported, _take_down))


# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    listing = queries.by_id(event.listing_id)
    return seen(organisations=[listing.organisation_id], path=f"/api/v1/{listing.kind}s/{listing.id}") if listing is not None else None


webhooks.sends(
    {
        "listing.returned": ListingReturned, "listing.published": ListingPublished, "listing.expired": ListingExpired,
        "listing.renewed": ListingRenewed, "listing.withdrawn": ListingWithdrawn,
    },
    _seen, data=("listing_id",),
)  # fmt: skip
