"""The life of a case: reports of one post that are decided together."""

from __future__ import annotations

from enum import StrEnum

from hub.core.moderation import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("Waits for a decision")
    UPHELD = "upheld", N_("Measures taken")
    DISMISSED = "dismissed", N_("Nothing wrong with it")
    APPEALED = "appealed", N_("Appealed")
    CONFIRMED = "confirmed", N_("Confirmed on appeal")
    OVERTURNED = "overturned", N_("Overturned on appeal")


AUTHOR_READS = frozenset({State.UPHELD, State.APPEALED, State.CONFIRMED, State.OVERTURNED})
"""Measures were taken: the author learns of the case then, and not before."""


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"
    APPEAL = "appeal"
    CONFIRM = "confirm"
    OVERTURN = "overturn"

    SEE_REPORTS = "see_reports"


LIFE = Machine(
    "case",
    initial=State.OPEN,
    moves=(
        Move(Act.UPHOLD, State.OPEN, State.UPHELD, says=N_("Take measures")),
        Move(Act.DISMISS, State.OPEN, State.DISMISSED, says=N_("Leave it as it is")),
        Move(
            Act.APPEAL, State.UPHELD, State.APPEALED,
            when=rules.in_time, unless=N_("An appeal is possible for 14 days after the decision."), says=N_("Appeal"),
        ),
        Move(Act.CONFIRM, State.APPEALED, State.CONFIRMED, says=N_("Confirm the decision")),
        Move(Act.OVERTURN, State.APPEALED, State.OVERTURNED, says=N_("Overturn the decision")),
    ),
)  # fmt: skip
