"""The lives of a funding (money asked for and received) and of a payout."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class FundingState(Worded):
    OPEN = "open", N_("Waiting for the transfer")
    CONFIRMED = "confirmed", N_("Received")
    CANCELLED = "cancelled", N_("Cancelled")


class FundingAct(Worded):
    RECEIVE_PART = "receive_part", N_("Confirm a part")
    CONFIRM = "confirm", N_("Confirm the money")
    CANCEL = "cancel", N_("Cancel")


FUNDING = Machine(
    "funding",
    initial=FundingState.OPEN,
    moves=(
        Move(FundingAct.RECEIVE_PART, FundingState.OPEN, FundingState.OPEN, says=N_("Confirm a part")),
        Move(FundingAct.CONFIRM, FundingState.OPEN, FundingState.CONFIRMED, says=N_("Confirm the money")),
        Move(FundingAct.CANCEL, FundingState.OPEN, FundingState.CANCELLED, says=N_("Cancel the request")),
    ),
)
