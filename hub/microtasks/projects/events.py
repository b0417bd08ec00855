"""What happens to task projects. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ProjectDrafted:
    SAYS: ClassVar[str] = N_("began a task project")
    project_id: int


@dataclass(frozen=True)
class ProjectEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the draft")
    project_id: int
    fields: str


@dataclass(frozen=True)
class TasksAdded:
    SAYS: ClassVar[str] = N_("added tasks")
    project_id: int
    tasks: int


@dataclass(frozen=True)
class TasksCleared:
    SAYS: ClassVar[str] = N_("removed all tasks of the draft")
    project_id: int
    tasks: int


@dataclass(frozen=True)
class ProjectStarted:
    SAYS: ClassVar[str] = N_("started the project")
    project_id: int


@dataclass(frozen=True)
class ProjectPaused:
    SAYS: ClassVar[str] = N_("paused the project")
    project_id: int


@dataclass(frozen=True)
class ProjectResumed:
    SAYS: ClassVar[str] = N_("let the project go on")
    project_id: int


@dataclass(frozen=True)
class ProjectEnded:
    """No more tasks are handed out. `early` says whether answers were still wanted."""

    SAYS: ClassVar[str] = N_("ended the project")
    project_id: int
    early: bool


@dataclass(frozen=True)
class ProjectFinished:
    """Every answer is decided on; what was left of the budget is back with the organisation."""

    SAYS: ClassVar[str] = N_("settled the project")
    project_id: int


@dataclass(frozen=True)
class ProjectWithdrawn:
    SAYS: ClassVar[str] = N_("discarded the draft")
    project_id: int


@dataclass(frozen=True)
class TaskTakenOut:
    """One task is handed out no more, by its owner or after several people called it broken."""

    SAYS: ClassVar[str] = N_("took a task out")
    project_id: int
    task_id: int
