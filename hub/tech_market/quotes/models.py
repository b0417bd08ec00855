"""Tables of the quotes room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money
from hub.tech_market.quotes import rules
from hub.tech_market.quotes.rules import Line
from hub.tech_market.quotes.states import QUOTE, REQUEST, QuoteState, RequestState


class QuoteRequest(Versioned, db.Model):
    """What an organisation asks several labs for. Quotes are taken before `quotes_by`."""

    __tablename__ = "quote_request"
    __table_args__ = (
        CheckConstraint("(state IN ('open', 'comparing')) = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint("state <> 'closed' OR reason <> ''", name="closed_with_a_reason"),
        Index("ix_quote_request_organisation", "organisation_id", "id"),
        Index("ix_quote_request_due", "state", "quotes_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(rules.LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    quantity: Mapped[str] = mapped_column(String(rules.LONGEST_QUANTITY), default="")
    quotes_by: Mapped[datetime] = mapped_column(UtcDateTime)
    needed_by: Mapped[date | None] = mapped_column(Date)
    state: Mapped[RequestState] = mapped_column(enum_type(RequestState), default=REQUEST.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"quote_request:{self.id}"

    @property
    def path(self) -> str:
        return f"/quote-requests/{self.id}"


class Quote(Versioned, db.Model):
    """One lab's answer for one of its services. Amounts in minor units of `currency`, `fee_bp` in 1/100 %.

    `lines` is a list of [text, minor], or [text, minor, days] where they are milestones.
    `reason` is why the lab declined, or why it was not chosen.
    """

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("request_id", "service_id"),
        CheckConstraint(
            "state NOT IN ('given', 'chosen') OR (gross_minor > 0 AND fee_bp BETWEEN 0 AND 10000 AND given_at IS NOT NULL"
            " AND valid_until IS NOT NULL AND turnaround_days BETWEEN 1 AND 730)",
            name="given_is_whole",
        ),
        CheckConstraint("state NOT IN ('declined', 'passed_over') OR reason <> ''", name="refused_with_a_reason"),
        Index(
            "uq_quote_chosen",
            "request_id",
            unique=True,
            sqlite_where=text("state = 'chosen'"),
            postgresql_where=text("state = 'chosen'"),
        ),
        Index("ix_quote_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("quote_request.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[QuoteState] = mapped_column(enum_type(QuoteState), default=QUOTE.initial)
    lines: Mapped[list[Any]] = mapped_column(JSON, default=list)
    gross_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    fee_bp: Mapped[int | None]
    turnaround_days: Mapped[int | None]
    valid_until: Mapped[date | None] = mapped_column(Date)
    terms: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    request: Mapped[QuoteRequest] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"quote:{self.id}"

    @property
    def path(self) -> str:
        return f"/quotes/{self.id}"

    @property
    def gross(self) -> Money | None:
        return None if self.gross_minor is None else Money(self.gross_minor, self.currency)

    @property
    def split(self) -> Breakdown | None:
        return None if self.gross is None else rules.split(self.priced_lines, self.gross, self.fee_bp or 0)

    @property
    def priced_lines(self) -> list[Line]:
        return [Line(*line) for line in self.lines]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


holds_of_person("quote_request", acted="author_id", keeps=OFFICE)
holds_of_person("quote", acted="answered_by", keeps=OFFICE)
