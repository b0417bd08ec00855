"""The lives of an endpoint and of a message to it."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class EndpointState(Worded):
    ON = "on", N_("On")
    PAUSED = "paused", N_("Paused")
    DISABLED = "disabled", N_("Switched off")
    ENDED = "ended", N_("Removed")


class EndpointAct(Worded):
    SEE = "see"
    CHANGE = "change"
    PAUSE = "pause", N_("Pause")
    RESUME = "resume", N_("Switch on")
    DISABLE = "disable"
    END = "end", N_("Remove")


ENDPOINT = Machine(
    "webhook",
    initial=EndpointState.ON,
    moves=(
        Move(EndpointAct.PAUSE, EndpointState.ON, EndpointState.PAUSED),
        Move(EndpointAct.RESUME, EndpointState.PAUSED, EndpointState.ON),
        Move(EndpointAct.DISABLE, EndpointState.ON, EndpointState.DISABLED),
        Move(EndpointAct.RESUME, EndpointState.DISABLED, EndpointState.ON),
        Move(EndpointAct.END, EndpointState.ON, EndpointState.ENDED),
        Move(EndpointAct.END, EndpointState.PAUSED, EndpointState.ENDED),
        Move(EndpointAct.END, EndpointState.DISABLED, EndpointState.ENDED),
    ),
)


class MessageState(Worded):
    DUE = "due", N_("Waiting")
    DELIVERED = "delivered", N_("Delivered")
    FAILED = "failed", N_("Not delivered")


class MessageAct(Worded):
    DELIVER = "deliver"
    GIVE_UP = "give_up"
    REPLAY = "replay", N_("Send again")


MESSAGE = Machine(
    "webhook message",
    initial=MessageState.DUE,
    moves=(
        Move(MessageAct.DELIVER, MessageState.DUE, MessageState.DELIVERED),
        Move(MessageAct.DELIVER, MessageState.FAILED, MessageState.DELIVERED),
        Move(MessageAct.GIVE_UP, MessageState.DUE, MessageState.FAILED),
        Move(MessageAct.REPLAY, MessageState.DELIVERED, MessageState.DUE),
        Move(MessageAct.REPLAY, MessageState.FAILED, MessageState.DUE),
    ),
)
