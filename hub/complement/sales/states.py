"""The life of a purchase."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    PAID = "paid", N_("Paid")
    RETURNED = "returned", N_("Given back")


class Act(StrEnum):
    BUY = "buy"
    READ = "read"
    RETURN = "return"
    REFUND = "refund"
    SEE_SALES = "see_sales"
    SEE_PLATFORM_SALES = "see_platform_sales"
    SAY_SHARES = "say_shares"


LIFE = Machine(
    "purchase",
    initial=State.PAID,
    moves=(
        Move(Act.RETURN, State.PAID, State.RETURNED, says=N_("Give it back")),
        Move(Act.REFUND, State.PAID, State.RETURNED, says=N_("Return the money")),
    ),
)
"""The buyer gives back while the platform's days last; the seller may return the money later, too."""
