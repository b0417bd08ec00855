"""Tables of the judging room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.contests.challenges.models import Challenge
from hub.contests.judging.rules import TOP
from hub.contests.judging.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import RECORD, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Judge(Versioned, db.Model):
    """A person asked to judge a challenge. Only an accepted judge, who has declared to have no conflict of interest, reads and scores."""

    __tablename__ = "judge"
    __table_args__ = (
        UniqueConstraint("challenge_id", "person_id"),
        CheckConstraint("state != 'accepted' OR (declared_at IS NOT NULL AND declaration != '')", name="accepted_has_declared"),
        Index("ix_judge_person", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    appointed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    appointed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declaration: Mapped[str] = mapped_column(String(20), default="")
    said: Mapped[str] = mapped_column(String(500), default="")
    """Why the judge declined, or was dismissed."""

    challenge: Mapped[Challenge] = relationship(lazy="joined", innerjoin=True)


class Score(Versioned, db.Model):
    """One judge's points for one criterion of one entry, with the reason its author will read. A must-have gets 1 or 0."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("entry_id", "criterion_id", "judge_id"),
        CheckConstraint(f"points BETWEEN 0 AND {TOP}", name="points_in_range"),
        CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person(
    "judge", "person_id", what=N_("Challenges you judge"), acted="appointed_by", hides="appointed_by", words="said", keeps=RECORD
)
holds_of_person("score", "judge_id.person_id", what=N_("Scores you gave"), words="reason", keeps=RECORD)
