"""The lives of a call to a processor and of a notice from one."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class CallState(Worded):
    WANTED = "wanted", N_("On its way")
    ANSWERED = "answered", N_("Done")
    REFUSED = "refused", N_("Refused")


class CallAct(Worded):
    ANSWER = "answer", N_("Answer")
    REFUSE = "refuse", N_("Refuse")


CALL = Machine(
    "call",
    initial=CallState.WANTED,
    moves=(
        Move(CallAct.ANSWER, CallState.WANTED, CallState.ANSWERED, says=N_("Note the answer")),
        Move(CallAct.REFUSE, CallState.WANTED, CallState.REFUSED, says=N_("Note the refusal")),
    ),
)


class EventState(Worded):
    RECEIVED = "received", N_("Received")
    HANDLED = "handled", N_("Handled")


class EventAct(Worded):
    HANDLE = "handle", N_("Handle")


EVENT = Machine(
    "event",
    initial=EventState.RECEIVED,
    moves=(Move(EventAct.HANDLE, EventState.RECEIVED, EventState.HANDLED, says=N_("Pass the notice on")),),
)
