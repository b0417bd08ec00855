"""The life of an account, and the kinds of its credentials."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    ACTIVE = "active", N_("Active")
    SUSPENDED = "suspended", N_("Suspended")
    ERASED = "erased", N_("Erased")


class Act(StrEnum):
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    ERASE = "erase"


class Purpose(Worded):
    """What the secret in a mail is good for."""

    VERIFY = "verify", N_("Confirm the address")
    RESET = "reset", N_("Set a new password")


LIFE = Machine(
    "account",
    initial=State.ACTIVE,
    moves=(
        Move(Act.SUSPEND, State.ACTIVE, State.SUSPENDED, says=N_("Suspend")),
        Move(Act.REINSTATE, State.SUSPENDED, State.ACTIVE, says=N_("Reinstate")),
        Move(Act.ERASE, State.ACTIVE, State.ERASED, says=N_("Erase")),
        Move(Act.ERASE, State.SUSPENDED, State.ERASED, says=N_("Erase")),
    ),
)
