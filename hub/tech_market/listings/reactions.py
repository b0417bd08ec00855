"""What the calendar does to needs and offers."""

from __future__ import annotations

from typing import Any

from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.tech_market.listings import operations, queries
from hub.tech_market.listings.events import ListingExpired, ListingPublished, ListingRenewed, ListingReturned, ListingWithdrawn

QUARTER_HOUR = 900


@every(QUARTER_HOUR)
def keep_current() -> None:
    """Last days that have come, patents that have ended."""
    operations.expire_due()
    operations.note_ended_patents()


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
