"""Services, requests, quotes and orders at every stage, walked there by the real operations. Uncommitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.kernel import clock
from hub.kernel.actor import Actor, Duty
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.tech_market.instruments import operations as instruments
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.rules import Interval
from hub.tech_market.orders import operations as ordering
from hub.tech_market.orders import queries as orders_read
from hub.tech_market.orders import rules as order_rules
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.rules import Pay
from hub.tech_market.quotes import operations as quoting
from hub.tech_market.quotes import queries as quotes_read
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.rules import Line
from hub.tech_market.services import operations
from hub.tech_market.services.models import Service
from hub.tech_market.services.rules import Tongue

REVIEWER = Actor(person_id=None, duties=frozenset({Duty.CONSULTANT}), verified=True)
DESCRIPTION = (
    "Oxygen and water vapour transmission of films by the isostatic method at 5 to 40 degrees and up to 90 % humidity, "
    "three repeats, with a signed report and all raw data."
)
WHY = "Quicker, and with the raw data."


def content(**changes: Any) -> dict[str, Any]:
    """A complete draft's content, as `operations.draft` takes it."""
    return {
        "title": "Permeability of films to oxygen",
        "summary": "Transmission rates of flat films, three repeats, in ten days.",
        "description": DESCRIPTION,
        "sector": Sector.MATERIALS,
        "unit": "sample",
        "price_from": Money(8_000, "USD"),
        "price_to": Money(12_000, "USD"),
        "turnaround_days": 10,
        "languages": [Tongue.EN],
        "send_us": "Four flat pieces of 12 x 12 cm, and what the film is made of.",
        **changes,
    }


def service(organisation: Any, author: Actor, state: str = "published", **changes: Any) -> Service:
    """A service of `organisation` (anything with an `id`), in `state`: draft, in_review, published or withdrawn."""
    made = operations.draft(actor=author, organisation_id=organisation.id, **content(**changes))
    if state != "draft":
        operations.submit(actor=author, service=made)
    if state in {"published", "withdrawn"}:
        operations.publish(actor=REVIEWER, service=made)
    if state == "withdrawn":
        operations.withdraw(actor=author, service=made)
    return made


def request(organisation: Any, buyer: Actor, services: Sequence[Service], **changes: Any) -> QuoteRequest:
    """A request to these services, open for a week."""
    said = {
        "title": "Oxygen barrier of forty compostable films",
        "body": "OTR at 23 degrees and 50 % humidity for forty films, three repeats each, raw data included.",
        "quantity": "40 films",
        "quotes_by": clock.now() + timedelta(days=7),
        **changes,
    }
    return quoting.ask(actor=buyer, organisation_id=organisation.id, service_ids=[each.id for each in services], **said)


def quotes(made: QuoteRequest) -> list[Quote]:
    return list(quotes_read.quotes_of(made.id))


def give(quote: Quote, lab: Actor, minor: int = 400_000, **changes: Any) -> Quote:
    """The lab's quote of `minor` in two lines."""
    said = {
        "lines": [Line("Measurement", minor - 1), Line("Report", 1)],
        "currency": "USD",
        "turnaround_days": 10,
        "valid_until": (clock.now() + timedelta(days=60)).date(),
        "terms": "We keep the samples for 90 days.",
        "fee_bp": 500,
        **changes,
    }
    return quoting.give(actor=lab, quote=quote, **said)


def ordered(quote: Quote, buyer: Actor, pay: Pay = Pay.TRANSFER) -> ServiceOrder:
    """The quote chosen, and the order that came of it."""
    seen = order_rules.fingerprint(orders_read.agreement(quote))
    return ordering.place(actor=buyer, quote=quote, seen_hash=seen, pay=pay, reason=WHY)


def instrument(organisation: Any, author: Actor, state: str = "open", **changes: Any) -> Instrument:
    """An instrument, in `state`: draft, open or paused. To open it, its lab needs a published service."""
    said = {
        "description": "Spatial resolution 1 nm. Samples up to 50 mm.",
        "zone": "Europe/Stockholm",
        "hourly": Money(9_000, "USD"),
        "lead_hours": 2,
        **changes,
    }
    made = instruments.draft(actor=author, organisation_id=organisation.id, name="Scanning electron microscope", **said)
    if state != "draft":
        instruments.open_(actor=author, instrument=made)
    if state == "paused":
        instruments.pause(actor=author, instrument=made)
    return made


def booking(made: Instrument, actor: Actor, start: datetime, minutes: int = 60, **more: Any) -> InstrumentBooking:
    time = Interval(start, start + timedelta(minutes=minutes))
    return instruments.book(actor=actor, instrument=made, time=time, purpose="Fracture faces", fee_bp=500, **more)
