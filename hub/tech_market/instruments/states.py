"""The lives of an instrument and of a booking."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel import clock
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class InstrumentState(Worded):
    DRAFT = "draft", N_("Draft")
    OPEN = "open", N_("Open for booking")
    PAUSED = "paused", N_("Out of service")
    RETIRED = "retired", N_("Retired")


class InstrumentAct(StrEnum):
    OPEN = "open"
    PAUSE = "pause"
    RETIRE = "retire"

    DRAFT = "draft"
    EDIT = "edit"
    BOOK = "book"


INSTRUMENT = Machine(
    "instrument",
    initial=InstrumentState.DRAFT,
    moves=(
        Move(InstrumentAct.OPEN, InstrumentState.DRAFT, InstrumentState.OPEN, says=N_("Open for booking")),
        Move(InstrumentAct.RETIRE, InstrumentState.DRAFT, InstrumentState.RETIRED, says=N_("Discard")),
        Move(InstrumentAct.PAUSE, InstrumentState.OPEN, InstrumentState.PAUSED, says=N_("Take out of service")),
        Move(InstrumentAct.RETIRE, InstrumentState.OPEN, InstrumentState.RETIRED, says=N_("Retire")),
        Move(InstrumentAct.OPEN, InstrumentState.PAUSED, InstrumentState.OPEN, says=N_("Open again")),
        Move(InstrumentAct.RETIRE, InstrumentState.PAUSED, InstrumentState.RETIRED, says=N_("Retire")),
    ),
)


class BookingState(Worded):
    REQUESTED = "requested", N_("Waiting for the lab")
    CONFIRMED = "confirmed", N_("Confirmed")
    DECLINED = "declined", N_("Declined")
    CANCELLED = "cancelled", N_("Cancelled")
    DONE = "done", N_("Done")


class BookingAct(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    LAPSE = "lapse"
    CANCEL = "cancel"
    FINISH = "finish"

    READ = "read"


class Timed(Protocol):
    starts_at: datetime
    ends_at: datetime


def is_ahead(booking: Timed) -> bool:
    return clock.now() < booking.starts_at


def has_begun(booking: Timed) -> bool:
    return not is_ahead(booking)


def is_over(booking: Timed) -> bool:
    return booking.ends_at <= clock.now()


BEGUN = N_("It has begun already.")

BOOKING = Machine(
    "booking",
    initial=BookingState.REQUESTED,
    moves=(
        Move(BookingAct.CONFIRM, BookingState.REQUESTED, BookingState.CONFIRMED, when=is_ahead, unless=BEGUN, says=N_("Confirm")),
        Move(BookingAct.DECLINE, BookingState.REQUESTED, BookingState.DECLINED, says=N_("Decline")),
        Move(BookingAct.LAPSE, BookingState.REQUESTED, BookingState.DECLINED, when=has_begun, unless=N_("The lab still has time.")),
        Move(BookingAct.CANCEL, BookingState.REQUESTED, BookingState.CANCELLED, says=N_("Cancel")),
        Move(BookingAct.CANCEL, BookingState.CONFIRMED, BookingState.CANCELLED, when=is_ahead, unless=BEGUN, says=N_("Cancel")),
        Move(BookingAct.FINISH, BookingState.CONFIRMED, BookingState.DONE, when=is_over, unless=N_("It is not over yet.")),
    ),
)

TAKING = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.DONE})
"""Bookings in these states take their time: no two of one instrument overlap."""
