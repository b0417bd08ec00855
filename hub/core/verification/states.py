"""The life of a document check."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    WAITING = "waiting", N_("Waits to be checked")
    READING = "reading", N_("Being checked")
    ACCEPTED = "accepted", N_("Accepted")
    REJECTED = "rejected", N_("Rejected")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    LOST = "lost", N_("Lost, to be sent again")
    LAPSED = "lapsed", N_("Run out")
    REVOKED = "revoked", N_("Taken back")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    LOSE = "lose"
    LAPSE = "lapse"
    REVOKE = "revoke"

    SEE = "see"
    READ_FILES = "read_files"


OPEN = (State.WAITING, State.READING)

LIFE = Machine(
    "document_check",
    initial=State.WAITING,
    moves=(
        Move(Act.TAKE, State.WAITING, State.READING, says=N_("Check it")),
        Move(Act.GIVE_BACK, State.READING, State.WAITING, says=N_("Leave it to somebody else")),
        Move(Act.ACCEPT, State.READING, State.ACCEPTED, says=N_("Accept")),
        Move(Act.REJECT, State.READING, State.REJECTED, says=N_("Reject")),
        Move(Act.WITHDRAW, State.WAITING, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.WITHDRAW, State.READING, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.LOSE, State.WAITING, State.LOST),
        Move(Act.LOSE, State.READING, State.LOST),
        Move(Act.LAPSE, State.ACCEPTED, State.LAPSED),
        Move(Act.REVOKE, State.ACCEPTED, State.REVOKED, says=N_("Take it back")),
    ),
)
