"""The JSON door to instruments and bookings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import queries as organisations
from hub.kernel.errors import one_field
from hub.kernel.words import N_
from hub.tech_market.instruments import operations, queries
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.rules import Interval
from hub.tech_market.instruments.schemas import (
    BookingIn,
    BookingOut,
    FreeOut,
    InstrumentChangeIn,
    InstrumentOut,
    NewInstrumentIn,
    SpanIn,
    WhyIn,
)
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("instruments", __name__, prefix="", description="Lab instruments, their free time, and bookings that never overlap.")
LONGEST_LOOK = timedelta(weeks=4)
MOVES: dict[str, tuple[Callable[..., Instrument], str]] = {
    "open": (operations.open_, "Take bookings; a published service of the lab must vouch for it."),
    "pause": (operations.pause, "Take no more bookings for now."),
    "retire": (operations.retire, "Take it off for good."),
}


def _told(instrument: Instrument, status: int = 200) -> Any:
    (shown,) = queries.shown([instrument])
    return tagged(InstrumentOut().dump(shown), instrument.version, status)


def _booked(booking: InstrumentBooking, status: int = 200) -> Any:
    (booked,) = queries.booked([booking])
    return tagged(BookingOut().dump(booked), booking.version, status)


@api.get("/instruments")
@public
@api.response(200, InstrumentOut(many=True))
def instruments() -> Any:
    """What can be booked, the newest first."""
    last_id, limit = cursor()
    return paged(queries.shown(queries.public_after(last_id, limit)), InstrumentOut(), limit)


@api.post("/instruments")
@writes
@api.arguments(NewInstrumentIn)
@api.response(201, InstrumentOut)
def draft(data: dict[str, Any]) -> Any:
    """Describe an instrument of a lab that you manage."""
    organisation = organisations.by_slug(data.pop("organisation"))
    return _told(operations.draft(actor=actor(), organisation_id=organisation.id, **data), 201)


@api.get("/instruments/<int:instrument_id>")
@public
@api.response(200, InstrumentOut)
def instrument(instrument_id: int) -> Any:
    """One instrument, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), instrument_id))


@api.patch("/instruments/<int:instrument_id>")
@writes
@api.arguments(InstrumentChangeIn)
@api.response(200, InstrumentOut)
def change(data: dict[str, Any], instrument_id: int) -> Any:
    """Change it; what is left out stays. Takes If-Match."""
    found = queries.get_for(actor(), instrument_id)
    check_version(found.version)
    return _told(operations.edit(actor=actor(), instrument=found, **data))


@api.get("/instruments/<int:instrument_id>/free")
@public
@api.arguments(SpanIn, location="query")
@api.response(200, FreeOut)
def free(asked: dict[str, Any], instrument_id: int) -> Any:
    """What can be booked and what is taken between two moments, at most four weeks apart."""
    found = queries.get_for(actor(), instrument_id)
    if not timedelta() < asked["end"] - asked["start"] <= LONGEST_LOOK:
        raise one_field("end", N_("The end comes after the start, at most four weeks."))
    span = Interval(asked["start"], asked["end"])
    return {"free": queries.free(found, span), "taken": queries.taken(found.id, span)}


def _move_door(act: str, operate: Callable[..., Instrument], says: str) -> None:
    def move(instrument_id: int) -> Any:
        return _told(operate(actor=actor(), instrument=queries.get_for(actor(), instrument_id)))

    move.__doc__ = says
    answering = api.response(200, InstrumentOut)(move)
    api.post(f"/instruments/<int:instrument_id>/{act}", endpoint=f"{act}_instrument")(writes(answering))


for _act, (_operate, _says) in MOVES.items():
    _move_door(_act, _operate, _says)


@api.get("/bookings")
@api.response(200, BookingOut(many=True))
def bookings() -> Any:
    """Your own, the newest first."""
    before, limit = cursor()
    return paged(queries.booked(queries.bookings_of(actor().person_id or 0, before=before, limit=limit)), BookingOut(), limit)


@api.post("/bookings")
@needs_scope("money")
@writes
@api.arguments(BookingIn)
@api.response(201, BookingOut)
def book(data: dict[str, Any]) -> Any:
    """Ask for time on an instrument; what it costs is held when the lab confirms. Takes an Idempotency-Key."""
    found, payer = queries.get_for(actor(), data.pop("instrument")), data.pop("organisation")
    organisation_id = organisations.by_slug(payer).id if payer else None
    fee_bp = fees.rate(Mode.BOOKINGS)
    return _booked(operations.book(actor=actor(), instrument=found, organisation_id=organisation_id, fee_bp=fee_bp, **data), 201)


@api.get("/bookings/<int:booking_id>")
@api.response(200, BookingOut)
def booking(booking_id: int) -> Any:
    """One booking, for who booked, who pays and the lab."""
    return _booked(queries.booking_for(actor(), booking_id))


@api.post("/bookings/<int:booking_id>/confirm")
@writes
@api.response(200, BookingOut)
def confirm(booking_id: int) -> Any:
    """Say yes, for the lab: the price is held from the payer's balance."""
    return _booked(operations.confirm(actor=actor(), booking=queries.booking_for(actor(), booking_id)))


@api.post("/bookings/<int:booking_id>/decline")
@writes
@api.arguments(WhyIn)
@api.response(200, BookingOut)
def decline(data: dict[str, Any], booking_id: int) -> Any:
    """Say no, for the lab, with a reason."""
    return _booked(operations.decline(actor=actor(), booking=queries.booking_for(actor(), booking_id), **data))


@api.post("/bookings/<int:booking_id>/cancel")
@writes
@api.arguments(WhyIn)
@api.response(200, BookingOut)
def cancel(data: dict[str, Any], booking_id: int) -> Any:
    """Give the time free again; what was held goes back. The lab gives a reason."""
    return _booked(operations.cancel(actor=actor(), booking=queries.booking_for(actor(), booking_id), **data))
