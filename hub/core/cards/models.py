"""Card payments, refunds and disputes: what people see of what was said with the processor and posted in the books."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.cards.states import DisputeState, FoundState, PaymentState, RefundState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money
from hub.kernel.words import N_


class CardPayment(db.Model):
    """One visit to the processor's page to pay a funding. `minor` was asked for, `paid_minor` came, which cost the site `fee_minor`."""

    __tablename__ = "card_payment"
    __table_args__ = (
        CheckConstraint("minor > 0 AND paid_minor >= 0", name="amounts"),
        CheckConstraint("(state = 'paid') = (paid_minor > 0)", name="paid_with_money"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint("refunded_minor >= 0 AND disputed_minor >= 0", name="not_negative"),
        CheckConstraint("refunded_minor <= paid_minor", name="never_more_than_paid"),
        Index("ix_card_payment_funding", "funding_id", "id"),
        Index("ix_card_payment_state", "state", "looked_at"),
        Index("ix_card_payment_intent", "intent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    funding_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("funding.id"))
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    disputed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[PaymentState] = mapped_column(enum_type(PaymentState), default=PaymentState.OPEN)
    intent_id: Mapped[str] = mapped_column(String(120), default="")
    trouble: Mapped[str] = mapped_column(String(300), default="")
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"card_payment:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def refundable(self) -> Money:
        """What of it could still go back to the card."""
        return Money(max(0, self.paid_minor - self.refunded_minor - self.disputed_minor), self.currency)


class CardRefund(db.Model):
    """Money of one card payment on its way back to the card."""

    __tablename__ = "card_refund"
    __table_args__ = (
        CheckConstraint("minor > 0", name="positive"),
        CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint("(state = 'failed') = (failure <> '')", name="failed_with_a_reason"),
        Index("ix_card_refund_payment", "payment_id", "id"),
        Index("ix_card_refund_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("card_payment.id"))
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[RefundState] = mapped_column(enum_type(RefundState), default=RefundState.ASKED)
    was_sent: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(String(300), default="")
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"card_refund:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class CardFoundRefund(db.Model):
    """A refund of a card payment that somebody made at the processor itself. The money has left there; in the books it is once an
    administrator took it over: `hold_minor` and `balance_minor` of the payer's, the rest is the site's loss."""

    __tablename__ = "card_found_refund"
    __table_args__ = (
        UniqueConstraint("remote_id"),
        CheckConstraint("minor > 0 AND hold_minor >= 0 AND balance_minor >= 0", name="amounts"),
        CheckConstraint("hold_minor + balance_minor <= minor", name="never_more_than_refunded"),
        CheckConstraint("adopted_at IS NOT NULL OR hold_minor + balance_minor = 0", name="taken_when_adopted"),
        CheckConstraint("state <> 'adopted' OR adopted_at IS NOT NULL", name="adopted_has_its_time"),
        CheckConstraint("state <> 'found' OR adopted_at IS NULL", name="found_is_not_adopted"),
        CheckConstraint("(state = 'failed') = (failure <> '')", name="failed_with_a_reason"),
        Index("ix_card_found_refund_payment", "payment_id", "id"),
        Index("ix_card_found_refund_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("card_payment.id"))
    remote_id: Mapped[str] = mapped_column(String(120))
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    hold_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[FoundState] = mapped_column(enum_type(FoundState), default=FoundState.FOUND)
    failure: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    adopted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @property
    def ref(self) -> str:
        return f"card_found_refund:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def taken(self) -> Money:
        """What of it was the payer's."""
        return Money(self.hold_minor + self.balance_minor, self.currency)


class CardDispute(db.Model):
    """A cardholder's bank took `minor` back. Of the payer's, `hold_minor` and `balance_minor` were frozen for it, then lost or returned."""

    __tablename__ = "card_dispute"
    __table_args__ = (
        UniqueConstraint("remote_id"),
        CheckConstraint("minor > 0 AND hold_minor >= 0 AND balance_minor >= 0", name="amounts"),
        CheckConstraint("hold_minor + balance_minor <= minor", name="never_more_than_disputed"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_its_time"),
        Index("ix_card_dispute_payment", "payment_id", "id"),
        Index("ix_card_dispute_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("card_payment.id"))
    remote_id: Mapped[str] = mapped_column(String(120))
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(60), default="")
    hold_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[DisputeState] = mapped_column(enum_type(DisputeState), default=DisputeState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"card_dispute:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def frozen(self) -> Money:
        """What of the payer's stands for it."""
        return Money(self.hold_minor + self.balance_minor, self.currency)


holds_of_person("card_payment", "funding_id.owner_kind:owner_id", what=N_("Your card payments"), acted="requested_by", keeps=LAW)
holds_of_person(
    "card_refund",
    "payment_id.funding_id.owner_kind:owner_id",
    what=N_("Refunds to your card"),
    acted="requested_by",
    hides="requested_by",
    keeps=LAW,
)
holds_of_person("card_dispute", "payment_id.funding_id.owner_kind:owner_id", what=N_("Disputes of your card payments"), keeps=LAW)
holds_of_person(
    "card_found_refund",
    "payment_id.funding_id.owner_kind:owner_id",
    what=N_("Refunds found at the card company"),
    acted="adopted_by",
    hides="adopted_by",
    keeps=LAW,
)
