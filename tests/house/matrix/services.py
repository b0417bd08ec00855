"""The doors of the services, for people and for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.organisations.models import Organisation
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from tests.factories import services as making
from tests.house.matrix.contests import BYSTANDERS, INSIDERS
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    HOUSE,
    MANAGERS,
    NOT_YOURS,
    SIGNED,
    STAFF,
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

ROWS: list[Row] = [*SERVICES, *QUOTES]


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
    return {f"service_{state}": str(service.id) for state, service in ours.items()} | {
        "service_other": str(theirs.id),
        "request_ours": str(asked.id),
        "quote_of_other": str(making.quotes(asked)[0].id),
        "quote_of_third": str(making.quotes(asked)[1].id),
        "quote_to_us": str(to_us.id),
        "soon": f"{clock.now() + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "later_day": f"{clock.now() + timedelta(days=30):%Y-%m-%d}",
    }
