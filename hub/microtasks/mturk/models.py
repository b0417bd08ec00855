"""Tables of the Mechanical Turk door: what HITs of one type share, and which project carries a HIT."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.personal import holds_of_nobody
from hub.db.types import UtcDateTime
from hub.kernel.money import Money
from hub.microtasks.mturk import rules
from hub.microtasks.projects.models import Project


class HitType(db.Model):
    """Title, description, reward and durations that HITs share. The same again is the same type: `digest` is unique for its organisation.

    `reward_minor` is in US cents. The durations are kept as projects know them: whole minutes of a lease, whole days until an answer is
    accepted.
    """

    __tablename__ = "mturk_hit_type"
    __table_args__ = (
        UniqueConstraint("organisation_id", "digest"),
        CheckConstraint("reward_minor >= 0", name="reward_not_negative"),
        CheckConstraint("lease_minutes > 0", name="lease_positive"),
        CheckConstraint("auto_accept_days >= 0", name="accept_days_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(rules.LONGEST_TITLE))
    description: Mapped[str] = mapped_column(Text)
    keywords: Mapped[str] = mapped_column(Text, default="")
    reward_minor: Mapped[int] = mapped_column(BigInteger)
    lease_minutes: Mapped[int]
    auto_accept_days: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def reward(self) -> Money:
        return Money(self.reward_minor, rules.CURRENCY)


class Hit(db.Model):
    """A HIT: a task project of one task, with the question as it was sent. `expires_at` ends the project."""

    __tablename__ = "mturk_hit"
    __table_args__ = (
        Index("ix_mturk_hit_organisation", "organisation_id", "id"),
        Index("ix_mturk_hit_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    hit_type_id: Mapped[int] = mapped_column(ForeignKey("mturk_hit_type.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("task_project.id"), unique=True)
    question: Mapped[str] = mapped_column(Text)
    annotation: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    hit_type: Mapped[HitType] = relationship(lazy="raise_on_sql", viewonly=True)
    project: Mapped[Project] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def ref(self) -> str:
        return f"hit:{self.id}"


holds_of_nobody("mturk_hit", "mturk_hit_type", because="an organisation's tasks in another protocol's words")
