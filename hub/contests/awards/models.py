"""Tables of the awards room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.contests.awards import rules
from hub.contests.awards.states import LIFE, SHARING, SharingState, State
from hub.contests.challenges.models import Challenge
from hub.contests.entries.models import Entry
from hub.core.holds.rules import Share, Way
from hub.db.extensions import db
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money, breakdown
from hub.kernel.words import N_

LIVE_ONLY = text("state IN ('selected', 'signed', 'paid')")


class Award(Versioned, db.Model):
    """The prize offered to the author of one entry. `gross_minor` in minor units of `currency`, `fee_bp` in 1/100 %."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("gross_minor > 0", name="gross_positive"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000", name="fee_in_range"),
        CheckConstraint("state NOT IN ('signed', 'paid') OR (signed_at IS NOT NULL AND terms_id IS NOT NULL)", name="signed_is_whole"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_has_time"),
        Index("uq_award_live", "challenge_id", unique=True, sqlite_where=LIVE_ONLY, postgresql_where=LIVE_ONLY),
        Index("ix_award_person", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    fee_bp: Mapped[int]
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    message: Mapped[str] = mapped_column(Text, default="")
    said: Mapped[str] = mapped_column(String(500), default="")
    """Why the winner declined, or why the judging was opened again."""
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    selected_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    selected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sign_by: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    challenge: Mapped[Challenge] = relationship(lazy="joined", innerjoin=True)
    entry: Mapped[Entry] = relationship()

    @property
    def ref(self) -> str:
        return f"award:{self.id}"

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def split(self) -> Breakdown:
        """Gross, fee and net."""
        return breakdown(self.gross, self.fee_bp)


LIVE_SHARING = text("state IN ('proposed', 'agreed')")


class AwardSharing(Versioned, db.Model):
    """How the winner's team shares an award, as its leader proposed it; at most one that is neither refused nor taken back."""

    __tablename__ = "award_sharing"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint("number > 0", name="number_counts"),
        CheckConstraint("state <> 'agreed' OR agreed_at IS NOT NULL", name="agreed_has_time"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refused_with_a_reason"),
        Index("uq_award_sharing_live", "award_id", unique=True, sqlite_where=LIVE_SHARING, postgresql_where=LIVE_SHARING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    number: Mapped[int]
    way: Mapped[Way] = mapped_column(enum_type(Way))
    state: Mapped[SharingState] = mapped_column(enum_type(SharingState), default=SHARING.initial)
    leader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why a member refused."""
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    members: Mapped[list[AwardShare]] = relationship(order_by="AwardShare.place", lazy="selectin")

    @property
    def ref(self) -> str:
        return f"award_sharing:{self.id}"

    @property
    def is_default(self) -> bool:
        return self.way is Way.EQUAL

    @property
    def everybody_agreed(self) -> bool:
        return all(member.agreed_at is not None for member in self.members)

    @property
    def people(self) -> list[tuple[int, int]]:
        """(person id, basis points said by the leader), the leader first."""
        return [(member.person_id, member.points) for member in self.members]

    @property
    def shares(self) -> list[Share]:
        return rules.shares(self.way, self.people)


class AwardShare(db.Model):
    """One person's part; `points` are the basis points the leader said for them, `place` 0 is the leader."""

    __tablename__ = "award_share"
    __table_args__ = (
        UniqueConstraint("sharing_id", "person_id", name="uq_award_share_sharing_id_person_id"),
        UniqueConstraint("sharing_id", "place", name="uq_award_share_sharing_id_place"),
        CheckConstraint("points BETWEEN 0 AND 10000", name="points_in_range"),
        CheckConstraint("place >= 0", name="place_counts"),
        Index("ix_award_share_person", "person_id", "agreed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sharing_id: Mapped[int] = mapped_column(ForeignKey("award_sharing.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    place: Mapped[int]
    points: Mapped[int]
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("award", "person_id", what=N_("Your awards"), acted="selected_by", hides="selected_by", words="said", keeps=LAW)
holds_of_person("award_sharing", "leader_id", what=N_("Awards you shared with others"), words="reason", keeps=LAW)
holds_of_person("award_share", "person_id", what=N_("Your shares of awards"), keeps=LAW)
