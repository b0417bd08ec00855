"""The demo stories of the services: a catalogue, quotes to compare, an order in each state, instruments with bookings this week."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hub.cli
from hub.cli.demo.people import Cast
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import operations as organisations
from hub.core.organisations.states import Kind
from hub.core.payments import operations as payments
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM
from hub.kernel.taxonomy import Sector
from hub.tech_market.instruments import operations as instruments
from hub.tech_market.instruments import rules as hours
from hub.tech_market.instruments.models import Instrument
from hub.tech_market.instruments.rules import Audience, Interval
from hub.tech_market.orders import operations as orders
from hub.tech_market.orders import queries as ordered
from hub.tech_market.orders import rules as order_rules
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.rules import Pay
from hub.tech_market.quotes import operations as quotes
from hub.tech_market.quotes import queries as quoted
from hub.tech_market.quotes.models import Quote
from hub.tech_market.quotes.rules import Line
from hub.tech_market.services import operations as services
from hub.tech_market.services.models import Service
from hub.tech_market.services.rules import Tongue

DATA = Path(hub.cli.__file__).parent / "demo_data" / "services.toml"
CURRENCY = "USD"
PAID_IN = {"meridian": "10500", "hanshui": "3500"}
LISTED_SINCE, PAID_SINCE = timedelta(days=90), timedelta(days=60)
LAB = "fjord"
Row = dict[str, Any]


def tell(cast: Cast) -> None:
    """Everything of services that a newcomer finds. Uncommitted."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    with clock.at(clock.now() - LISTED_SINCE):
        _found_lab(cast, data["lab"])
        listed = {row["key"]: _list(cast, row) for row in data["service"]}
        places = {row["key"]: _add(cast, row) for row in data["instrument"]}
    with clock.at(clock.now() - PAID_SINCE):
        for key, amount in PAID_IN.items():
            payments.take_deposit(
                actor=SYSTEM, organisation_id=cast.organisations[key], received=money.parse(amount, CURRENCY), bank_reference=f"LAB-{key}"
            )
    for row in data["request"]:
        _ask(cast, row, listed)
    for row in data["order"]:
        _order(cast, row, listed)
    for row in data["booking"]:
        _book(cast, row, places[row["instrument"]])


def _found_lab(cast: Cast, row: Row) -> None:
    made = organisations.found(
        actor=cast.actor(row["owner"]), name=row["name"], kind=Kind.LAB, country=row["country"], website=row["website"], about=row["about"]
    )
    cast.organisations[LAB], cast.owners[LAB] = made.id, row["owner"]


def _list(cast: Cast, row: Row) -> Service:
    owner = cast.owner_of(row["organisation"])
    least, most, currency = row.get("price", ["", "", CURRENCY])
    service = services.draft(
        actor=owner, organisation_id=cast.organisations[row["organisation"]], title=row["title"], summary=row["summary"],
        description=row["description"], send_us=row.get("send_us", ""), sector=Sector(row["sector"]), unit=row.get("unit", ""),
        price_from=money.parse(least, currency) if least else None, price_to=money.parse(most, currency) if most else None,
        turnaround_days=row["days"], languages=[Tongue(tongue) for tongue in row["languages"]], language=row.get("language", "en"),
    )  # fmt: skip
    if row["stage"] != "draft":
        services.submit(actor=owner, service=service)
    if row["stage"] == "published":
        services.publish(actor=cast.actor("consultant"), service=service)
    return service


def _lines(row: Row) -> list[Line]:
    return [Line(words, money.parse(amount, CURRENCY).minor) for words, amount in row["lines"]]


def _give(cast: Cast, quote: Quote, row: Row, lab: str) -> None:
    quotes.give(
        actor=cast.owner_of(lab), quote=quote, lines=_lines(row), currency=CURRENCY, turnaround_days=row["days"],
        valid_until=(quote.request.quotes_by + timedelta(days=45)).date(), terms=row.get("terms", ""), fee_bp=fees.rate(Mode.SERVICES),
    )  # fmt: skip


def _ask(cast: Cast, row: Row, listed: dict[str, Service]) -> None:
    """A request, and what the labs answered a day later."""
    start = clock.now()
    needed = (start + timedelta(days=row["needed"])).date() if "needed" in row else None
    until = (start + timedelta(days=row["until"])).replace(minute=0, second=0, microsecond=0)
    with clock.at(start + timedelta(days=row["asked"])):
        asked = quotes.ask(
            actor=cast.owner_of(row["buyer"]), organisation_id=cast.organisations[row["buyer"]], title=row["title"], body=row["body"],
            service_ids=[listed[key].id for key in row["services"]], quotes_by=until, quantity=row["quantity"], needed_by=needed,
        )  # fmt: skip
    by_service = {quote.service_id: quote for quote in quoted.quotes_of(asked.id)}
    for number, answer in enumerate(row["quotes"], start=1):
        service = listed[answer["service"]]
        lab = next(key for key, place in cast.organisations.items() if place == service.organisation_id)
        with clock.at(start + timedelta(days=row["asked"], hours=20 * number / 2)):
            if "decline" in answer:
                quotes.decline(actor=cast.owner_of(lab), quote=by_service[service.id], reason=answer["decline"])
            else:
                _give(cast, by_service[service.id], answer, lab)
    if row["until"] < 0:
        quotes.end_due()


def _order(cast: Cast, row: Row, listed: dict[str, Service]) -> None:
    """An order from its request to its stage, each step at its own moment."""
    start, service = clock.now(), listed[row["service"]]
    lab = next(key for key, place in cast.organisations.items() if place == service.organisation_id)
    buyer, placed = cast.owner_of(row["buyer"]), start + timedelta(days=row["placed"])
    with clock.at(placed - timedelta(days=4)):
        asked = quotes.ask(
            actor=buyer, organisation_id=cast.organisations[row["buyer"]], service_ids=[service.id], title=row["title"],
            body=row["body"], quotes_by=placed + timedelta(days=10),
        )  # fmt: skip
    with clock.at(placed - timedelta(days=2)):
        (quote,) = quoted.quotes_of(asked.id)
        _give(cast, quote, row, lab)
    with clock.at(placed):
        pay = Pay.TRANSFER if row["stage"] == "awaiting_funds" else Pay.BALANCE
        seen = order_rules.fingerprint(ordered.agreement(quote))
        order = orders.place(actor=buyer, quote=quote, seen_hash=seen, pay=pay)
    _work(cast, row, order, lab)


def _work(cast: Cast, row: Row, order: ServiceOrder, lab: str) -> None:
    start, buyer = clock.now(), cast.owner_of(row["buyer"])

    def after(days: int, step: Callable[..., Any], **more: Any) -> None:
        with clock.at(start + timedelta(days=days)):
            step(order=order, **more)

    if "delivered" in row:
        uploads = [(io.BytesIO(row["content"].encode()), row["file"])] if "file" in row else []
        after(row["delivered"], orders.deliver, actor=cast.owner_of(lab), text=row["text"], uploads=uploads)
    if row["stage"] == "rework":
        after(row["delivered"] + 2, orders.send_back, actor=buyer, reason=row["back"])
    elif row["stage"] == "accepted":
        after(row["delivered"] + 3, orders.accept, actor=buyer)
    elif row["stage"] == "cancelled":
        after(row["placed"] + 2, orders.ask_stop, actor=buyer, reason=row["reason"])
        after(row["placed"] + 3, orders.call_off, actor=cast.owner_of(lab))


def _add(cast: Cast, row: Row) -> Instrument:
    owner = cast.owner_of(row["organisation"])
    made = instruments.draft(
        actor=owner, organisation_id=cast.organisations[row["organisation"]], name=row["name"], description=row["description"],
        language=row.get("language", "en"), zone=row["zone"], opens=row["opens"], closes=row["closes"], days=row["days"],
        min_minutes=row["shortest"], max_minutes=row["longest"], lead_hours=row["lead"], audience=Audience(row["audience"]),
        hourly=money.parse(*row["price"]) if "price" in row else None,
    )  # fmt: skip
    instruments.open_(actor=owner, instrument=made)
    if row.get("stage") == "paused":
        instruments.pause(actor=owner, instrument=made)
    return made


def _book(cast: Cast, row: Row, instrument: Instrument) -> None:
    """Booked two days before today (or before its day, if that is past), answered a day later."""
    start = clock.now()
    day = _open_day(instrument, row["day"])
    begins = hours.at_wall(day, row["begins"], ZoneInfo(instrument.zone))
    time = Interval(begins, begins + timedelta(minutes=row["length"]))
    asked = min(start, begins) - timedelta(days=2)
    with clock.at(asked):
        booking = instruments.book(
            actor=cast.actor(row["person"]), instrument=instrument, time=time, purpose=row["purpose"], fee_bp=fees.rate(Mode.BOOKINGS),
            organisation_id=cast.organisations[row["payer"]] if "payer" in row else None,
        )  # fmt: skip
    lab = next(key for key, place in cast.organisations.items() if place == instrument.organisation_id)
    with clock.at(asked + timedelta(days=1)):
        if row["stage"] in {"confirmed", "done"} and booking.state.value == "requested":
            instruments.confirm(actor=cast.owner_of(lab), booking=booking)
        elif row["stage"] == "declined":
            instruments.decline(actor=cast.owner_of(lab), booking=booking, reason=row["reason"])
    if row["stage"] == "done":
        instruments.finish_due()


def _open_day(instrument: Instrument, number: int) -> date:
    """The `number`-th day on which it is open after today (before, if negative), in its own zone."""
    day, step = clock.now().astimezone(ZoneInfo(instrument.zone)).date(), 1 if number > 0 else -1
    for _ in range(abs(number)):
        day += timedelta(days=step)
        while day.weekday() not in instrument.days:
            day += timedelta(days=step)
    return day
