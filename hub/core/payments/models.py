"""Requests to pay in, and what came of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.payments.states import FundingState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money


class Funding(db.Model):
    """A request to pay in and what came of it: `held_minor` into the hold, `balance_minor` onto the organisation's balance."""

    __tablename__ = "funding"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("minor > 0 AND held_minor >= 0 AND balance_minor >= 0", name="amounts"),
        CheckConstraint("state <> 'confirmed' OR held_minor + balance_minor >= minor", name="confirmed_when_all_is_here"),
        CheckConstraint("state <> 'open' OR held_minor + balance_minor < minor", name="open_while_some_is_due"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_its_time"),
        Index(
            "uq_funding_open",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open' AND subject <> ''"),
            postgresql_where=text("state = 'open' AND subject <> ''"),
        ),
        Index("ix_funding_organisation", "organisation_id", "id"),
        Index("ix_funding_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    gateway: Mapped[str] = mapped_column(String(20), default="bank_transfer")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
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
        """Whose story it belongs to: what the money is for, else the organisation."""
        return self.subject or f"organisation:{self.organisation_id}"

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
