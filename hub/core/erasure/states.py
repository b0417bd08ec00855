"""The life of a wish to be erased."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    WAITING = "waiting", N_("Waits")
    CANCELLED = "cancelled", N_("Cancelled")
    ERASING = "erasing", N_("Being erased")
    DONE = "done", N_("Erased")


class Act(StrEnum):
    CANCEL = "cancel"
    ERASE = "erase"
    FINISH = "finish"


_E = State
LIFE = Machine(
    "erasure",
    initial=_E.WAITING,
    moves=(
        Move(Act.CANCEL, _E.WAITING, _E.CANCELLED, says=N_("Keep my account")),
        Move(Act.ERASE, _E.WAITING, _E.ERASING, says=N_("Erase the account")),
        Move(Act.FINISH, _E.ERASING, _E.DONE, says=N_("Finish")),
    ),
)

NOT_OVER = (_E.WAITING, _E.ERASING)
