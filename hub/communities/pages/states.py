"""The life of a page."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("Open")
    LOCKED = "locked", N_("Locked")
    RETIRED = "retired", N_("Retired")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    LOCK = "lock"
    UNLOCK = "unlock"
    RETIRE = "retire"
    BRING_BACK = "bring_back"

    CREATE = "create"
    WRITE = "write"
    WATCH = "watch"


LIFE = Machine(
    "page",
    initial=State.OPEN,
    moves=(
        Move(Act.LOCK, State.OPEN, State.LOCKED, says=N_("Lock the page")),
        Move(Act.UNLOCK, State.LOCKED, State.OPEN, says=N_("Unlock the page")),
        Move(Act.RETIRE, State.OPEN, State.RETIRED, says=N_("Retire the page")),
        Move(Act.RETIRE, State.LOCKED, State.RETIRED, says=N_("Retire the page")),
        Move(Act.BRING_BACK, State.RETIRED, State.OPEN, says=N_("Bring the page back")),
    ),
)
