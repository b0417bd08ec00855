"""The life of an assignment: one task in one person's hands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel import clock
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    LEASED = "leased", N_("In hand")
    SUBMITTED = "submitted", N_("Being checked")
    ACCEPTED = "accepted", N_("Accepted")
    REJECTED = "rejected", N_("Rejected")
    SKIPPED = "skipped", N_("Skipped")
    EXPIRED = "expired", N_("Time ran out")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    SUBMIT = "submit"
    SKIP = "skip"
    REPORT = "report"
    EXPIRE = "expire"
    ACCEPT = "accept"
    REJECT = "reject"

    CLAIM = "claim"
    READ = "read"
    PAY_LATE = "pay_late"


class Leased(Protocol):
    lease_until: datetime


def is_overdue(assignment: Leased) -> bool:
    return not clock.within(None, assignment.lease_until)


LIFE = Machine(
    "assignment",
    initial=State.LEASED,
    moves=(
        Move(Act.SUBMIT, State.LEASED, State.SUBMITTED, says=N_("Send the answer")),
        Move(Act.SKIP, State.LEASED, State.SKIPPED, says=N_("Skip")),
        Move(Act.REPORT, State.LEASED, State.SKIPPED, says=N_("Report a broken task")),
        Move(
            Act.EXPIRE, State.LEASED, State.EXPIRED,
            when=is_overdue, unless=N_("There is still time to answer."), says=N_("Take back"),
        ),
        Move(Act.SUBMIT, State.EXPIRED, State.SUBMITTED, says=N_("Send the answer")),
        Move(Act.ACCEPT, State.SUBMITTED, State.ACCEPTED, says=N_("Accept")),
        Move(Act.REJECT, State.SUBMITTED, State.REJECTED, says=N_("Reject")),
    ),
)  # fmt: skip

HOLDS_A_PLACE = frozenset({State.LEASED, State.SUBMITTED, State.ACCEPTED})
"""In these states an assignment takes one of its task's places."""
ANSWERED = frozenset({State.SUBMITTED, State.ACCEPTED})
"""Answers that count."""
