"""The doors of disputes, for people and for programs."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from hub.complement.products import queries as products
from hub.complement.sales import operations as selling
from hub.contests.awards import operations as awards
from hub.contests.challenges import operations as challenges
from hub.core.accounts import queries as accounts
from hub.core.disputes import operations
from hub.core.disputes import queries as disputes
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Ground
from hub.core.files.rules import Upload
from hub.db import work
from hub.kernel import clock
from hub.microtasks.queue import operations as queue
from hub.tech_market.orders import operations as orders
from tests.factories import challenges as contest
from tests.factories import entries as entering
from tests.factories import platforms as made
from tests.factories import sales, tasks
from tests.factories import services as making
from tests.house.matrix.services import OTHER, _order, _organisation
from tests.house.matrix.table import (
    ADMIN,
    AUTHOR,
    CONSULTANT,
    MANAGERS,
    NOBODY,
    NOT_YOURS,
    OK,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    get,
    post,
    who,
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

CLAIMS = [
    ("entry/{entry_free}", AUTHOR, "turned down: its author's own, and nobody's who counts numbers"),
    ("entry/{entry_hidden}", AUTHOR, "of an anonymous seeker"),
    ("entry/{entry_draft}", NOBODY, "a draft"),
    ("entry/{entry_closed}", NOBODY, "sealed, not decided"),
    ("entry/{entry_won}", NOBODY, "that won"),
    ("assignment/{answer_rejected}", who("newcomer"), "rejected: its person's own"),
    ("assignment/{task_answer}", NOBODY, "not decided"),
    ("purchase/{purchase_over}", AUTHOR, "past its days: the buyer's, and the vendor does not learn whose"),
    ("purchase/{purchase}", NOBODY, "that can be given back still"),
]
"""About what, who has a decision against their own side there, and why nobody else finds anything."""

PAGES = [
    get("/disputes", SIGNED),
    get("/disputes/desk", ADMIN, rest=NOT_YOURS),
    get("/disputes/desk?state=open", ADMIN, rest=NOT_YOURS, about="all open ones"),
    get("/disputes/new/order/{disputable}", MANAGERS),
    post("/disputes/new/order/{disputable}", MANAGERS, send=OPEN),
    *(get(f"/disputes/new/{about}", whom, about=why) for about, whom, why in CLAIMS),
    post("/disputes/new/entry/{entry_free}", AUTHOR, send=OPEN | {"ground": "procedure"}),
    get("/disputes/{dispute_hidden}", AUTHOR | MANAGERS | ADMIN, about="with an anonymous seeker"),
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
    post("/disputes/{dispute_mediated}/stand-down", STAFF, PARTIES),
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
    get(f"{API}/about/order/{{disputable}}", MANAGERS),
    post(API, MANAGERS, send={"about": "order:{disputable}", **OPEN}),
    *(get(f"{API}/about/{about}", whom, ok=OK | STOPPED, about=why) for about, whom, why in CLAIMS),
    post(API, AUTHOR, send={"about": "entry:{entry_free}", **OPEN, "ground": "procedure"}, about="an entry"),
    get(f"{API}/{{dispute_hidden}}", AUTHOR | MANAGERS, ADMIN, about="with an anonymous seeker"),
    get(f"{API}/{{dispute_hidden}}/offers", AUTHOR | MANAGERS, ADMIN, about="with an anonymous seeker"),
    get(TALK, PARTIES, ADMIN),
    get(f"{API}/{{dispute_named}}", PARTIES, CONSULTANT | ADMIN, about="before the declaration"),
    *(get(f"{MEDIATED}/{what}", READERS, ADMIN) for what in ("statements", "outcomes", "offers", "files/{dispute_file}")),
    post(f"{MEDIATED}/statements", READERS, ADMIN, send=SAYS),
    post(f"{API}/{{dispute_open}}/answer", MANAGERS, OTHER | ADMIN, send=SAYS),
    post(f"{API}/{{dispute_open}}/withdraw", OTHER, MANAGERS | ADMIN, send=WHY, money=True),
    post(f"{TALK}/call", PARTIES, ADMIN),
    post(f"{API}/{{dispute_wait}}/name", ADMIN, PARTIES, send={"person": "{mediator}"}),
    post(f"{API}/{{dispute_named}}/declare", CONSULTANT, PARTIES | ADMIN, send={"declared": True}),
    post(f"{MEDIATED}/stand-down", STAFF, PARTIES),
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
    return _others(owner) | {
        "dispute_open": str(filed("that is open").id), "dispute_talk": str(talk.id), "dispute_wait": str(called("that waits").id),
        "dispute_named": str(named("with a mediator", declared=False).id), "dispute_mediated": str(mediated.id),
        "dispute_closed": str(closed.id), "offer_talk": str(offer.id), "disputable": str(sold.id), "mediator": str(consultant.person_id),
        "dispute_file": str(disputes.statements(mediated.id)[0].files[0].id),
    }  # fmt: skip


def _others(owner: Any) -> dict[str, str]:
    """What else can be disputed: an entry for an anonymous seeker (and the dispute about it), a rejected answer, a purchase past its days."""
    from tests.house.matrix.places import EMAILS, Organisation, _entry, _one  # the places of all others ask for these

    meridian, author, worker = _one(Organisation, Organisation.slug == "meridian-foods"), _actor("solver"), _actor("newcomer")
    judge = accounts.by_email(EMAILS["judge"])
    assert judge is not None
    with clock.at(clock.now() - timedelta(days=30)):
        asked = contest.challenge(
            meridian, owner, "open", title="Dry herbs with their scent", closes_at=clock.now() + timedelta(days=28), seeker_shown=False
        )
    with clock.at(clock.now() - timedelta(days=4)):
        entering.seal(asked, author)
        entering.appoint(asked, owner, judge)
    challenges.close(actor=owner, challenge=asked)
    entry = _entry(asked)
    entering.score(entry, accounts.actor_of(judge.id), points=2, met=False)
    awards.end_without_award(actor=owner, challenge=asked, reason="None of the entries met what was required.")
    hidden = operations.open_(actor=author, kind="entry", number=entry.id, ground=Ground.PROCEDURE, **SAYS)
    operations.offer(actor=owner, dispute=hidden, outcome="finding")
    answer = tasks.answer(worker, tasks.paid(meridian, owner, tasks=1, redundancy=1, title="Sentences that were sorted wrongly"))
    queue.reject(actor=owner, assignment=answer, reason="This is not what the sentence says.")
    return {"entry_hidden": str(entry.id), "dispute_hidden": str(hidden.id), "answer_rejected": str(answer.id)} | _purchase(author)


def _purchase(buyer: Any) -> dict[str, str]:
    owner, vendor = _actor("company"), _actor("owner")
    with clock.at(clock.now() - timedelta(days=40)):
        shop = made.platform(owner, _organisation("meridian-foods").id, name="Shop of last month")
        product = sales.priced(vendor, shop, owner, name="Bought last month", organisation_id=_organisation("loom-materials-lab").id)
        number = product.id
        work.commit()
        sales.rich(buyer, sales.eur(2_000))
        work.start_writing()
        purchase = selling.buy(actor=buyer, product=products.by_id(number), agreed=sales.eur(2_000))
    return {"purchase_over": str(purchase.id)}
