"""What visitors can find of instruments, and a person's bookings as a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from icalendar import Calendar, Event

from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides
from hub.tech_market.instruments import queries
from hub.tech_market.instruments.models import Instrument
from hub.tech_market.instruments.queries import Booked
from hub.tech_market.instruments.states import BookingState, InstrumentState

INSTRUMENT, PER_HOUR, FREE = N_("Instrument"), N_("%(price)s an hour"), N_("Free of charge")
PRODUCT = "-//Innovation Hub//Bookings//EN"


@provides("instrument", every=queries.public_ids)
def instruments(ids: list[int]) -> Iterable[Document]:
    """The open ones among `ids`; the index takes out the others."""
    found = [one for one in queries.by_ids(ids) if one.state is InstrumentState.OPEN]
    labs = organisations.cards(one.organisation_id for one in found)
    return [_document(one, labs[one.organisation_id].name) for one in found]


def _document(instrument: Instrument, lab: str) -> Document:
    price: Any = [PER_HOUR, {"price": str(instrument.hourly)}] if instrument.hourly else FREE
    return Document(
        key=instrument.ref,
        kind="service",
        title=instrument.name,
        text=f"{instrument.description}\n{lab}",
        url=instrument.path,
        version=instrument.version,
        at=instrument.created_at,
        rank=25,
        facts={
            "kind_label": INSTRUMENT,
            "summary": first_lines(instrument.description),
            "owner": lab,
            "words": [price],
            "lang": instrument.language,
        },
    )


def first_lines(text: str, most: int = 200) -> str:
    """The beginning of a text as one plain line."""
    plain = " ".join(text.replace("#", " ").replace("*", " ").split())
    return plain if len(plain) <= most else plain[: most - 1].rsplit(" ", 1)[0] + "…"


def calendar(bookings: Iterable[Booked], *, base_url: str, name: str) -> bytes:
    """The bookings as an iCalendar file (RFC 5545): requested ones are tentative, ended ones cancelled; times in UTC."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("x-wr-calname", name)
    status = {BookingState.REQUESTED: "TENTATIVE", BookingState.DECLINED: "CANCELLED", BookingState.CANCELLED: "CANCELLED"}
    for one in bookings:
        booking = one.booking
        event = Event()
        event.add("uid", f"booking-{booking.id}@{base_url.split('//')[-1]}")
        event.add("dtstamp", booking.decided_at or booking.created_at)
        event.add("dtstart", booking.starts_at)
        event.add("dtend", booking.ends_at)
        event.add("summary", " ".join(booking.instrument.name.split()))
        event.add("location", one.lab.name)
        event.add("description", booking.purpose)
        event.add("status", status.get(booking.state, "CONFIRMED"))
        event.add("sequence", booking.version)
        event.add("url", f"{base_url}{booking.path}")
        book.add_component(event)
    return bytes(book.to_ical())
