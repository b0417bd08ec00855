"""What the calendar does to deals; and who reads their agreements, and where these are signed."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import queries as agreements
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
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

QUARTER_HOUR = 900


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
agreements.signed_at("deal", lambda subject: f"/deals/{subject.partition(':')[2]}")


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
