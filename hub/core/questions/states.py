"""The life of a question."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    ASKED = "asked", N_("Waits for an answer")
    ANSWERED = "answered", N_("Answered")
    DECLINED = "declined", N_("Declined")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    LAPSED = "lapsed", N_("Not answered in time")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    ANSWER = "answer"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"

    CORRECT = "correct"
    SEE_ASKER = "see_asker"


class Voice(Worded):
    """Who answered, as everybody may know it."""

    SEEKER = "seeker", N_("The seeker")
    SITE = "site", N_("A consultant of the hub")


LIFE = Machine(
    "question",
    initial=State.ASKED,
    moves=(
        Move(Act.ANSWER, State.ASKED, State.ANSWERED, says=N_("Answer to everybody")),
        Move(Act.DECLINE, State.ASKED, State.DECLINED, says=N_("Decline with a reason")),
        Move(Act.WITHDRAW, State.ASKED, State.WITHDRAWN, says=N_("Withdraw the question")),
        Move(Act.LAPSE, State.ASKED, State.LAPSED),
    ),
)
