"""What happens to answers. `SAYS` is how their story tells it. Leases and submissions are their own record: the assignment's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class AnswerAccepted:
    """By a person; what the clock accepts leaves its trace in the books and in the row."""

    SAYS: ClassVar[str] = N_("accepted an answer")
    assignment_id: int
    project_id: int
    task_id: int


@dataclass(frozen=True)
class AnswerRejected:
    SAYS: ClassVar[str] = N_("rejected an answer")
    assignment_id: int
    project_id: int
    task_id: int


@dataclass(frozen=True)
class AnswerPaidLate:
    """A dispute about a rejected answer ended with its pay; its place was given to somebody else meanwhile."""

    SAYS: ClassVar[str] = N_("paid a rejected answer after a dispute")
    assignment_id: int
    project_id: int
    transaction_id: int


@dataclass(frozen=True)
class TaskReported:
    """`taken_out` says that as many people called it broken as it takes to hand it out no more."""

    SAYS: ClassVar[str] = N_("reported a broken task")
    assignment_id: int
    project_id: int
    task_id: int
    taken_out: bool
