"""Tables of the projects room: a project, its tasks, the images they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money
from hub.kernel.taxonomy import Sector
from hub.microtasks.projects import rules
from hub.microtasks.projects.rules import Reward
from hub.microtasks.projects.states import LIFE, TASK_LIFE, State, TaskState

FREE = "state = 'open' AND taken < answers_wanted"
"""A task that somebody may still be given. Spelt out, not bound: both databases use the partial index only where a query says the same."""


class Project(Versioned, db.Model):
    """Many small tasks of one kind, each answered by `redundancy` people.

    `form` is one JSON schema of a task: what is shown (`item`) and what is asked (`answer`); see `rules` of the forms. `pay_minor` is
    what a person gets for an accepted answer, in minor units of `currency` (0: volunteers); the fee of `fee_bp` (1/100 %) comes on top.
    An answer that nobody has decided on after `auto_accept_days` is accepted; 0 accepts at once. `tasks_total` counts the tasks.
    `median_seconds` is the observed working time (None: not yet known), refreshed by the clock. `source` is "" or "mturk".
    """

    __tablename__ = "task_project"
    __table_args__ = (
        CheckConstraint(f"redundancy BETWEEN 1 AND {rules.MOST_REDUNDANCY}", name="redundancy_in_range"),
        CheckConstraint("lease_minutes > 0", name="lease_positive"),
        CheckConstraint("pay_minor >= 0", name="pay_not_negative"),
        CheckConstraint("fee_bp BETWEEN 0 AND 9999", name="fee_in_range"),
        CheckConstraint("auto_accept_days >= 0", name="accept_days_not_negative"),
        CheckConstraint("tasks_total >= 0", name="tasks_not_negative"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR (published_at IS NOT NULL AND tasks_total > 0)", name="published_is_whole"),
        CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished_has_time"),
        Index("ix_task_project_state", "state", "published_at", "id"),
        Index("ix_task_project_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(rules.LONGEST_TITLE))
    summary: Mapped[str] = mapped_column(Text, default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    redundancy: Mapped[int] = mapped_column(default=3)
    lease_minutes: Mapped[int] = mapped_column(default=15)
    pay_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    fee_bp: Mapped[int] = mapped_column(default=0)
    auto_accept_days: Mapped[int] = mapped_column(default=0)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    source: Mapped[str] = mapped_column(String(20), default="")
    tasks_total: Mapped[int] = mapped_column(default=0)
    median_seconds: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        """How the journal, the index and the books name it: "project:17"."""
        return f"project:{self.id}"

    @property
    def path(self) -> str:
        return f"/tasks/{self.slug}"

    @property
    def is_paid(self) -> bool:
        return self.pay_minor > 0

    @property
    def reward(self) -> Reward:
        return Reward.PAID if self.is_paid else Reward.VOLUNTEER

    @property
    def pay(self) -> Money:
        """What a person gets for one accepted answer."""
        return Money(self.pay_minor, self.currency)

    @property
    def price(self) -> Breakdown:
        """What the project pays for one accepted answer: gross, fee, net."""
        return rules.price(self)

    @property
    def hourly(self) -> Money | None:
        """What an hour brings at the observed pace; None while it is not known."""
        return rules.hourly(self.pay, self.median_seconds)


class Task(db.Model):
    """One item to be answered `answers_wanted` times.

    `taken` counts the places that are given away: live leases and answers that were submitted or accepted. `accepted` counts those that
    were accepted. Both change by conditional statements of the queue alone, so no race gives away more places than there are.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        CheckConstraint("answers_wanted > 0", name="answers_wanted_positive"),
        CheckConstraint("taken BETWEEN 0 AND answers_wanted", name="never_more_than_wanted"),
        CheckConstraint("accepted BETWEEN 0 AND taken", name="accepted_were_taken"),
        CheckConstraint("(state = 'done') = (accepted = answers_wanted)", name="done_when_all_accepted"),
        CheckConstraint("reports >= 0", name="reports_not_negative"),
        Index("ix_task_free", "project_id", "position", sqlite_where=text(FREE), postgresql_where=text(FREE)),
        Index("ix_task_state", "project_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("task_project.id"))
    position: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    answers_wanted: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    reports: Mapped[int] = mapped_column(default=0)
    state: Mapped[TaskState] = mapped_column(enum_type(TaskState), default=TASK_LIFE.initial)


class TaskImage(db.Model):
    """An image of a project, which tasks name by its file name."""

    __tablename__ = "task_image"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("task_project.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    name: Mapped[str] = mapped_column(String(120))


holds_of_person("task_project", acted="author_id", keeps=OFFICE)
holds_of_nobody("task", "task_image", because="what an organisation asks about")
