"""The lives of a task project and of its tasks."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.microtasks.projects import rules


class State(Worded):
    DRAFT = "draft", N_("Draft")
    RUNNING = "running", N_("Running")
    PAUSED = "paused", N_("Paused")
    ENDING = "ending", N_("Being settled")
    FINISHED = "finished", N_("Finished")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    SETTLE = "settle"
    WITHDRAW = "withdraw"

    DRAFT = "draft"
    EDIT = "edit"
    FUND = "fund"
    READ = "read"


INCOMPLETE = N_("Something is still missing: see the list.")
NOT_HELD = N_("The whole budget must be held before the project can start.")

LIFE = Machine(
    "project",
    initial=State.DRAFT,
    moves=(
        Move(Act.START, State.DRAFT, State.RUNNING, when=rules.is_complete, unless=INCOMPLETE, says=N_("Start the project")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Discard the draft")),
        Move(Act.PAUSE, State.RUNNING, State.PAUSED, says=N_("Pause")),
        Move(Act.RESUME, State.PAUSED, State.RUNNING, says=N_("Go on")),
        Move(Act.END, State.RUNNING, State.ENDING, says=N_("End the project")),
        Move(Act.END, State.PAUSED, State.ENDING, says=N_("End the project")),
        Move(Act.SETTLE, State.ENDING, State.FINISHED, says=N_("Settle")),
    ),
)

OPEN = frozenset({State.RUNNING, State.PAUSED})
"""Work may go on."""
PUBLIC = frozenset({State.RUNNING, State.PAUSED, State.ENDING, State.FINISHED})
"""What everybody may read."""


class TaskState(Worded):
    OPEN = "open", N_("Open")
    DONE = "done", N_("Done")
    WITHDRAWN = "withdrawn", N_("Taken out")


class TaskAct(StrEnum):
    COMPLETE = "complete"
    TAKE_OUT = "take_out"


TASK_LIFE = Machine(
    "task",
    initial=TaskState.OPEN,
    moves=(
        Move(TaskAct.COMPLETE, TaskState.OPEN, TaskState.DONE, says=N_("Complete")),
        Move(TaskAct.COMPLETE, TaskState.WITHDRAWN, TaskState.DONE, says=N_("Complete")),
        Move(TaskAct.TAKE_OUT, TaskState.OPEN, TaskState.WITHDRAWN, says=N_("Take the task out")),
    ),
)
