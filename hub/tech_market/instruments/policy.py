"""Who may do what with an instrument and a booking."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.rules import Audience
from hub.tech_market.instruments.states import BookingAct, InstrumentAct, InstrumentState

PUBLIC = frozenset({InstrumentState.OPEN, InstrumentState.PAUSED})


def manages_it(actor: Actor, instrument: Instrument) -> bool:
    return actor.manages(instrument.organisation_id)


def may_read(actor: Actor, instrument: Instrument) -> bool:
    return instrument.state in PUBLIC or actor.belongs_to(instrument.organisation_id) or actor.is_admin


def is_of_its_audience(actor: Actor, instrument: Instrument) -> bool:
    """The lab's own people always; others as the lab has said."""
    if actor.belongs_to(instrument.organisation_id):
        return True
    if instrument.audience is Audience.OWN or not actor.signed_in:
        return False
    return instrument.audience is Audience.ANYONE or bool(actor.roles)


def decides(actor: Actor, booking: InstrumentBooking) -> bool:
    return actor.manages(booking.instrument.organisation_id)


def booked_it(actor: Actor, booking: InstrumentBooking) -> bool:
    return actor.signed_in and actor.person_id == booking.person_id


def pays_for_it(actor: Actor, booking: InstrumentBooking) -> bool:
    return actor.manages(booking.organisation_id) or actor.keeps_books_of(booking.organisation_id)


def is_of_the_lab(actor: Actor, booking: InstrumentBooking) -> bool:
    return actor.belongs_to(booking.instrument.organisation_id)


INSTRUMENTS = Policy(
    "instrument",
    {
        InstrumentAct.DRAFT: manages_it,
        InstrumentAct.EDIT: manages_it,
        InstrumentAct.OPEN: manages_it,
        InstrumentAct.PAUSE: manages_it,
        InstrumentAct.RETIRE: either(manages_it, administers),
        InstrumentAct.BOOK: is_of_its_audience,
    },
)

BOOKINGS = Policy(
    "booking",
    {
        BookingAct.READ: either(booked_it, pays_for_it, is_of_the_lab),
        BookingAct.CONFIRM: decides,
        BookingAct.DECLINE: decides,
        BookingAct.CANCEL: either(booked_it, pays_for_it, decides),
        BookingAct.LAPSE: by_the_system,
        BookingAct.FINISH: by_the_system,
    },
)
