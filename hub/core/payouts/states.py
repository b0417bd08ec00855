"""The life of a payout."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class PayoutState(Worded):
    REQUESTED = "requested", N_("On its way")
    PAID = "paid", N_("Paid")
    REJECTED = "rejected", N_("Not paid")


class PayoutAct(Worded):
    CONFIRM = "confirm", N_("Confirm as paid")
    REJECT = "reject", N_("Refuse with a reason")


PAYOUT = Machine(
    "payout",
    initial=PayoutState.REQUESTED,
    moves=(
        Move(PayoutAct.CONFIRM, PayoutState.REQUESTED, PayoutState.PAID, says=N_("Confirm as paid")),
        Move(PayoutAct.REJECT, PayoutState.REQUESTED, PayoutState.REJECTED, says=N_("Refuse with a reason")),
    ),
)
