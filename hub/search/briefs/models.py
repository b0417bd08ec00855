"""Tables of the briefs room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import LAW, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money, breakdown
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.search.briefs.states import FEE, LIFE, FeeState, InvitationState, State


class Brief(Versioned, db.Model):
    """What a consultant writes for a client: what is sought, by when, and by which criteria proposals are compared.

    `must_haves` and `criteria` are texts; a proposal answers each, in this order. `client_shown` False keeps from readers who asks.
    """

    __tablename__ = "brief"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('published', 'selecting', 'decided', 'closed_empty') OR "
            "(signed_off_at IS NOT NULL AND signed_off_by IS NOT NULL AND closes_at IS NOT NULL)",
            name="published_is_signed_off",
        ),
        CheckConstraint("state <> 'decided' OR decided_at IS NOT NULL", name="decided_is_dated"),
        CheckConstraint("signed_off_by IS NULL OR signed_off_by <> consultant_id", name="two_pairs_of_eyes"),
        Index("ix_brief_state", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    background: Mapped[str] = mapped_column(Text, default="")
    sought: Mapped[str] = mapped_column(Text, default="")
    must_haves: Mapped[list[str]] = mapped_column(JSON, default=list)
    criteria: Mapped[list[str]] = mapped_column(JSON, default=list)
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    language: Mapped[str] = mapped_column(String(8), default="en")
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client_shown: Mapped[bool] = mapped_column(default=True)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    remarks: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_off_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @property
    def ref(self) -> str:
        return f"brief:{self.id}"

    @property
    def path(self) -> str:
        return f"/briefs/{self.id}"

    @property
    def questions(self) -> list[str]:
        """What a proposal answers, one by one."""
        return [*self.must_haves, *self.criteria]

    @property
    def was_published(self) -> bool:
        return self.signed_off_at is not None

    @property
    def sought_text(self) -> str:
        """What matching compares."""
        return "\n".join([self.title, self.sought, *self.must_haves, *self.criteria, self.background])


class Invitation(db.Model):
    """Somebody was asked to propose, because of the match `key` ("expert:12", "offer:17")."""

    __tablename__ = "brief_invitation"
    __table_args__ = (UniqueConstraint("brief_id", "person_id"), Index("ix_brief_invitation_person", "person_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(80))
    state: Mapped[InvitationState] = mapped_column(enum_type(InvitationState), default=InvitationState.INVITED)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BriefFee(Versioned, db.Model):
    """What the consultant gets for the search, if a fee was named. `gross_minor` in minor units of `currency`, `fee_bp` in 1/100 %."""

    __tablename__ = "brief_fee"
    __table_args__ = (
        CheckConstraint("gross_minor > 0", name="gross_positive"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000", name="fee_in_range"),
        CheckConstraint("state NOT IN ('held', 'paid') OR held_at IS NOT NULL", name="held_has_time"),
        CheckConstraint("(state IN ('paid', 'called_off')) = (closed_at IS NOT NULL)", name="closed_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"), unique=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    fee_bp: Mapped[int]
    state: Mapped[FeeState] = mapped_column(enum_type(FeeState), default=FEE.initial)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"brief_fee:{self.id}"

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def split(self) -> Breakdown:
        """Gross, fee of the site and net."""
        return breakdown(self.gross, self.fee_bp)


holds_of_person("brief", acted="consultant_id signed_off_by decided_by", keeps=OFFICE)
holds_of_person("brief_fee", acted="consultant_id agreed_by", keeps=LAW)
holds_of_person("brief_invitation", "person_id", what=N_("Invitations to propose"), acted="invited_by", hides="invited_by", erase=True)
