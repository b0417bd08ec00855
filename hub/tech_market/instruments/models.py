"""Tables of the instruments room. That no two bookings overlap, the database itself sees to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.personal import CONTRACT, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Breakdown, Money, breakdown
from hub.kernel.words import N_
from hub.tech_market.instruments import rules
from hub.tech_market.instruments.rules import Audience, Interval
from hub.tech_market.instruments.states import BOOKING, INSTRUMENT, BookingState, InstrumentState


class Instrument(Versioned, db.Model):
    """Something that one can book by the hour. `opens` and `closes` are minutes after midnight in `zone`, `days` weekdays (0 Monday).

    `hourly_minor` is in minor units of `currency`; None costs nothing. `lead_hours`: how long before its start a booking is made at the
    latest; `cancel_hours`: until how long before the start the booker may cancel.
    """

    __tablename__ = "instrument"
    __table_args__ = (
        CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name="opens_before_it_closes"),
        CheckConstraint("min_minutes >= 15 AND min_minutes <= max_minutes AND max_minutes <= 20160", name="lengths"),
        CheckConstraint("lead_hours >= 0 AND cancel_hours >= 0", name="hours_ahead"),
        CheckConstraint("hourly_minor > 0", name="priced_or_free"),
        Index("ix_instrument_organisation", "organisation_id", "id"),
        Index("ix_instrument_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(rules.LONGEST_NAME))
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    hourly_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    opens: Mapped[int] = mapped_column(default=8 * 60)
    closes: Mapped[int] = mapped_column(default=18 * 60)
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    min_minutes: Mapped[int] = mapped_column(default=60)
    max_minutes: Mapped[int] = mapped_column(default=480)
    lead_hours: Mapped[int] = mapped_column(default=24)
    cancel_hours: Mapped[int] = mapped_column(default=24)
    audience: Mapped[Audience] = mapped_column(enum_type(Audience), default=Audience.ANYONE)
    state: Mapped[InstrumentState] = mapped_column(enum_type(InstrumentState), default=INSTRUMENT.initial)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"instrument:{self.id}"

    @property
    def path(self) -> str:
        return f"/instruments/{self.id}"

    @property
    def hourly(self) -> Money | None:
        return None if self.hourly_minor is None else Money(self.hourly_minor, self.currency)


class InstrumentBooking(Versioned, db.Model):
    """Somebody's time on an instrument. `organisation_id` pays `price_minor`; both None where it costs nothing.

    `reason` is why it was declined or cancelled.
    """

    __tablename__ = "instrument_booking"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_it_begins"),
        CheckConstraint("(price_minor IS NULL) = (organisation_id IS NULL)", name="somebody_pays_a_price"),
        CheckConstraint("price_minor > 0", name="price_is_more_than_nothing"),
        CheckConstraint("fee_bp BETWEEN 0 AND 10000", name="fee_in_range"),
        CheckConstraint("state NOT IN ('declined', 'cancelled') OR reason <> ''", name="ended_with_a_reason"),
        Index("ix_instrument_booking_time", "instrument_id", "starts_at"),
        Index("ix_instrument_booking_person", "person_id", "id"),
        Index("ix_instrument_booking_organisation", "organisation_id", "id"),
        Index("ix_instrument_booking_state", "state", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    purpose: Mapped[str] = mapped_column(String(rules.LONGEST_PURPOSE), default="")
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    fee_bp: Mapped[int] = mapped_column(default=0)
    state: Mapped[BookingState] = mapped_column(enum_type(BookingState), default=BOOKING.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    instrument: Mapped[Instrument] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        """How the books name it: its hold is for "booking:5"."""
        return f"booking:{self.id}"

    @property
    def path(self) -> str:
        return f"/bookings/{self.id}"

    @property
    def time(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def price(self) -> Money | None:
        return None if self.price_minor is None else Money(self.price_minor, self.currency)

    @property
    def split(self) -> Breakdown | None:
        return None if self.price is None else breakdown(self.price, self.fee_bp)


_CLASH = """
SELECT RAISE(ABORT, 'bookings of one instrument never overlap')
WHERE NEW.state IN ('requested', 'confirmed', 'done') AND EXISTS (
  SELECT 1 FROM instrument_booking AS other
  WHERE other.instrument_id = NEW.instrument_id AND other.id <> NEW.id AND other.state IN ('requested', 'confirmed', 'done')
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
)"""
GUARDS: dict[str, list[str]] = {
    "sqlite": [
        f"CREATE TRIGGER instrument_booking_no_overlap_{act} AFTER {act.upper()} ON instrument_booking BEGIN {_CLASH}; END"
        for act in ("insert", "update")
    ],
    "postgresql": [
        # a range of one number stands for equality: range types need no extension
        "ALTER TABLE instrument_booking ADD CONSTRAINT ex_instrument_booking_no_overlap EXCLUDE USING gist"
        " (int4range(instrument_id, instrument_id, '[]') WITH &&, tstzrange(starts_at, ends_at, '[)') WITH &&)"
        " WHERE (state IN ('requested', 'confirmed', 'done'))",
    ],
}


def _hang(table: Any) -> None:
    for dialect, statements in GUARDS.items():
        for sql in statements:
            event.listen(table, "after_create", DDL(sql.replace("%", "%%")).execute_if(dialect=dialect))


_hang(InstrumentBooking.__table__)


holds_of_person("instrument", acted="author_id", keeps=OFFICE)
holds_of_person("instrument_booking", "person_id", what=N_("Instruments you booked"), words="purpose", keeps=CONTRACT)
