"""The doors of the services, for people and for programs."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.organisations.models import Organisation
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.tech_market.instruments.rules import Audience
from hub.tech_market.orders import operations as orders
from hub.tech_market.orders import queries as orders_read
from hub.tech_market.orders import rules as order_rules
from hub.tech_market.orders.models import OrderFile
from tests.factories import services as making
from tests.house.matrix.contests import BYSTANDERS, INSIDERS
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    DONE,
    HOUSE,
    MANAGERS,
    MOVED,
    NOT_YOURS,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    get,
    patch,
    post,
    who,
)  # fmt: skip

OTHER = who("other")
"""Owner of the lab that the house asks, and of the buyer that asks the house."""
NEW = {"organisation": "{org}", "title": "Something new to measure"}
CONTENT = {"title": "Something else to measure", "summary": "In short."}
REMARKS = {"remarks": "Say which standard you follow."}
REASON = {"reason": "Another lab is quicker this time."}
ASK = {
    "organisation": "{org}", "services": ["{service_other}"], "title": "Forty films to measure", "body": "Oxygen barrier of forty films.",
    "quotes_by": "{soon}",
}  # fmt: skip
QUOTE = {"currency": "USD", "turnaround_days": "9", "valid_until": "{later_day}"}
FORM = {**QUOTE, "line_text": ["Measurement"], "line_amount": ["120.00"]}
LINES = {**QUOTE, "turnaround_days": 9, "lines": [{"text": "Measurement", "amount": "120.00"}]}

SERVICES = [
    get("/services", ANYONE),
    get("/services/{service_published}", ANYONE),
    *(get(f"/services/{{service_{state}}}", INSIDERS, public=True) for state in ("draft", "in_review", "withdrawn")),
    get("/services/new", SIGNED),
    post("/services/new", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/services/{service_draft}/edit", MANAGERS, BYSTANDERS),
    post("/services/{service_draft}/edit", MANAGERS, BYSTANDERS, send=CONTENT),
    get("/services/{service_draft}/check", MANAGERS, BYSTANDERS),
    post("/services/{service_draft}/submit", MANAGERS, BYSTANDERS),
    post("/services/{service_in_review}/publish", STAFF, HOUSE),
    post("/services/{service_in_review}/return", STAFF, HOUSE, send=REMARKS),
    post("/services/{service_published}/revise", MANAGERS, rest=NOT_YOURS),
    post("/services/{service_published}/withdraw", MANAGERS | ADMIN, rest=NOT_YOURS),
    get("/orgs/{org}/services", HOUSE | ADMIN, rest=NOT_YOURS),
    get("/desk/services", STAFF, rest=NOT_YOURS),
    get("/api/v1/services", ANYONE),
    post("/api/v1/services", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/api/v1/services/{service_published}", ANYONE),
    get("/api/v1/services/{service_draft}", INSIDERS, public=True),
    patch("/api/v1/services/{service_draft}", MANAGERS, BYSTANDERS, send=CONTENT),
    post("/api/v1/services/{service_draft}/submit", MANAGERS, BYSTANDERS),
    post("/api/v1/services/{service_in_review}/publish", STAFF, HOUSE),
    post("/api/v1/services/{service_in_review}/return", STAFF, HOUSE, send=REMARKS),
    post("/api/v1/services/{service_published}/revise", MANAGERS, rest=NOT_YOURS),
    post("/api/v1/services/{service_published}/withdraw", MANAGERS | ADMIN, rest=NOT_YOURS),
]

STAY_OUT = HOUSE - MANAGERS
"""Members of the house that do not decide for it."""

QUOTES = [
    get("/quote-requests/new", SIGNED),
    post("/quote-requests/new", MANAGERS, rest=NOT_YOURS, send=ASK),
    get("/quote-requests/{request_ours}", HOUSE),
    post("/quote-requests/{request_ours}/close", MANAGERS, STAY_OUT, send=REASON),
    get("/quotes/{quote_of_other}", HOUSE | OTHER, about="the lab's own, and the buyer's"),
    get("/quotes/{quote_of_third}", HOUSE, about="never another lab"),
    get("/quotes/{quote_to_us}", HOUSE | OTHER),
    get("/quotes/{quote_to_us}/answer", MANAGERS, STAY_OUT | OTHER),
    post("/quotes/{quote_to_us}/check", MANAGERS, STAY_OUT | OTHER, ok=frozenset({200}), send=FORM),
    post("/quotes/{quote_to_us}/give", MANAGERS, STAY_OUT | OTHER, send=FORM),
    post("/quotes/{quote_to_us}/decline", MANAGERS, STAY_OUT | OTHER, send=REASON),
    get("/my/quotes", SIGNED),
    get("/api/v1/quote-requests", SIGNED),
    post("/api/v1/quote-requests", MANAGERS, rest=NOT_YOURS, send=ASK),
    get("/api/v1/quote-requests/{request_ours}", HOUSE),
    post("/api/v1/quote-requests/{request_ours}/close", MANAGERS, STAY_OUT, send=REASON),
    get("/api/v1/quotes", SIGNED),
    get("/api/v1/quotes/{quote_of_third}", HOUSE, about="never another lab"),
    get("/api/v1/quotes/{quote_to_us}", HOUSE | OTHER),
    post("/api/v1/quotes/{quote_to_us}/give", MANAGERS, STAY_OUT | OTHER, send=LINES),
    post("/api/v1/quotes/{quote_to_us}/decline", MANAGERS, STAY_OUT | OTHER, send=REASON),
]

PAY = {"terms_hash": "{hash_given}", "pay": "transfer", "reason": "Quicker, and with the raw data."}
IN_WORK = {"text": "The report is attached."}
PARTIES = HOUSE | OTHER | ADMIN
"""Everybody who may read the orders below: both sides, and the site's administrators."""

ORDERS = [
    get("/quotes/{quote_given}/choose", MANAGERS, STAY_OUT | OTHER),
    post("/quotes/{quote_given}/choose", MANAGERS, STAY_OUT | OTHER, send=PAY, money=True),
    get("/quotes/{quote_ordered}/order", PARTIES, ok=MOVED),
    get("/orders/{order_bought}", PARTIES),
    post("/orders/{order_waiting}/hold", HOUSE & who("owner manager finance"), PARTIES - who("owner manager finance"), ok=DONE | STOPPED, money=True),
    post("/orders/{order_waiting}/drop", MANAGERS | OTHER | ADMIN, STAY_OUT, send=REASON, money=True),
    post("/orders/{order_sold}/deliver", MANAGERS, PARTIES - MANAGERS, send=IN_WORK),
    get("/orders/{order_delivered}/accept", MANAGERS, PARTIES - MANAGERS),
    post("/orders/{order_delivered}/accept", MANAGERS, PARTIES - MANAGERS, money=True),
    post("/orders/{order_delivered}/send-back", MANAGERS, PARTIES - MANAGERS, send=REASON),
    post("/orders/{order_delivered}/ask-stop", MANAGERS | OTHER, STAY_OUT | ADMIN, send=REASON),
    post("/orders/{order_stopping}/refuse-stop", MANAGERS | OTHER, STAY_OUT | ADMIN),
    post("/orders/{order_stopping}/call-off", MANAGERS | ADMIN | OTHER, STAY_OUT, send=REASON, money=True, about="the lab asked", ok=DONE | STOPPED),
    get("/orders/{order_delivered}/files/{order_file}", PARTIES),
    get("/looks/order/{order_delivered}", OTHER),
    get("/api/v1/looks/order/{order_delivered}", OTHER),
    get("/my/orders", SIGNED),
    get("/orgs/{org}/orders", HOUSE | ADMIN, rest=NOT_YOURS),
    get("/api/v1/orders", SIGNED),
    get("/api/v1/quotes/{quote_given}/agreement", HOUSE | OTHER),
    post("/api/v1/orders", MANAGERS, STAY_OUT | OTHER, send={"quote": "{quote_given}", **PAY}, money=True),
    get("/api/v1/orders/{order_bought}", PARTIES),
    post("/api/v1/orders/{order_waiting}/hold", HOUSE & who("owner manager finance"), PARTIES - who("owner manager finance"), ok=DONE | STOPPED, money=True),
    post("/api/v1/orders/{order_waiting}/drop", MANAGERS | OTHER | ADMIN, STAY_OUT, send=REASON, money=True),
    post("/api/v1/orders/{order_sold}/deliver", MANAGERS, PARTIES - MANAGERS, send=IN_WORK),
    post("/api/v1/orders/{order_delivered}/accept", MANAGERS, PARTIES - MANAGERS, money=True),
    post("/api/v1/orders/{order_delivered}/send-back", MANAGERS, PARTIES - MANAGERS, send=REASON),
    post("/api/v1/orders/{order_delivered}/ask-stop", MANAGERS | OTHER, STAY_OUT | ADMIN, send=REASON),
    post("/api/v1/orders/{order_stopping}/refuse-stop", MANAGERS | OTHER, STAY_OUT | ADMIN),
    post("/api/v1/orders/{order_stopping}/call-off", MANAGERS | ADMIN | OTHER, STAY_OUT, send=REASON, money=True, ok=DONE | STOPPED),
]  # fmt: skip

INSTRUMENT = {"organisation": "{org}", "name": "A second microscope", "days": ["0", "1"]}
BOOK = {"start": "{slot_local}", "zone": "UTC", "minutes": "60", "purpose": "Fracture faces"}
BOOK_API = {"instrument": "{instrument_free}", "starts_at": "{slot_start}", "ends_at": "{slot_end}"}
BOOKED = HOUSE | who("newcomer")
"""The lab's people and who booked."""

INSTRUMENTS = [
    get("/instruments", ANYONE),
    get("/instruments/{instrument_open}", ANYONE),
    get("/instruments/{instrument_draft}", HOUSE | ADMIN, public=True),
    get("/instruments/new", SIGNED),
    post("/instruments/new", MANAGERS, rest=NOT_YOURS, send=INSTRUMENT),
    get("/instruments/{instrument_draft}/edit", MANAGERS, STAY_OUT | ADMIN),
    post("/instruments/{instrument_draft}/edit", MANAGERS, STAY_OUT | ADMIN, send={"name": "Renamed", "days": ["0", "1"]}),
    post("/instruments/{instrument_draft}/open", MANAGERS, STAY_OUT | ADMIN),
    post("/instruments/{instrument_open}/pause", MANAGERS, rest=NOT_YOURS),
    post("/instruments/{instrument_spare}/retire", MANAGERS | ADMIN, rest=NOT_YOURS),
    get("/instruments/{instrument_free}/book", SIGNED),
    post("/instruments/{instrument_free}/book/check", SIGNED, ok=frozenset({200}), send=BOOK),
    post("/instruments/{instrument_free}/book", SIGNED, send=BOOK, ok=DONE | STOPPED, about="the first has it"),
    get("/instruments/{instrument_own}/book", HOUSE, rest=NOT_YOURS),
    post("/instruments/{instrument_own}/book", HOUSE, rest=NOT_YOURS, send=BOOK, ok=DONE | STOPPED),
    get("/bookings/{booking_asked}", BOOKED),
    post("/bookings/{booking_asked}/confirm", MANAGERS, BOOKED - MANAGERS),
    post("/bookings/{booking_asked}/decline", MANAGERS, BOOKED - MANAGERS, send=REASON),
    post("/bookings/{booking_asked}/cancel", MANAGERS | who("newcomer"), STAY_OUT, send=REASON),
    get("/my/bookings", SIGNED),
    get("/my/bookings.ics", SIGNED),
    get("/orgs/{org}/instruments", HOUSE | ADMIN, rest=NOT_YOURS),
    get("/api/v1/instruments", ANYONE),
    get("/api/v1/instruments/{instrument_open}", ANYONE),
    get("/api/v1/instruments/{instrument_draft}", HOUSE | ADMIN, public=True),
    get("/api/v1/instruments/{instrument_open}/free?start=2026-11-24T08:00:00Z&end=2026-11-25T08:00:00Z", ANYONE),
    post("/api/v1/instruments", MANAGERS, rest=NOT_YOURS, send=INSTRUMENT),
    patch("/api/v1/instruments/{instrument_draft}", MANAGERS, STAY_OUT | ADMIN, send={"name": "Renamed"}),
    post("/api/v1/instruments/{instrument_draft}/open", MANAGERS, STAY_OUT | ADMIN),
    post("/api/v1/instruments/{instrument_open}/pause", MANAGERS, rest=NOT_YOURS),
    post("/api/v1/instruments/{instrument_spare}/retire", MANAGERS | ADMIN, rest=NOT_YOURS),
    get("/api/v1/bookings", SIGNED),
    post("/api/v1/bookings", SIGNED, send=BOOK_API, money=True, ok=DONE | STOPPED),
    get("/api/v1/bookings/{booking_asked}", BOOKED),
    post("/api/v1/bookings/{booking_asked}/confirm", MANAGERS, BOOKED - MANAGERS),
    post("/api/v1/bookings/{booking_asked}/decline", MANAGERS, BOOKED - MANAGERS, send=REASON),
    post("/api/v1/bookings/{booking_asked}/cancel", MANAGERS | who("newcomer"), STAY_OUT, send=REASON),
]

ROWS: list[Row] = [*SERVICES, *QUOTES, *ORDERS, *INSTRUMENTS]


def _actor(email: str) -> Actor:
    found = people.by_email(f"{email}@demo.example")
    assert found is not None
    return people.actor_of(found.id)


def _organisation(slug: str) -> Any:
    return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def places() -> dict[str, str]:
    """What the world holds of it beyond the demo content, by the names that the rows use. Called inside a unit of work."""
    house, lab = _organisation("meridian-foods"), _organisation("loom-materials-lab")
    third = db.session.scalars(select(Organisation).where(Organisation.name.startswith("汉水"))).one()
    owner, other, crane = _actor("company"), _actor("owner"), _actor("crane")
    ours = {state: making.service(house, owner, state) for state in ("draft", "in_review", "published", "withdrawn")}
    theirs, others = making.service(lab, other), making.service(third, crane, title="薄膜氧气透过率测定")
    asked = making.request(house, owner, [theirs, others])
    for quote, actor in zip(making.quotes(asked), (other, crane), strict=True):
        making.give(quote, actor)
    to_us = making.quotes(making.request(lab, other, [ours["published"]]))[0]
    found = {f"service_{state}": str(service.id) for state, service in ours.items()} | {
        "service_other": str(theirs.id),
        "request_ours": str(asked.id),
        "quote_of_other": str(making.quotes(asked)[0].id),
        "quote_of_third": str(making.quotes(asked)[1].id),
        "quote_to_us": str(to_us.id),
        "soon": f"{clock.now() + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "later_day": f"{clock.now() + timedelta(days=30):%Y-%m-%d}",
    }
    return found | _orders(house, owner, theirs, lab, other, ours["published"]) | _instruments(house, owner)


def _quoted(buyer_id: Any, buyer: Actor, service: Any, lab: Actor, title: str) -> Any:
    return making.give(making.quotes(making.request(buyer_id, buyer, [service], title=title))[0], lab, 10_000)


def _order(buyer_id: Any, buyer: Actor, service: Any, lab: Actor, title: str, held: bool = True) -> Any:
    order = making.ordered(_quoted(buyer_id, buyer, service, lab, title), buyer)
    if held:
        funding = payments_read.open_fundings_for(order.ref)[0]
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=order.gross, bank_reference=f"M-{order.id}")
        orders.note_held(order=order)
    return order


def _orders(house: Any, owner: Actor, theirs: Any, lab: Any, other: Actor, ours: Any) -> dict[str, str]:
    """The house buys from the other lab, and sells to it."""
    given = _quoted(house, owner, theirs, other, "A quote to choose")
    bought, delivered, stopping = (_order(house, owner, theirs, other, f"Order {name}") for name in ("in work", "to accept", "to stop"))
    waiting, sold = _order(house, owner, theirs, other, "Order to pay", held=False), _order(lab, other, ours, owner, "Order to work on")
    upload = (io.BytesIO(b"film,otr\n1,0.4\n"), "otr.csv")
    delivery = orders.deliver(actor=other, order=delivered, text="All forty films.", uploads=[upload])
    orders.ask_stop(actor=other, order=stopping, reason="Our chamber has broken down.")
    file_id = db.session.scalars(select(OrderFile.file_id).where(OrderFile.delivery_id == delivery.id)).one()
    return {
        "quote_given": str(given.id), "hash_given": order_rules.fingerprint(orders_read.agreement(given)),
        "quote_ordered": str(bought.quote_id), "order_bought": str(bought.id), "order_delivered": str(delivered.id),
        "order_stopping": str(stopping.id), "order_waiting": str(waiting.id), "order_sold": str(sold.id), "order_file": str(file_id),
    }  # fmt: skip


def _instruments(house: Any, owner: Actor) -> dict[str, str]:
    made = {
        "open": making.instrument(house, owner),
        "draft": making.instrument(house, owner, "draft"),
        "free": making.instrument(house, owner, hourly=None, zone="UTC", opens=0, closes=1440, days=range(7)),
        "priced": making.instrument(house, owner, zone="UTC", opens=0, closes=1440, days=range(7)),
        "spare": making.instrument(house, owner),
        "own": making.instrument(house, owner, hourly=None, zone="UTC", opens=0, closes=1440, days=range(7), audience=Audience.OWN),
    }
    slot = (clock.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    asked = making.booking(made["free"], _actor("newcomer"), slot + timedelta(hours=5))
    return {f"instrument_{name}": str(one.id) for name, one in made.items()} | {
        "booking_asked": str(asked.id),
        "slot_local": f"{slot:%Y-%m-%dT%H:%M}",
        "slot_start": f"{slot:%Y-%m-%dT%H:%M:%SZ}",
        "slot_end": f"{slot + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
