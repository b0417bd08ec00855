"""What happens to instruments and bookings. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class InstrumentDrafted:
    SAYS: ClassVar[str] = N_("described an instrument")
    instrument_id: int


@dataclass(frozen=True)
class InstrumentChanged:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the instrument")
    instrument_id: int
    fields: str


@dataclass(frozen=True)
class InstrumentMoved:
    """`state` is where it stands from now on."""

    SAYS: ClassVar[str] = N_("opened, paused or retired the instrument")
    instrument_id: int
    state: str


@dataclass(frozen=True)
class InstrumentBooked:
    SAYS: ClassVar[str] = N_("asked for time on the instrument")
    booking_id: int
    instrument_id: int


@dataclass(frozen=True)
class BookingConfirmed:
    SAYS: ClassVar[str] = N_("confirmed the booking")
    booking_id: int
    instrument_id: int


@dataclass(frozen=True)
class BookingDeclined:
    SAYS: ClassVar[str] = N_("declined the booking")
    booking_id: int
    instrument_id: int


@dataclass(frozen=True)
class BookingCancelled:
    SAYS: ClassVar[str] = N_("cancelled the booking")
    booking_id: int
    instrument_id: int


@dataclass(frozen=True)
class BookingDone:
    SAYS: ClassVar[str] = N_("ended the booking")
    booking_id: int
    instrument_id: int
