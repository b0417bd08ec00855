"""Requests to pay in, and what came of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import OwnerKind
from hub.core.payments.states import FundingState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money
from hub.kernel.words import N_


class Funding(db.Model):
    """A request to pay in and what came of it: `held_minor` into the hold, `balance_minor` onto the owner's balance.

    The owner is an organisation, or a person who pays onto the own balance: only organisations hold money for something.
    """

    __tablename__ = "funding"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("minor > 0 AND held_minor >= 0 AND balance_minor >= 0", name="amounts"),
        CheckConstraint("state <> 'confirmed' OR held_minor + balance_minor >= minor", name="confirmed_when_all_is_here"),
        CheckConstraint("state <> 'open' OR held_minor + balance_minor < minor", name="open_while_some_is_due"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint("owner_kind = 'organisation' OR (owner_kind = 'person' AND subject = '')", name="persons_fill_their_balance"),
        Index(
            "uq_funding_open",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open' AND subject <> ''"),
            postgresql_where=text("state = 'open' AND subject <> ''"),
        ),
        Index("ix_funding_owner", "owner_kind", "owner_id", "id"),
        Index("ix_funding_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    gateway: Mapped[str] = mapped_column(String(20), default="bank_transfer")
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(80), default="")
    label: Mapped[str] = mapped_column(String(200), default="")
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    held_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[FundingState] = mapped_column(enum_type(FundingState), default=FundingState.OPEN)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"funding:{self.id}"

    @property
    def scope(self) -> str:
        """Whose story it belongs to: what the money is for, else who pays."""
        return self.subject or f"{self.owner_kind}:{self.owner_id}"

    @property
    def organisation_id(self) -> int | None:
        """The organisation that pays; None if a person does."""
        return self.owner_id if self.owner_kind is OwnerKind.ORGANISATION else None

    @property
    def person_id(self) -> int | None:
        return self.owner_id if self.owner_kind is OwnerKind.PERSON else None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def received(self) -> Money:
        return Money(self.held_minor + self.balance_minor, self.currency)

    @property
    def due(self) -> Money:
        """What is still to come."""
        return Money(max(0, self.minor - self.received.minor), self.currency)


holds_of_person("funding", "owner_kind:owner_id", what=N_("Money you paid in"), acted="requested_by", keeps=LAW)
