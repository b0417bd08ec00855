"""After the fact: the clock opens deals for rating and shows ratings; a dispute that ends gives both sides time again."""

from __future__ import annotations

from typing import Any

from hub.core.disputes import queries as disputes
from hub.core.disputes.events import DisputeDecided, DisputeSettled, DisputeWithdrawn
from hub.core.moderation import queries as moderation
from hub.core.moderation.rules import Source, Thing
from hub.core.reputation import operations, queries
from hub.core.reputation.events import DealOpenedForRating, RatingsShown
from hub.core.reputation.rules import Part
from hub.core.reputation.states import State
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import Actor
from hub.kernel.words import N_

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


# What moderators may have to decide about


def _reported(actor: Actor, number: int) -> Thing:
    """A rating as everybody reads it: neither whose it is nor what the deal was about stands beside it. Nobody of either side decides."""
    rating, href = queries.read_by(actor, number)
    text = "\n\n".join([rating.words, f"> {rating.reply}"] if rating.reply else [rating.words])
    sides = tuple(rating.deal.side(part) for part in Part)
    return Thing(rating.ref, rating.words, href, rating.by_person_id, text, sides=sides)


def _take_off(number: int, reason: str) -> None:
    rating = queries.rating_by_id(number)
    if rating.state is State.SHOWN:
        operations.take_off(rating=rating, reason=reason)


def _put_back(number: int) -> None:
    operations.put_back(rating=queries.rating_by_id(number))


moderation.can_be_reported("rating", Source(N_("Rating of a finished deal"), _reported, _take_off, _put_back))


# What programs may hear of it


def _seen(event: Any) -> Seen:
    """Both sides."""
    deal = queries.by_id(event.deal_id)
    bodies, people = [deal.asked_organisation_id, deal.delivered_organisation_id], [deal.asked_person_id, deal.delivered_person_id]
    return seen(organisations=bodies, people=people, path=f"/api/v1/finished-deals/{deal.id}")


webhooks.sends({"deal.finished": DealOpenedForRating, "deal.ratings_shown": RatingsShown}, _seen, data=("deal_id",))
