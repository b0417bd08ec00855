"""Tables of the orders room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money
from hub.tech_market.orders.rules import Side
from hub.tech_market.orders.states import LIFE, State
from hub.tech_market.quotes import rules as quotes
from hub.tech_market.quotes.rules import LONGEST_TITLE, Line


class ServiceOrder(Versioned, db.Model):
    """What became of a chosen quote. `agreed` is what both sides agreed to, `terms_hash` the fingerprint of it.

    `stop_side` is who asked to call it off, `reason` why it was called off or how a dispute ended it, `remarks` why the last delivery
    came back at `sent_back_at`.
    """

    __tablename__ = "service_order"
    __table_args__ = (
        UniqueConstraint("quote_id"),
        CheckConstraint("gross_minor > 0 AND fee_bp BETWEEN 0 AND 10000", name="priced"),
        CheckConstraint("length(terms_hash) = 64", name="whole_hash"),
        CheckConstraint("buyer_id <> lab_id", name="two_sides"),
        CheckConstraint("state IN ('awaiting_funds', 'cancelled') OR held_at IS NOT NULL", name="works_on_held_money"),
        CheckConstraint("state <> 'delivered' OR accept_by IS NOT NULL", name="delivered_is_answered_by"),
        CheckConstraint("(state IN ('accepted', 'cancelled')) = (closed_at IS NOT NULL)", name="closed_has_its_time"),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="cancelled_with_a_reason"),
        CheckConstraint("(stop_side IS NULL) = (stop_reason = '')", name="stop_with_a_reason"),
        Index("ix_service_order_buyer", "buyer_id", "id"),
        Index("ix_service_order_lab", "lab_id", "id"),
        Index("ix_service_order_accept_by", "state", "accept_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lab_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    fee_bp: Mapped[int]
    turnaround_days: Mapped[int]
    agreed: Mapped[dict[str, Any]] = mapped_column(JSON)
    terms_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    placed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    accept_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remarks: Mapped[str] = mapped_column(Text, default="")
    sent_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_side: Mapped[Side | None] = mapped_column(enum_type(Side))
    stop_reason: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def ref(self) -> str:
        """How the books name it: its hold is for "order:5"."""
        return f"order:{self.id}"

    @property
    def path(self) -> str:
        return f"/orders/{self.id}"

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def split(self) -> Breakdown:
        """With milestones the fee is taken, and rounded, at each of them."""
        return quotes.split([Line(*line) for line in self.agreed["lines"]], self.gross, self.fee_bp)


class OrderDelivery(db.Model):
    """What the lab delivered; `number` counts from 1, and grows with each round."""

    __tablename__ = "order_delivery"
    __table_args__ = (UniqueConstraint("order_id", "number"), CheckConstraint("number > 0", name="number_counts"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    delivered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrderFile(db.Model):
    """A file of a delivery."""

    __tablename__ = "order_file"
    __table_args__ = (UniqueConstraint("delivery_id", "file_id"), Index("ix_order_file_file", "file_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("order_delivery.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))


holds_of_person("service_order", acted="placed_by", keeps=OFFICE, fixed=True)
holds_of_person("order_delivery", acted="delivered_by", keeps=OFFICE)
holds_of_nobody("order_file", because="a part of an organisation's delivery")
