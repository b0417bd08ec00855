"""What the clock does to bookings."""

from __future__ import annotations

from typing import Any

from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.extensions import db
from hub.tech_market.instruments import operations
from hub.tech_market.instruments.events import BookingCancelled, BookingConfirmed, BookingDeclined, BookingDone, InstrumentBooked
from hub.tech_market.instruments.models import InstrumentBooking

FIVE_MINUTES = 300


@every(FIVE_MINUTES)
def end_what_is_over() -> None:
    operations.finish_due()


# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    booking = db.session.get(InstrumentBooking, event.booking_id)
    if booking is None:
        return None
    ours = [booking.instrument.organisation_id, booking.organisation_id]
    return seen(organisations=ours, people=[booking.person_id], path=f"/api/v1/bookings/{booking.id}")


webhooks.sends(
    {
        "booking.asked": InstrumentBooked, "booking.confirmed": BookingConfirmed, "booking.declined": BookingDeclined,
        "booking.cancelled": BookingCancelled, "booking.done": BookingDone,
    },
    _seen, data=("booking_id", "instrument_id"),
)  # fmt: skip
