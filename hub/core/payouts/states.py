"""The life of a payout."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class PayoutState(Worded):
    REQUESTED = "requested", N_("Asked for")
    SENDING = "sending", N_("On its way")
    PAID = "paid", N_("Paid")
    REJECTED = "rejected", N_("Not paid")
    RETURNED = "returned", N_("Came back")


class PayoutAct(Worded):
    SEND = "send", N_("Send")
    TAKE_BACK = "take_back", N_("Take back out of the bank file")
    CONFIRM = "confirm", N_("Confirm as paid")
    REJECT = "reject", N_("Refuse with a reason")
    RETURN_PART = "return_part", N_("A part came back")
    RETURN = "return", N_("It came back")


PAYOUT = Machine(
    "payout",
    initial=PayoutState.REQUESTED,
    moves=(
        Move(PayoutAct.SEND, PayoutState.REQUESTED, PayoutState.SENDING, says=N_("Send")),
        Move(PayoutAct.TAKE_BACK, PayoutState.SENDING, PayoutState.REQUESTED, says=N_("Take back out of the bank file")),
        Move(PayoutAct.CONFIRM, PayoutState.REQUESTED, PayoutState.PAID, says=N_("Confirm as paid")),
        Move(PayoutAct.CONFIRM, PayoutState.SENDING, PayoutState.PAID, says=N_("Confirm as paid")),
        Move(PayoutAct.REJECT, PayoutState.REQUESTED, PayoutState.REJECTED, says=N_("Refuse with a reason")),
        Move(PayoutAct.REJECT, PayoutState.SENDING, PayoutState.REJECTED, says=N_("Refuse with a reason")),
        Move(PayoutAct.RETURN_PART, PayoutState.PAID, PayoutState.PAID, says=N_("A part came back")),
        Move(PayoutAct.RETURN, PayoutState.PAID, PayoutState.RETURNED, says=N_("It came back")),
    ),
)

WAITING = (PayoutState.REQUESTED, PayoutState.SENDING)
"""The money is put aside and has not left."""
