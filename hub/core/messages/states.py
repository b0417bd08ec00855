"""The life of a mail. What messages are about (`Kind`) stands in rules and is handed on here."""

from __future__ import annotations

from hub.core.messages.rules import Kind as Kind
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
