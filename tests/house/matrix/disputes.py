"""The doors of disputes, for people and for programs."""

from __future__ import annotations

import io
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.disputes import operations
from hub.core.disputes import queries as disputes
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Ground, Upload
from hub.tech_market.orders import operations as orders
from tests.factories import services as making
from tests.house.matrix.services import OTHER, _order, _organisation
from tests.house.matrix.table import (
    ADMIN,
    CONSULTANT,
    DONE,
    MANAGERS,
    NOT_YOURS,
    OK,
    SIGNED,
    STOPPED,
    Row,
    get,
    post,
)  # fmt: skip

# The other lab's delivery to the house came back, and its owner disputes that; the consultant mediates. The admin finds mediators, and reads
# nothing of what is said. Of the house only owners and managers speak in a dispute: its other people do not know of it.
PARTIES = MANAGERS | OTHER
READERS = PARTIES | CONSULTANT
SAYS = {"statement": "All forty films were measured, as the request says."}
OPEN = {"ground": "as_agreed", **SAYS}
WAY = {"outcome": "uphold", "words": "Three films are missing in the report."}
WHY = {"reason": "We found the three films."}
ONE = "/disputes/{dispute_talk}"

PAGES = [
    get("/disputes", SIGNED),
    get("/disputes/desk", ADMIN, rest=NOT_YOURS),
    get("/disputes/desk?state=open", ADMIN, rest=NOT_YOURS, about="all open ones"),
    get("/disputes/new/order/{disputable}", PARTIES),
    post("/disputes/new/order/{disputable}", PARTIES, send=OPEN, ok=DONE | STOPPED),
    get(ONE, PARTIES | ADMIN),
    get("/disputes/{dispute_named}", READERS | ADMIN, about="before the declaration"),
    get("/disputes/{dispute_mediated}", READERS | ADMIN, about="with a mediator"),
    get("/disputes/{dispute_wait}", PARTIES | ADMIN, about="that waits for a mediator"),
    get("/disputes/{dispute_closed}", READERS, about="that is closed"),
    get("/disputes/{dispute_mediated}/trail", READERS, ADMIN),
    get("/disputes/{dispute_mediated}/files/{dispute_file}", READERS, ADMIN),
    get("/looks/dispute/{dispute_mediated}", READERS, ADMIN),
    get("/api/v1/looks/dispute/{dispute_mediated}", READERS, ADMIN),
    post("/disputes/{dispute_open}/answer", MANAGERS, OTHER | ADMIN, send=SAYS),
    post("/disputes/{dispute_mediated}/statements", READERS, ADMIN, send=SAYS),
    post(f"{ONE}/call", PARTIES, ADMIN),
    post("/disputes/{dispute_wait}/name", ADMIN, PARTIES, send={"person": "{mediator}"}),
    post("/disputes/{dispute_named}/declare", CONSULTANT, PARTIES | ADMIN, send={"declared": "1"}),
    post("/disputes/{dispute_mediated}/stand-down", CONSULTANT, PARTIES | ADMIN),
    get("/disputes/{dispute_open}/withdraw", OTHER, MANAGERS | ADMIN),
    post("/disputes/{dispute_open}/withdraw", OTHER, MANAGERS | ADMIN, send=WHY, money=True),
    get(f"{ONE}/offer", PARTIES, ADMIN),
    post(f"{ONE}/offer/check", PARTIES, ADMIN, send=WAY, ok=OK),
    post(f"{ONE}/offer", PARTIES, ADMIN, send=WAY, money=True),
    *(row for way in ("propose", "decide") for row in (
        get(f"/disputes/{{dispute_mediated}}/{way}", CONSULTANT, PARTIES | ADMIN),
        post(f"/disputes/{{dispute_mediated}}/{way}/check", CONSULTANT, PARTIES | ADMIN, send=WAY, ok=OK),
        post(f"/disputes/{{dispute_mediated}}/{way}", CONSULTANT, PARTIES | ADMIN, send=WAY, money=True),
    )),
    get(f"{ONE}/offers/{{offer_talk}}/accept", PARTIES, ADMIN),
    post(f"{ONE}/offers/{{offer_talk}}/accept", PARTIES, ADMIN, money=True),
    post(f"{ONE}/offers/{{offer_talk}}/refuse", PARTIES, ADMIN),
]  # fmt: skip

API = "/api/v1/disputes"
TALK, MEDIATED = f"{API}/{{dispute_talk}}", f"{API}/{{dispute_mediated}}"
PROGRAMS = [
    get(API, SIGNED),
    get(f"{API}/about/order/{{disputable}}", PARTIES, ok=OK | STOPPED),
    post(API, PARTIES, send={"about": "order:{disputable}", **OPEN}, ok=DONE | STOPPED),
    get(TALK, PARTIES, ADMIN),
    get(f"{API}/{{dispute_named}}", PARTIES, CONSULTANT | ADMIN, about="before the declaration"),
    *(get(f"{MEDIATED}/{what}", READERS, ADMIN) for what in ("statements", "outcomes", "offers", "files/{dispute_file}")),
    post(f"{MEDIATED}/statements", READERS, ADMIN, send=SAYS),
    post(f"{API}/{{dispute_open}}/answer", MANAGERS, OTHER | ADMIN, send=SAYS),
    post(f"{API}/{{dispute_open}}/withdraw", OTHER, MANAGERS | ADMIN, send=WHY, money=True),
    post(f"{TALK}/call", PARTIES, ADMIN),
    post(f"{API}/{{dispute_wait}}/name", ADMIN, PARTIES, send={"person": "{mediator}"}),
    post(f"{API}/{{dispute_named}}/declare", CONSULTANT, PARTIES | ADMIN, send={"declared": True}),
    post(f"{MEDIATED}/stand-down", CONSULTANT, PARTIES | ADMIN),
    post(f"{MEDIATED}/effects", READERS, ADMIN, send={"outcome": "pay"}, ok=OK),
    post(f"{MEDIATED}/propose", CONSULTANT, PARTIES | ADMIN, send=WAY),
    post(f"{MEDIATED}/decide", CONSULTANT, PARTIES | ADMIN, send=WAY, money=True),
    post(f"{TALK}/offers", PARTIES, ADMIN, send=WAY, money=True),
    post(f"{TALK}/offers/{{offer_talk}}/accept", PARTIES, ADMIN, money=True),
    post(f"{TALK}/offers/{{offer_talk}}/refuse", PARTIES, ADMIN),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def _actor(who: str) -> Any:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)


def places() -> dict[str, str]:
    """A dispute at every step, each about an order of its own; one order of which nobody has disputed anything yet."""
    house, lab = _organisation("meridian-foods"), _organisation("loom-materials-lab")
    owner, other, consultant = _actor("company"), _actor("owner"), _actor("consultant")
    theirs, ours = making.service(lab, other), making.service(house, owner)

    def filed(name: str) -> Dispute:
        order = _order(house, owner, theirs, other, f"Disputed order {name}")
        orders.deliver(actor=other, order=order, text="All forty films.")
        orders.send_back(actor=owner, order=order, reason="Three films are missing.")
        table = Upload(io.BytesIO(b"film,otr\n1,0.4\n"), "raw.csv")
        return operations.open_(actor=other, kind="order", number=order.id, ground=Ground.AS_AGREED, uploads=[table], **SAYS)

    def called(name: str) -> Dispute:
        answered = operations.answer(actor=owner, dispute=filed(name), statement="Three of the forty films were left out.")
        return operations.call(actor=owner, dispute=answered)

    def named(name: str, declared: bool = True) -> Dispute:
        found = operations.name(actor=_actor("admin"), dispute=called(name), person_id=consultant.person_id)
        return operations.declare(actor=consultant, dispute=found, declared=True) if declared else found

    talk, mediated, closed = filed("in talks"), named("in mediation"), named("that is closed")
    operations.answer(actor=owner, dispute=talk, statement="Three of the forty films were left out.")
    offer = operations.offer(actor=owner, dispute=talk, outcome="pay")
    operations.decide(actor=consultant, dispute=closed, outcome="pay", words="Thirty-seven films are what was agreed.")
    sold = _order(lab, other, ours, owner, "Order that came back")
    orders.deliver(actor=owner, order=sold, text="All forty films.")
    orders.send_back(actor=other, order=sold, reason="Three films are missing.")
    return {
        "dispute_open": str(filed("that is open").id), "dispute_talk": str(talk.id), "dispute_wait": str(called("that waits").id),
        "dispute_named": str(named("with a mediator", declared=False).id), "dispute_mediated": str(mediated.id),
        "dispute_closed": str(closed.id), "offer_talk": str(offer.id), "disputable": str(sold.id), "mediator": str(consultant.person_id),
        "dispute_file": str(disputes.statements(mediated.id)[0].files[0].id),
    }  # fmt: skip
