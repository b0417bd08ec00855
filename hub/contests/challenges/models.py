"""Tables of the challenges room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import MAX_MINOR, Money
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_


class Challenge(Versioned, db.Model):
    """One prize challenge. `terms` are the IP choices that the participation agreement is composed of.

    `source_key` names the record it was imported from; such a row has no author, no prize of ours and no criteria.
    """

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint(f"prize_minor BETWEEN 0 AND {MAX_MINOR}", name="prize_in_range"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000", name="fee_in_range"),
        CheckConstraint("review_days BETWEEN 1 AND 365", name="review_in_range"),
        CheckConstraint(
            "state NOT IN ('open', 'judging', 'selected', 'awarded') "
            "OR (prize_minor > 0 AND closes_at IS NOT NULL AND published_at IS NOT NULL)",
            name="running_is_whole",
        ),
        CheckConstraint("source_key IS NOT NULL OR author_id IS NOT NULL", name="has_author"),
        Index("ix_challenge_state_closes_at", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    prize_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    fee_bp: Mapped[int]
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_days: Mapped[int] = mapped_column(default=45)
    seeker_shown: Mapped[bool] = mapped_column(default=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    own_clauses: Mapped[int | None]
    eligibility: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(40), default="")
    source_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    source_url: Mapped[str] = mapped_column(String(500), default="")

    criteria: Mapped[list[Criterion]] = relationship(
        order_by="Criterion.position", cascade="all, delete-orphan", back_populates="challenge"
    )
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id.desc()")

    held_minor = 0
    """What the ledger holds for it, in minor units: put here by `queries.with_hold` before the moves are asked (not a column)."""

    @property
    def ref(self) -> str:
        """How the ledger, the agreements and the journal name it."""
        return f"challenge:{self.id}"

    @property
    def prize(self) -> Money:
        return Money(self.prize_minor, self.currency)

    @property
    def is_imported(self) -> bool:
        return self.source_key is not None


class Criterion(db.Model):
    """What entries are judged by. `weight` is in per cent; must-haves weigh nothing, they are met or not."""

    __tablename__ = "criterion"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight_in_range"),
        CheckConstraint("kind = 'scored' OR weight = 0", name="must_weighs_nothing"),
        Index("ix_criterion_challenge_id", "challenge_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    weight: Mapped[int] = mapped_column(default=0)

    challenge: Mapped[Challenge] = relationship(back_populates="criteria")


class Remark(db.Model):
    """What was said with a decision: by a consultant on a review, by whoever ended or cancelled it. Never changed."""

    __tablename__ = "challenge_remark"
    __table_args__ = (CheckConstraint("length(text) > 0", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Approval(db.Model):
    """Who approved it, and which part of the site's fee (basis points) goes to them for it, as it was that day. Never changed."""

    __tablename__ = "challenge_approval"
    __table_args__ = (
        CheckConstraint("consultant_bp BETWEEN 0 AND 10000", name="part_in_range"),
        Index("ix_challenge_approval_challenge", "challenge_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    consultant_bp: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChallengeFollow(db.Model):
    """Who wants to hear what becomes of a challenge."""

    __tablename__ = "challenge_follow"
    __table_args__ = (UniqueConstraint("person_id", "challenge_id"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("challenge", acted="author_id", keeps=OFFICE)
holds_of_person("challenge_approval", acted="person_id", keeps=OFFICE)
holds_of_person("challenge_remark", acted="person_id", keeps=OFFICE)
holds_of_person("challenge_follow", "person_id", what=N_("Challenges you follow"), erase=True)
holds_of_nobody("criterion", because="a part of a challenge")
