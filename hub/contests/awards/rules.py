"""Until when an award can be signed, and how a team shares it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.core.holds import rules as splits
from hub.core.holds.rules import Share, Way
from hub.kernel.errors import one_field
from hub.kernel.money import Breakdown
from hub.kernel.words import N_

SIGN_WITHIN = timedelta(days=30)
"""As the participation agreement says: who does not sign in this time keeps all rights and goes without the prize."""
SHORTEST_REASON, LONGEST_MESSAGE = 20, 4000


def sign_by(selected_at: datetime) -> datetime:
    return selected_at + SIGN_WITHIN


# Sharing

MOST_PEOPLE = 20


def shares(way: Way, people: Sequence[tuple[int, int]]) -> list[Share]:
    """Who gets which weight: `people` are (person id, basis points said by the leader); the points count for HALF and FREE alone.

    Raises Invalid (nobody_named, parts_do_not_add_up, too_many_people).
    """
    if len(people) < 2:
        raise one_field("member", N_("Name at least one person besides yourself."), code="nobody_named")
    if len(people) > MOST_PEOPLE:
        raise one_field("member", N_("At most %(most)s people share an award."), code="too_many_people", most=MOST_PEOPLE)
    points = [] if way is Way.EQUAL else [said for _, said in people]
    weights = splits.weights(way, len(people), points)
    return [Share(weight, person_id=person_id) for weight, (person_id, _) in zip(weights, people, strict=True)]


def parts(whole: Breakdown, way: Way, people: Sequence[tuple[int, int]]) -> dict[int, Breakdown]:
    """Each person's gross, fee and net, to the cent as they will be posted."""
    return {share.person_id or 0: part for share, part in splits.shared_out(whole, shares(way, people))}
