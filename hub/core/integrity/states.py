"""The life of a flag."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("To look at")
    DISMISSED = "dismissed", N_("Nothing wrong with it")
    ACTED = "acted", N_("Acted upon")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    DISMISS = "dismiss"
    SETTLE = "settle"

    SEE = "see"


LIFE = Machine(
    "integrity_flag",
    initial=State.OPEN,
    moves=(
        Move(Act.DISMISS, State.OPEN, State.DISMISSED, says=N_("Nothing wrong with it")),
        Move(Act.SETTLE, State.OPEN, State.ACTED, says=N_("I have acted")),
    ),
)
