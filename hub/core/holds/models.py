"""What an organisation has set aside, and where it went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import holds_of_nobody
from hub.db.types import UtcDateTime
from hub.kernel.money import Money


class Hold(db.Model):
    """Money an organisation has set aside for one subject. Awards, fees and refunds never exceed what was funded."""

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("subject", "currency"),
        UniqueConstraint("account_id"),
        CheckConstraint("funded_minor >= 0 AND awarded_minor >= 0 AND fee_minor >= 0 AND refunded_minor >= 0", name="not_negative"),
        CheckConstraint("awarded_minor + fee_minor + refunded_minor <= funded_minor", name="never_more_than_funded"),
        Index("ix_hold_organisation", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    currency: Mapped[str] = mapped_column(String(3))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    label: Mapped[str] = mapped_column(String(200), default="")
    funded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    awarded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"hold:{self.id}"

    @property
    def left_minor(self) -> int:
        return self.funded_minor - self.awarded_minor - self.fee_minor - self.refunded_minor

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class HoldStage(db.Model):
    """A part of what is held for a subject that is released on its own, once, by the transaction that it names."""

    __tablename__ = "hold_stage"
    __table_args__ = (
        UniqueConstraint("subject", "number"),
        UniqueConstraint("transaction_id"),
        CheckConstraint("minor > 0", name="positive"),
        CheckConstraint("number > 0", name="number_counts"),
        CheckConstraint("(transaction_id IS NULL) = (released_at IS NULL)", name="released_is_whole"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transaction.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


holds_of_nobody("hold", "hold_stage", because="money that an organisation has set aside")
