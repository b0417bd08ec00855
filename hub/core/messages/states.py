"""The life of a mail. What messages are about (`Kind`) and when they come by mail (`Pace`) stand in rules
and are handed on here."""

from __future__ import annotations

from hub.core.messages.rules import Kind as Kind
from hub.core.messages.rules import Pace as Pace
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    QUEUED = "queued", N_("Queued")
    SENT = "sent", N_("Sent")
    DROPPED = "dropped", N_("Not sent")


class Act(Worded):
    SEND = "send", N_("Send")
    DROP = "drop", N_("Drop")


LIFE = Machine(
    "mail",
    initial=State.QUEUED,
    moves=(
        Move(Act.SEND, State.QUEUED, State.SENT),
        Move(Act.DROP, State.QUEUED, State.DROPPED),
    ),
)
