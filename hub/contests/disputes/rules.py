"""How a dispute about an entry may end, and what its sides are called."""

from __future__ import annotations

from hub.core.disputes.rules import Outcome
from hub.core.parties.rules import Side
from hub.kernel.money import Money
from hub.kernel.words import N_

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
