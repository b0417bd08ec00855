"""Disputes, what was said in them, and what was offered. What was said or offered is never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.disputes.rules import Claim, Effect, Ground, Matter, Role, Side
from hub.core.disputes.states import CLOCKS, LIFE, OFFERS, OfferState, State
from hub.db.extensions import db
from hub.db.personal import CONTRACT, Hindrance, hinders_leaving, holds_of_person
from hub.db.types import NO_DUE, UtcDateTime, Versioned, enum_type
from hub.kernel import clock
from hub.kernel.money import Money
from hub.kernel.words import N_

_OPEN = "('opened', 'talking', 'waiting', 'mediation', 'proposed')"
_OPEN_ONLY = text(f"state IN {_OPEN}")
_ON_THE_TABLE = text("state = 'open'")


class Dispute(Versioned, db.Model):
    """Two sides, one decision. `held_for` is the hold that nobody moves while it is open.

    `outcome`, `label` (as the room called it), `minor` and `effects` say how it ended, `reason` why; `secured` that the money was set aside
    from the other side's balance for it. `due_at` is when the present step ends.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("(opener_person_id IS NULL) <> (opener_organisation_id IS NULL)", name="one_opener"),
        CheckConstraint("(other_person_id IS NULL) <> (other_organisation_id IS NULL)", name="one_other_side"),
        CheckConstraint("opener_person_id IS NULL OR opener_person_id <> other_person_id", name="two_people"),
        CheckConstraint("opener_organisation_id IS NULL OR opener_organisation_id <> other_organisation_id", name="two_organisations"),
        CheckConstraint(f"(state IN {_OPEN}) = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint(f"(state IN {_OPEN}) = (due_at IS NOT NULL)", name="open_has_a_clock"),
        CheckConstraint("(state IN ('settled', 'decided')) = (outcome <> '')", name="ended_has_an_outcome"),
        CheckConstraint("state NOT IN ('decided', 'withdrawn') OR reason <> ''", name="ended_with_a_reason"),
        CheckConstraint("state NOT IN ('mediation', 'proposed', 'decided') OR mediator_id IS NOT NULL", name="mediated_by_somebody"),
        CheckConstraint("state NOT IN ('proposed', 'decided') OR declared_at IS NOT NULL", name="mediator_has_declared"),
        CheckConstraint("declared_at IS NULL OR mediator_id IS NOT NULL", name="declared_by_somebody"),
        CheckConstraint("mediator_id IS NULL OR opener_person_id IS NULL OR mediator_id <> opener_person_id", name="not_the_opener"),
        CheckConstraint("mediator_id IS NULL OR other_person_id IS NULL OR mediator_id <> other_person_id", name="not_the_other_side"),
        CheckConstraint("stake_minor >= 0 AND minor >= 0", name="amounts"),
        Index("uq_dispute_open", "subject", unique=True, sqlite_where=_OPEN_ONLY, postgresql_where=_OPEN_ONLY),
        Index("ix_dispute_held", "held_for", "state"),
        Index("ix_dispute_subject", "subject", "id"),
        Index("ix_dispute_clock", "state", "due_at"),
        Index("ix_dispute_opener_person", "opener_person_id", "id"),
        Index("ix_dispute_opener_organisation", "opener_organisation_id", "id"),
        Index("ix_dispute_other_person", "other_person_id", "id"),
        Index("ix_dispute_other_organisation", "other_organisation_id", "id"),
        Index("ix_dispute_mediator", "mediator_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    opener_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opener_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    other_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    other_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[Ground] = mapped_column(enum_type(Ground))
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_for: Mapped[str] = mapped_column(String(80), default="")
    stake_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="")
    secured: Mapped[bool] = mapped_column(default=False)
    mediator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(40), default="")
    label: Mapped[str] = mapped_column(String(120), default="")
    minor: Mapped[int] = mapped_column(BigInteger, default=0)
    effects: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")

    @staticmethod
    def about(matter: Matter, claim: Claim, ground: Ground, person_id: int) -> Dispute:
        """A new one, opened now by this person for the side that the decision went against."""
        now, stake = clock.now(), matter.at_stake
        other = next(side for side in matter.sides if side != claim.side)
        return Dispute(
            subject=matter.ref, title=matter.title[:200], opener_person_id=claim.side.person_id,
            opener_organisation_id=claim.side.organisation_id, other_person_id=other.person_id,
            other_organisation_id=other.organisation_id, opened_by=person_id, ground=ground, decision=claim.decision,
            decided_at=claim.decided_at, state=LIFE.initial, opened_at=now, due_at=now + CLOCKS[State.OPENED], held_for=matter.held_for,
            stake_minor=stake.minor if stake is not None else 0, currency=stake.currency if stake is not None else "",
            outcome="", label="", effects=[], reason="",
        )  # fmt: skip

    @property
    def ref(self) -> str:
        return f"dispute:{self.id}"

    @property
    def path(self) -> str:
        return f"/disputes/{self.id}"

    @property
    def kind(self) -> str:
        """What it is about: "order"."""
        return self.subject.partition(":")[0]

    @property
    def number(self) -> int:
        return int(self.subject.partition(":")[2])

    @property
    def opener(self) -> Side:
        return Side(self.opener_person_id, self.opener_organisation_id)

    @property
    def other(self) -> Side:
        return Side(self.other_person_id, self.other_organisation_id)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.opener, self.other

    def side(self, role: Role) -> Side:
        return self.opener if role is Role.OPENER else self.other

    @property
    def stake(self) -> Money | None:
        """What was at stake when it was opened."""
        return Money(self.stake_minor, self.currency) if self.stake_minor else None

    @property
    def amount(self) -> Money | None:
        """The amount of the outcome, if it names one."""
        return Money(self.minor, self.currency) if self.minor else None

    @property
    def moved(self) -> list[Effect]:
        return [Effect.of(one) for one in self.effects]


class DisputeStatement(db.Model):
    """What one side or the mediator said; Markdown."""

    __tablename__ = "dispute_statement"
    __table_args__ = (CheckConstraint("length(body) > 0", name="says_something"), Index("ix_dispute_statement_dispute", "dispute_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DisputeFile(db.Model):
    """A file beside a statement."""

    __tablename__ = "dispute_file"
    __table_args__ = (UniqueConstraint("statement_id", "file_id"), Index("ix_dispute_file_file", "file_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("dispute_statement.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))


class DisputeOffer(db.Model):
    """A way out that one side or the mediator offers, with what it would move as it was shown. Each side's yes has its time and person."""

    __tablename__ = "dispute_offer"
    __table_args__ = (
        CheckConstraint("minor >= 0", name="amount"),
        CheckConstraint("(opener_at IS NULL) = (opener_by IS NULL)", name="opener_is_somebody"),
        CheckConstraint("(other_at IS NULL) = (other_by IS NULL)", name="other_is_somebody"),
        CheckConstraint("state <> 'accepted' OR (opener_at IS NOT NULL AND other_at IS NOT NULL)", name="accepted_by_both"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_has_its_time"),
        CheckConstraint("role <> 'opener' OR opener_at IS NOT NULL", name="opener_stands_by_it"),
        CheckConstraint("role <> 'other' OR other_at IS NOT NULL", name="other_stands_by_it"),
        Index("uq_dispute_offer_open", "dispute_id", "role", unique=True, sqlite_where=_ON_THE_TABLE, postgresql_where=_ON_THE_TABLE),
        Index("ix_dispute_offer_dispute", "dispute_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(120))
    minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="")
    effects: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[OfferState] = mapped_column(enum_type(OfferState), default=OFFERS.initial)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    opener_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opener_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    other_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    other_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def amount(self) -> Money | None:
        return Money(self.minor, self.currency) if self.minor else None

    @property
    def moves(self) -> list[Effect]:
        return [Effect.of(one) for one in self.effects]

    def accepted_by(self, role: Role) -> bool:
        return (self.opener_at if role is Role.OPENER else self.other_at) is not None

    def stand_by(self, role: Role, person_id: int | None, at: datetime) -> None:
        """The side of this role says yes to it."""
        if role is Role.OPENER:
            self.opener_at, self.opener_by = at, person_id
        else:
            self.other_at, self.other_by = at, person_id


holds_of_person(
    "dispute",
    "opener_person_id other_person_id",
    what=N_("Your disputes"),
    acted="opened_by mediator_id",
    hides="opener_person_id other_person_id opener_organisation_id other_organisation_id opened_by",
    keeps=CONTRACT,
)
holds_of_person("dispute_statement", "person_id", what=N_("What you said in disputes"), words="body", keeps=CONTRACT)
holds_of_person("dispute_file", "statement_id.person_id", what=N_("Files you showed in disputes"), keeps=CONTRACT)
holds_of_person(
    "dispute_offer",
    "person_id",
    what=N_("What you offered in disputes"),
    acted="opener_by other_by",
    hides="opener_by other_by",
    words="words",
    keeps=CONTRACT,
)


@hinders_leaving
def still_open(person_id: int) -> list[Hindrance]:
    """Disputes of the person's that are not over."""
    mine = or_(Dispute.opener_person_id == person_id, Dispute.other_person_id == person_id)
    asked = select(Dispute.title.label("detail"), Dispute.id.label("key"), NO_DUE).where(mine, Dispute.closed_at.is_(None))
    return [Hindrance(asked, N_("Your dispute is not over"), "/disputes/{}", N_("Bring it to an end, or wait for the decision"))]
