"""The life of a submission: three stages, each of which can pause for a question to the submitter."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    RECEIVED = "received", N_("Stage 1")
    ASKED_FIRST = "asked_first", N_("Stage 1, a question to you")
    SECOND = "second", N_("Stage 2")
    ASKED_SECOND = "asked_second", N_("Stage 2, a question to you")
    THIRD = "third", N_("Stage 3")
    ASKED_THIRD = "asked_third", N_("Stage 3, a question to you")
    ACCEPTED = "accepted", N_("Accepted")
    DECLINED = "declined", N_("Declined")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(Worded):
    """The moves, then what can be done without moving."""

    SUBMIT = "submit", N_("Sent")
    ADVANCE = "advance", N_("Passed on")
    ASK = "ask", N_("Question")
    ANSWER = "answer", N_("Answer")
    ACCEPT = "accept", N_("Accepted")
    DECLINE = "decline", N_("Declined")
    WITHDRAW = "withdraw", N_("Withdrawn")

    WRITE = "write"
    READ = "read"
    NOTE = "note"
    ASSIGN = "assign"


STAGES: tuple[tuple[State, State], ...] = (
    (State.RECEIVED, State.ASKED_FIRST), (State.SECOND, State.ASKED_SECOND), (State.THIRD, State.ASKED_THIRD),
)  # fmt: skip
"""Each stage's state while the portal decides, and while it waits for the submitter."""
DECIDING = frozenset(state for state, _ in STAGES)
ASKED = frozenset(state for _, state in STAGES)
LIVE = DECIDING | ASKED
DONE = frozenset({State.ACCEPTED, State.DECLINED, State.WITHDRAWN})
DECISIONS = (Act.ADVANCE, Act.ACCEPT, Act.ASK, Act.DECLINE)
"""What managers decide; each takes a reason."""
FINAL = frozenset({Act.ACCEPT, Act.DECLINE})


def stage_of(state: StrEnum) -> int:
    """1, 2 or 3; 0 for a draft and for what is done."""
    return next((number for number, pair in enumerate(STAGES, start=1) if state in pair), 0)


def _stage(number: int) -> tuple[Move, ...]:
    state, asked = STAGES[number - 1]
    onward = (
        Move(Act.ADVANCE, state, STAGES[number][0], says=N_("Pass on to the next stage"))
        if number < len(STAGES)
        else Move(Act.ACCEPT, state, State.ACCEPTED, says=N_("Accept"))
    )
    return (
        onward,
        Move(Act.ASK, state, asked, says=N_("Ask the submitter")),
        Move(Act.DECLINE, state, State.DECLINED, says=N_("Decline")),
        Move(Act.WITHDRAW, state, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.ANSWER, asked, state, says=N_("Answer")),
        Move(Act.DECLINE, asked, State.DECLINED, says=N_("Decline")),
        Move(Act.WITHDRAW, asked, State.WITHDRAWN, says=N_("Withdraw")),
    )


LIFE = Machine(
    "submission",
    initial=State.DRAFT,
    moves=(Move(Act.SUBMIT, State.DRAFT, State.RECEIVED, says=N_("Send")), *_stage(1), *_stage(2), *_stage(3)),
)
