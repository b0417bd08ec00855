"""Until when an award can be signed, and how a team shares it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.core.disputes.rules import Outcome
from hub.core.holds import rules as splits
from hub.core.holds.rules import Share, Way
from hub.core.parties.rules import Side
from hub.kernel.errors import one_field
from hub.kernel.money import Breakdown, Money
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


# Disputes

AWARD, SUM, REJUDGE = "award", "sum", "rejudge"
"""Ways in which a dispute about an entry ends: with the whole prize after all, with a sum, or, as long as the award is not signed, with the
judging opened again."""
AUTHOR, SEEKER = N_("The author of the entry"), N_("The seeker")


def ways(prize: Money, *, nobody_won: bool, unsigned: bool) -> list[Outcome]:
    """How a dispute about an entry that was turned down can end with more than words: the prize only where it is nobody's."""
    found = [Outcome(SUM, N_("The seeker pays a sum, up to the prize"), prize)]
    if nobody_won:
        found.insert(0, Outcome(AWARD, N_("The prize is awarded after all")))
    if unsigned:
        found.insert(0, Outcome(REJUDGE, N_("The judging is opened again: scores are corrected, and the seeker decides anew")))
    return found


def hidden(person_id: int, seeker_id: int, shown: bool) -> dict[Side, str]:
    """What author and seeker are called to the other: entries are judged without names, and a seeker may stay anonymous."""
    return {Side(person_id=person_id): AUTHOR} | ({} if shown else {Side(organisation_id=seeker_id): SEEKER})
