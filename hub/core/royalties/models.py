"""Shares of sales, sales, royalty agreements and what falls due under them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import OwnerKind
from hub.core.royalties import rules
from hub.core.royalties.rules import LONGEST_TITLE, Band, Period, SaleParts
from hub.core.royalties.states import DUE, ROYALTY, DueState, State
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Breakdown, Money, breakdown


class RevenueShare(db.Model):
    """What the owner of a platform gets of a seller's sales there, from a day on. Of several, the one of the last day holds."""

    __tablename__ = "revenue_share"
    __table_args__ = (Index("ix_revenue_share_subject", "subject", "currency", "from_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    from_on: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kept: Mapped[list[Any]] = mapped_column(JSON)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"revenue_share:{self.id}"

    @property
    def bands(self) -> list[Band]:
        return rules.read(self.kept)


class RevenueYear(db.Model):
    """What one seller sold under a subject in a calendar year, less fees and less what was given back: the bands count from it."""

    __tablename__ = "revenue_year"
    __table_args__ = (
        UniqueConstraint("subject", "seller_kind", "seller_id", "currency", "year"),
        CheckConstraint("net_minor >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    seller_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    seller_id: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    year: Mapped[int]
    net_minor: Mapped[int] = mapped_column(BigInteger, default=0)


class Sale(db.Model):
    """One sale: what the buyer paid and who got what of it. Given back, `refund_id` is the transaction that mirrors it.

    `item` is what was sold ("product:17"). While it can be returned, the money for that is set aside (`pending_id`). Months are UTC's.
    """

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("transaction_id"),
        UniqueConstraint("refund_id"),
        CheckConstraint("(refund_id IS NULL) = (refund_month = '')", name="refund_has_its_month"),
        CheckConstraint("gross_minor > 0 AND fee_minor >= 0 AND owner_minor >= 0 AND seller_minor >= 0", name="amounts"),
        CheckConstraint("gross_minor = fee_minor + owner_minor + seller_minor", name="adds_up"),
        Index("ix_sale_year", "year_id"),
        Index("uq_sale_pending", "pending_id", unique=True),
        Index("ix_sale_item", "item", "month"),
        Index("ix_sale_subject", "subject", "month"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(160))
    subject: Mapped[str] = mapped_column(String(80))
    item: Mapped[str] = mapped_column(String(80), default="", server_default="")
    label: Mapped[str] = mapped_column(String(200), default="")
    share_id: Mapped[int] = mapped_column(ForeignKey("revenue_share.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("revenue_year.id"))
    buyer_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    owner_minor: Mapped[int] = mapped_column(BigInteger)
    seller_minor: Mapped[int] = mapped_column(BigInteger)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transaction.id"))
    refund_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transaction.id"))
    pending_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("pending.id"))
    month: Mapped[str] = mapped_column(String(7), default="", server_default="")
    refund_month: Mapped[str] = mapped_column(String(7), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"sale:{self.id}"

    @property
    def net_minor(self) -> int:
        return self.owner_minor + self.seller_minor

    @property
    def parts(self) -> SaleParts:
        """What was paid and who got what of it."""
        minors = (self.gross_minor, self.fee_minor, self.owner_minor, self.seller_minor)
        return SaleParts(*(Money(minor, self.currency) for minor in minors))


class Royalty(db.Model):
    """A licence's royalty: the licensee owes the licensor a share of its sales by bands, at least the minimum, or one fixed sum."""

    __tablename__ = "royalty"
    __table_args__ = (
        CheckConstraint("licensor_id <> licensee_id", name="two_sides"),
        CheckConstraint("minimum_minor >= 0", name="minimum_not_negative"),
        CheckConstraint("fee_bp BETWEEN 0 AND 9999", name="fee_in_range"),
        CheckConstraint("pay_days BETWEEN 1 AND 365", name="pay_days_in_range"),
        CheckConstraint("period <> 'once' OR minimum_minor > 0", name="a_fixed_sum_is_something"),
        Index("ix_royalty_licensor", "licensor_id", "id"),
        Index("ix_royalty_licensee", "licensee_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    licensor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    licensee_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    subject: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    currency: Mapped[str] = mapped_column(String(3))
    period: Mapped[Period] = mapped_column(enum_type(Period))
    kept: Mapped[list[Any]] = mapped_column(JSON)
    minimum_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    pay_days: Mapped[int] = mapped_column(default=30)
    fee_bp: Mapped[int]
    from_on: Mapped[date] = mapped_column(Date)
    state: Mapped[State] = mapped_column(enum_type(State), default=ROYALTY.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"royalty:{self.id}"

    @property
    def path(self) -> str:
        return f"/royalties/{self.id}"

    @property
    def bands(self) -> list[Band]:
        return rules.read(self.kept)

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class RoyaltyDue(db.Model):
    """What a licensee reported for a period, and what that came to."""

    __tablename__ = "royalty_due"
    __table_args__ = (
        UniqueConstraint("royalty_id", "from_on"),
        UniqueConstraint("transaction_id"),
        CheckConstraint("sales_minor >= 0 AND minor >= 0 AND from_on < until_on", name="amounts"),
        CheckConstraint("state <> 'paid' OR (paid_at IS NOT NULL AND (transaction_id IS NOT NULL OR minor = 0))", name="paid_is_whole"),
        Index("ix_royalty_due_pay_by", "state", "pay_by"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    royalty_id: Mapped[int] = mapped_column(ForeignKey("royalty.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    sales_minor: Mapped[int] = mapped_column(BigInteger)
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    fee_bp: Mapped[int]
    state: Mapped[DueState] = mapped_column(enum_type(DueState), default=DUE.initial)
    pay_by: Mapped[date] = mapped_column(Date)
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transaction.id"))
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"royalty_due:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def split(self) -> Breakdown:
        """Gross, fee and net."""
        return breakdown(self.amount, self.fee_bp)


holds_of_person("revenue_share", acted="set_by", keeps=OFFICE)
holds_of_person("royalty", acted="proposed_by", keeps=OFFICE)
holds_of_person("royalty_due", acted="reported_by", keeps=OFFICE)
holds_of_nobody("revenue_year", "sale", because="sums of organisations")
