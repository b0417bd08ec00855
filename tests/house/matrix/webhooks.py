"""Webhooks: one's own, and an organisation's, which its managers look after. The world calls none of them: what they chose does not happen."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.organisations.models import Organisation
from hub.core.webhooks import operations
from hub.core.webhooks.rules import Outcome
from hub.db.extensions import db
from hub.kernel.actor import Actor
from tests.house.matrix.table import ANYONE, AUTHOR, HOUSE, MANAGERS, SIGNED, Row, delete, get, post, put

REST = HOUSE - MANAGERS
URL = "https://receiver.example/hub"
FORM = {"url": URL, "types": ["challenge.closed"], "description": "Tickets"}
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
BODY = {"url": URL, "types": ["challenge.closed"]}
OURS, MINE, NOTE = "{webhook}", "{webhook_own}", "{webhook_message}"

PAGES = [
    get("/webhooks/events", ANYONE),
    get("/settings/webhooks", SIGNED),
    get("/settings/webhooks/new", SIGNED),
    post("/settings/webhooks/new", SIGNED, send={**FORM, "types": ["key.made"]}),
    get("/orgs/{org}/webhooks", MANAGERS, SIGNED - MANAGERS),
    get("/orgs/{org}/webhooks/new", MANAGERS, SIGNED - MANAGERS),
    post("/orgs/{org}/webhooks/new", MANAGERS, SIGNED - MANAGERS, send=FORM),
    get(f"/webhooks/{OURS}", MANAGERS, REST),
    get(f"/webhooks/{MINE}", AUTHOR, about="one's own"),
    get(f"/webhooks/{OURS}/edit", MANAGERS, REST),
    post(f"/webhooks/{OURS}/edit", MANAGERS, REST, send=FORM),
    post(f"/webhooks/{OURS}/rotate", MANAGERS, REST),
    post(f"/webhooks/{OURS}/test", MANAGERS, REST),
    post(f"/webhooks/{OURS}/replay", MANAGERS, REST, send={"days": "7"}),
    post(f"/webhooks/{OURS}/pause", MANAGERS, REST),
    post(f"/webhooks/{OURS}/resume", MANAGERS, REST, ok=frozenset({409}), about="it is on"),
    post(f"/webhooks/{OURS}/end", MANAGERS, REST),
    get(f"/webhooks/{OURS}/messages/{NOTE}", MANAGERS, REST),
    post(f"/webhooks/{OURS}/messages/{NOTE}/replay", MANAGERS, REST),
]
V1 = "/api/v1/webhooks"
API = [
    get(f"{V1}/types", ANYONE),
    get(V1, SIGNED),
    get(V1 + "?organisation={org}", MANAGERS, SIGNED - MANAGERS, about="an organisation's"),
    post(V1, SIGNED, send={**BODY, "types": ["key.made"], "secret": SECRET}),
    get(f"{V1}/{OURS}", MANAGERS, REST),
    put(f"{V1}/{OURS}", MANAGERS, REST, send=BODY),
    delete(f"{V1}/{OURS}", MANAGERS, REST),
    post(f"{V1}/{OURS}/pause", MANAGERS, REST),
    post(f"{V1}/{OURS}/resume", MANAGERS, REST, ok=frozenset({409}), about="it is on"),
    post(f"{V1}/{OURS}/rotate", MANAGERS, REST, send={"secret": SECRET}),
    post(f"{V1}/{OURS}/test", MANAGERS, REST),
    post(f"{V1}/{OURS}/replay", MANAGERS, REST, send={"since": "2026-01-01T00:00:00Z"}),
    get(f"{V1}/{OURS}/messages", MANAGERS, REST),
    get(f"{V1}/{OURS}/messages/{NOTE}", MANAGERS, REST),
    post(f"{V1}/{OURS}/messages/{NOTE}/replay", MANAGERS, REST),
]
ROWS: list[Row] = [*PAGES, *API]


def _actor(email: str) -> Actor:
    found = people.by_email(f"{email}@demo.example")
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """One of the organisation's, with a message that was not delivered; one of the author's."""
    owner, meridian = _actor("company"), db.session.scalars(select(Organisation).where(Organisation.slug == "meridian-foods")).one()
    about = {"url": URL, "site_key": "test-key", "secret": SECRET}
    ours, _ = operations.set_up(actor=owner, organisation_id=meridian.id, types=["pool.cancelled"], **about)
    mine, _ = operations.set_up(actor=_actor("solver"), types=["password.changed"], **about)
    note = operations.send_test(actor=owner, endpoint=ours)
    job = operations.take_message(endpoint_id=ours.id, site_key="test-key")
    assert job is not None
    operations.note(job=job, outcome=Outcome(80, status=204, answer="thank you"))
    operations.release(endpoint_id=ours.id)
    return {"webhook": str(ours.id), "webhook_own": str(mine.id), "webhook_message": str(note.id)}
