"""The table of the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_
from hub.microtasks.projects.models import Project, Task
from hub.microtasks.queue import rules
from hub.microtasks.queue.states import LIFE, State

LEASED_ONLY = "state = 'leased'"
SUBMITTED_ONLY = "state = 'submitted'"
"""Spelt out, not bound: both databases use a partial index only where a query says the same."""


class Assignment(db.Model):
    """One task in one person's hands, and what became of it. A person never gets the same task twice: the pair is unique.

    `answer` is an object as the project's form asks for it, `seconds` the working time. `accept_at` is when a submitted answer is
    accepted without a decision. `reason` tells why an answer was rejected, or why a task was called broken. `position` is the task's:
    the largest one is where this person goes on in the project.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("task_id", "person_id"),
        CheckConstraint("lease_until > leased_at", name="lease_has_length"),
        CheckConstraint(
            "state NOT IN ('submitted', 'accepted', 'rejected') OR (submitted_at IS NOT NULL AND seconds >= 0)", name="answered_is_whole"
        ),
        CheckConstraint("(state = 'submitted') = (accept_at IS NOT NULL)", name="waits_until"),
        CheckConstraint("(state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)", name="decided_has_time"),
        CheckConstraint("state <> 'rejected' OR reason <> ''", name="rejected_with_a_reason"),
        Index(
            "uq_assignment_in_hand", "project_id", "person_id",
            unique=True, sqlite_where=text(LEASED_ONLY), postgresql_where=text(LEASED_ONLY),
        ),
        Index("ix_assignment_lease_until", "lease_until", sqlite_where=text(LEASED_ONLY), postgresql_where=text(LEASED_ONLY)),
        Index("ix_assignment_accept_at", "accept_at", sqlite_where=text(SUBMITTED_ONLY), postgresql_where=text(SUBMITTED_ONLY)),
        Index("ix_assignment_place", "person_id", "project_id", "position"),
        Index("ix_assignment_person", "person_id", "id"),
        Index("ix_assignment_project", "project_id", "state", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("task_project.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    leased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    seconds: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(rules.LONGEST_REASON), default="")

    task: Mapped[Task] = relationship(lazy="raise_on_sql", viewonly=True)
    project: Mapped[Project] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def ref(self) -> str:
        return f"assignment:{self.id}"


holds_of_person("assignment", "person_id", what=N_("Tasks you worked on"), acted="decided_by", hides="decided_by", keeps=LAW)
