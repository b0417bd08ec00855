"""Tables of reputation: finished deals, the ratings of both sides, what adds up of them, recommendations of the site."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.disputes.rules import Side
from hub.core.reputation import rules
from hub.core.reputation.rules import Aspect, Mode, Part
from hub.core.reputation.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import RECORD, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel import clock
from hub.kernel.words import N_


class FinishedDeal(db.Model):
    """Something was delivered and paid between two sides that have nothing else to do with one another.

    `key` is the mode's name for it, one for each pair. It counts and can be rated from `rate_from` to `closes_at`; `told_at` is when both
    sides were told so, `shown_at` when all its ratings were shown.
    """

    __tablename__ = "finished_deal"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("(asked_person_id IS NULL) <> (asked_organisation_id IS NULL)", name="one_asks"),
        CheckConstraint("(delivered_person_id IS NULL) <> (delivered_organisation_id IS NULL)", name="one_delivers"),
        CheckConstraint("asked_person_id IS NULL OR asked_person_id <> delivered_person_id", name="two_people"),
        CheckConstraint("asked_organisation_id IS NULL OR asked_organisation_id <> delivered_organisation_id", name="two_organisations"),
        CheckConstraint("closes_at > rate_from", name="time_to_rate"),
        CheckConstraint("shown_at IS NULL OR told_at IS NOT NULL", name="shown_after_told"),
        Index("ix_finished_deal_subject", "subject"),
        Index("ix_finished_deal_told", "told_at", "rate_from"),
        Index("ix_finished_deal_shown", "shown_at", "closes_at"),
        *(
            Index(f"ix_finished_deal_{part}_{whose}", f"{part}_{whose}_id", "id")
            for part in ("asked", "delivered")
            for whose in ("person", "organisation")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80))
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    title: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(200))
    asked_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    delivered_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    delivered_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    many: Mapped[bool] = mapped_column(default=False)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rate_from: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"finished_deal:{self.id}"

    @property
    def path(self) -> str:
        return f"/reputation/deals/{self.id}"

    def side(self, part: Part) -> Side:
        if part is Part.ASKED:
            return Side(self.asked_person_id, self.asked_organisation_id)
        return Side(self.delivered_person_id, self.delivered_organisation_id)

    @property
    def is_open(self) -> bool:
        """Can it be rated now?"""
        return self.shown_at is None and clock.within(self.rate_from, self.closes_at)


class DealRating(Versioned, db.Model):
    """What one side of a deal says of the other: `part` is the side that says it. Each aspect from 1 to 5.

    `reply` is what the rated side answered, once; `decision` is the moderators' reason while it is hidden.
    """

    __tablename__ = "deal_rating"
    __table_args__ = (
        UniqueConstraint("deal_id", "part"),
        *(CheckConstraint(f"{aspect.value} BETWEEN 1 AND 5", name=f"{aspect.value}_in_range") for aspect in Aspect),
        CheckConstraint("length(words) > 0", name="says_something"),
        CheckConstraint("(about_person_id IS NULL) <> (about_organisation_id IS NULL)", name="about_one"),
        CheckConstraint("(state = 'sealed') = (shown_at IS NULL)", name="shown_has_its_time"),
        CheckConstraint("(replied_at IS NULL) = (reply = '')", name="reply_is_whole"),
        CheckConstraint("replied_at IS NULL OR state <> 'sealed'", name="reply_to_what_is_shown"),
        CheckConstraint("(state = 'hidden') = (decision <> '')", name="hidden_with_a_reason"),
        Index("ix_deal_rating_about_person", "about_person_id", "state", "shown_at"),
        Index("ix_deal_rating_about_organisation", "about_organisation_id", "state", "shown_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("finished_deal.id"))
    part: Mapped[Part] = mapped_column(enum_type(Part))
    about_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    about_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    by_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substance: Mapped[int]
    communication: Mapped[int]
    reliability: Mapped[int]
    words: Mapped[str] = mapped_column(String(rules.LONGEST))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str] = mapped_column(String(rules.LONGEST), default="")
    replied_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(Text, default="")

    deal: Mapped[FinishedDeal] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"rating:{self.id}"

    @property
    def about(self) -> Side:
        return Side(self.about_person_id, self.about_organisation_id)

    @property
    def points(self) -> int:
        """3 to 15."""
        return self.substance + self.communication + self.reliability

    @property
    def mean(self) -> str:
        """Of the three aspects, with one decimal."""
        return rules.one_decimal(Fraction(self.points, len(Aspect)))

    @property
    def aspects(self) -> list[tuple[str, int]]:
        """What was asked (marked with N_), and the answer."""
        return [(rules.ASKS[self.part.other][aspect], getattr(self, aspect.value)) for aspect in Aspect]


class Standing(db.Model):
    """What adds up of one person or organisation: counts and sums that grow with each fact, so that nothing is ever counted again."""

    __tablename__ = "standing"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="of_one"),
        CheckConstraint("deals >= 0 AND ratings >= 0 AND due >= 0 AND on_time BETWEEN 0 AND due", name="counts"),
        CheckConstraint("points BETWEEN 3 * ratings AND 15 * ratings", name="points_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), unique=True)
    deals: Mapped[int] = mapped_column(default=0)
    ratings: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
    due: Mapped[int] = mapped_column(default=0)
    on_time: Mapped[int] = mapped_column(default=0)


class PromiseKept(db.Model):
    """The first delivery of something that was due on a day."""

    __tablename__ = "promise_kept"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="of_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    due_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Recommendation(db.Model):
    """How likely somebody is to recommend the site, asked once after a deal. Shown to nobody by person; `month` is "2026-11"."""

    __tablename__ = "recommendation"
    __table_args__ = (
        UniqueConstraint("deal_id", "person_id"),
        CheckConstraint("score BETWEEN 0 AND 10", name="score_in_range"),
        Index("ix_recommendation_month", "month", "mode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("finished_deal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    month: Mapped[str] = mapped_column(String(7))
    score: Mapped[int]
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person(
    "finished_deal", "asked_person_id delivered_person_id", what=N_("Deals you finished"),
    hides="asked_person_id delivered_person_id asked_organisation_id delivered_organisation_id", keeps=RECORD,
)  # fmt: skip
holds_of_person(
    "deal_rating", "by_person_id", what=N_("Ratings you gave"), acted="about_person_id replied_by",
    hides="about_person_id about_organisation_id replied_by", quiet="about_person_id",
    words="words", keeps=RECORD,
)  # fmt: skip
holds_of_person("standing", "person_id", what=N_("Sums of your finished deals and ratings"), erase=True)
holds_of_person("promise_kept", "person_id", what=N_("Deliveries of yours that had a due day"), erase=True)
holds_of_person("recommendation", "person_id", what=N_("How likely you are to recommend the site"), erase=True)
