"""The doors of pools, for people and for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.communities.spaces import operations as spaces
from hub.communities.spaces.rules import Licence
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.core.pools import operations
from hub.db import work
from hub.kernel import clock
from tests.factories import pools as made
from tests.house.matrix.contests import BYSTANDERS, INSIDERS
from tests.house.matrix.table import ADMIN, ANYONE, AUTHOR, DONE, HOUSE, MANAGERS, NOT_YOURS, SIGNED, STAFF, STOPPED, Row, get, patch, post

# Meridian organises every pool here; the author has backed the open one and the one that was met.
AMOUNTS = {"goal": "900.00", "minimum": "5.00", "closes_at": "{pool_deadline}"}
NEW = {"organisation": "{org}", "subject": "", "currency": "USD", "title": "A second filter", "summary": "It filters.", **AMOUNTS}
CHANGE = {"title": "A third filter", "summary": "It filters."}
REASON = {"reason": "It does not say who builds it."}
STORY = {"story": made.STORY + "And more."}
UPDATE = {"title": "The pump is here", "body": "It runs."}
PLEDGE = {"amount": "7.00", "organisation": "", "named": "1"}
PAY = {"amount": "5.00", "purpose": "A sieve", "to_person": "{pool_payee}"}
GUESTS = SIGNED - MANAGERS
OPEN, PAID = "/pools/{pool_open}", "/pools/{pool_paid}"

PAGES = [
    get("/pools", ANYONE),
    get("/pools?state=met&kind=project", ANYONE, about="narrowed"),
    get("/pools.atom", ANYONE),
    *(get(f"/pools/{{pool_{stage}}}", ANYONE) for stage in ("open", "met", "failed", "cancelled", "paid")),
    get("/pools/{pool_draft}", INSIDERS, public=True),
    get("/pools/new", SIGNED),
    post("/pools/new", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/pools/{pool_draft}/edit", MANAGERS, BYSTANDERS),
    post("/pools/{pool_draft}/edit", MANAGERS, BYSTANDERS, send=CHANGE),
    get("/pools/{pool_draft}/check", MANAGERS, BYSTANDERS),
    post("/pools/{pool_draft}/submit", MANAGERS, BYSTANDERS),
    post("/pools/{pool_draft}/discard", MANAGERS, BYSTANDERS),
    post("/pools/{pool_review}/recall", MANAGERS, BYSTANDERS),
    get("/pools/{pool_review}/review", STAFF, HOUSE),
    post("/pools/{pool_review}/approve", STAFF, HOUSE),
    post("/pools/{pool_review}/return", STAFF, HOUSE, send=REASON),
    get(f"{OPEN}/manage", MANAGERS | ADMIN, rest=NOT_YOURS),
    get(f"{PAID}/manage", MANAGERS | ADMIN, rest=NOT_YOURS, about="a community's"),
    get(f"{OPEN}/story", MANAGERS, rest=NOT_YOURS),
    post(f"{OPEN}/story", MANAGERS, rest=NOT_YOURS, send=STORY),
    get(f"{OPEN}/update", MANAGERS, rest=NOT_YOURS),
    post(f"{OPEN}/update", MANAGERS, rest=NOT_YOURS, send=UPDATE),
    get(f"{OPEN}/cancel", MANAGERS | ADMIN, rest=NOT_YOURS),
    post(f"{OPEN}/cancel", MANAGERS | ADMIN, rest=NOT_YOURS, send=REASON),
    get(f"{OPEN}/pledge", SIGNED),
    post(f"{OPEN}/pledge/check", SIGNED, send=PLEDGE, ok=DONE | STOPPED),
    post(f"{OPEN}/pledge", GUESTS, rest=NOT_YOURS, send=PLEDGE, ok=DONE | STOPPED, about="as far as the balance goes"),
    get("/my/pledges", SIGNED),
    get("/my/pledges/{pledge}/withdraw", AUTHOR, own=AUTHOR),
    post("/my/pledges/{pledge}/withdraw", AUTHOR, own=AUTHOR),
    get(f"{PAID}/spend", MANAGERS, rest=NOT_YOURS),
    post(f"{PAID}/spend/check", MANAGERS, rest=NOT_YOURS, send=PAY),
    post(f"{PAID}/spend", MANAGERS, rest=NOT_YOURS, send=PAY),
    post(f"{PAID}/return-rest", MANAGERS, rest=NOT_YOURS),
]

API, ONE = "/api/v1/pools", "/api/v1/pools/{pool_open}"
PROGRAMS = [
    get(API, ANYONE),
    post(API, MANAGERS, rest=NOT_YOURS, send=NEW),
    get(ONE, ANYONE),
    get(f"{API}/{{pool_draft}}", INSIDERS, public=True),
    patch(f"{API}/{{pool_draft}}", MANAGERS, BYSTANDERS, send=CHANGE),
    post(f"{API}/{{pool_draft}}/submit", MANAGERS, BYSTANDERS),
    post(f"{API}/{{pool_draft}}/discard", MANAGERS, BYSTANDERS),
    post(f"{API}/{{pool_review}}/recall", MANAGERS, BYSTANDERS),
    post(f"{API}/{{pool_review}}/approve", STAFF, HOUSE),
    post(f"{API}/{{pool_review}}/return", STAFF, HOUSE, send=REASON),
    post(f"{ONE}/cancel", MANAGERS | ADMIN, rest=NOT_YOURS, send=REASON, money=True),
    post(f"{ONE}/story", MANAGERS, rest=NOT_YOURS, send=STORY),
    get(f"{ONE}/updates", ANYONE),
    post(f"{ONE}/updates", MANAGERS, rest=NOT_YOURS, send=UPDATE),
    get(f"{ONE}/pledges", ANYONE),
    post(f"{ONE}/pledges", GUESTS, rest=NOT_YOURS, send={"amount": "7.00"}, money=True, ok=DONE | STOPPED),
    get("/api/v1/me/pledges", SIGNED),
    post("/api/v1/me/pledges/{pledge}/withdraw", AUTHOR, own=AUTHOR, money=True),
    post(f"{API}/{{pool_paid}}/spend", MANAGERS, rest=NOT_YOURS, send=PAY, money=True),
    post(f"{API}/{{pool_paid}}/return-rest", MANAGERS, rest=NOT_YOURS, money=True),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]


def places() -> dict[str, str]:
    """A pool in each state, one of them a community's whose money can be paid out."""
    company, author = _actor("company"), _actor("solver")
    meridian = organisations.by_slug("meridian-foods")
    found = {"pool_deadline": f"{clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M}"}
    found["pool_payee"] = accounts.card(author.person_id or 0).handle
    found["pool_draft"] = made.draft(company, meridian, title="A pool that is a draft").slug
    found["pool_review"] = made.submitted(company, meridian, title="A pool in review").slug
    with work.unit():
        space = spaces.found(
            actor=company, name="Rinse water together", summary="What could be done with all the water that we rinse with.", charter="We share what we find. " * 5,
            licence=Licence.CC_BY, language="en", organisation_id=meridian.id,
        )  # fmt: skip
        subject = space.ref
    with clock.at(clock.now() - timedelta(days=12)):
        due = {stage: made.opened(company, meridian, title=f"A pool that is {stage}") for stage in ("met", "failed", "cancelled")}
        due["paid"] = made.opened(company, meridian, title="A pool that is paid", subject=subject)
        for stage in ("met", "paid"):
            made.pledged(author, due[stage], 12_000)
        made.pledged(author, due["failed"], 4_000)
        with work.unit():
            operations.cancel(actor=company, pool=due["cancelled"], reason="The plant is not needed any more.")
    made.closed()
    pool = made.opened(company, meridian, title="A pool that is open")
    found["pledge"] = str(made.pledged(author, pool, 2_500, named=True).id)
    made.has("person", author.person_id or 0, made.usd(1_000))
    return found | {"pool_open": pool.slug} | {f"pool_{stage}": one.slug for stage, one in due.items()}


def _actor(who: str) -> Any:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)
