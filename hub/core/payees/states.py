"""The life of an account at the processor."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class PayeeState(Worded):
    OPENING = "opening", N_("Being opened")
    ASKED = "asked", N_("Not yet enabled")
    READY = "ready", N_("Ready")
    FAILED = "failed", N_("Refused")


class PayeeAct(Worded):
    OPENED = "opened", N_("Opened")
    REFUSE = "refuse", N_("Refuse")
    OPEN_AGAIN = "open_again", N_("Try again")
    ENABLE = "enable", N_("Enable")
    ASK = "ask", N_("Ask for more")
    LEAVE = "leave", N_("Leave")


PAYEE = Machine(
    "payout account",
    initial=PayeeState.OPENING,
    moves=(
        Move(PayeeAct.OPENED, PayeeState.OPENING, PayeeState.ASKED, says=N_("Opened")),
        Move(PayeeAct.REFUSE, PayeeState.OPENING, PayeeState.FAILED, says=N_("Refuse")),
        Move(PayeeAct.OPEN_AGAIN, PayeeState.FAILED, PayeeState.OPENING, says=N_("Try again")),
        Move(PayeeAct.ENABLE, PayeeState.ASKED, PayeeState.READY, says=N_("Enable")),
        Move(PayeeAct.ASK, PayeeState.READY, PayeeState.ASKED, says=N_("Ask for more")),
        Move(PayeeAct.LEAVE, PayeeState.ASKED, PayeeState.FAILED, says=N_("Leave")),
        Move(PayeeAct.LEAVE, PayeeState.READY, PayeeState.FAILED, says=N_("Leave")),
    ),
)
