"""The life of a portal."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    OPEN = "open", N_("Open")
    CLOSED = "closed", N_("Closed")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    OPEN = "open"
    CLOSE = "close"

    FOUND = "found"
    LIST = "list"
    READ = "read"
    EDIT = "edit"
    APPOINT = "appoint"


LIFE = Machine(
    "portal",
    initial=State.DRAFT,
    moves=(
        Move(Act.OPEN, State.DRAFT, State.OPEN, says=N_("Open the portal")),
        Move(Act.CLOSE, State.OPEN, State.CLOSED, says=N_("Close the portal")),
        Move(Act.OPEN, State.CLOSED, State.OPEN, says=N_("Open it again")),
    ),
)
