"""Who may do what: the two sides of a deal."""

from __future__ import annotations

from hub.core.disputes.policy import is_of, speaks_for
from hub.core.reputation.models import DealRating, FinishedDeal
from hub.core.reputation.rules import Part
from hub.core.reputation.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system


def part_of(actor: Actor, deal: FinishedDeal) -> Part | None:
    """The side for which the actor speaks; nobody who has to do with both speaks for either."""
    for part in Part:
        if speaks_for(actor, deal.side(part)) and not is_of(actor, deal.side(part.other)):
            return part
    return None


def took_part(actor: Actor, deal: FinishedDeal) -> bool:
    return part_of(actor, deal) is not None


def is_rated(actor: Actor, rating: DealRating) -> bool:
    return part_of(actor, rating.deal) is rating.part.other


POLICY = Policy(
    "rating",
    {
        Act.SHOW: by_the_system,
        Act.HIDE: by_the_system,
        Act.RESTORE: by_the_system,
        Act.READ: took_part,
        Act.RATE: took_part,
        Act.RECOMMEND: took_part,
        Act.REPLY: is_rated,
        Act.SEE_RECOMMENDATIONS: administers,
    },
)
