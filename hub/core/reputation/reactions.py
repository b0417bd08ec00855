"""After the fact: the clock opens deals for rating and shows ratings; a dispute that ends gives both sides time again."""

from __future__ import annotations

from typing import Any

from hub.core.disputes import queries as disputes
from hub.core.disputes.events import DisputeDecided, DisputeSettled, DisputeWithdrawn
from hub.core.reputation import operations, queries
from hub.core.reputation.events import DealOpenedForRating, RatingsShown
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to

MINUTE = 60


@every(MINUTE)
def open_what_is_finished() -> None:
    operations.open_due()


@every(MINUTE)
def show_what_is_over() -> None:
    operations.show_due()


@reacts_to(DisputeSettled)
@reacts_to(DisputeDecided)
@reacts_to(DisputeWithdrawn)
def give_time_again(event: Any, fact: Fact) -> None:
    operations.give_time(subject=disputes.by_id(event.dispute_id).subject)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    """Both sides."""
    deal = queries.by_id(event.deal_id)
    bodies, people = [deal.asked_organisation_id, deal.delivered_organisation_id], [deal.asked_person_id, deal.delivered_person_id]
    return seen(organisations=bodies, people=people, path=f"/api/v1/finished-deals/{deal.id}")


webhooks.sends({"deal.finished": DealOpenedForRating, "deal.ratings_shown": RatingsShown}, _seen, data=("deal_id",))
