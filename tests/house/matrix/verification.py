"""The doors of verification."""

from __future__ import annotations

from hub.core.accounts import queries as accounts
from hub.core.domains import operations as domains
from hub.core.domains import queries as domains_read
from hub.core.integrity import operations as integrity
from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from tests.factories import documents
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    CONSULTANT,
    DONE,
    JUDGE,
    MANAGERS,
    MOVED,
    NOT_YOURS,
    OK,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    delete,
    get,
    post,
    who,
)

# The author's documents wait; the administrator reads those of the other organisation and of its owner, and has accepted the consultant's.
OTHER = who("other")
FILE = {"file": (documents.PDF, "passport.pdf")}
MINE = {"kind": "passport", "country": "NL"}
OURS = {"kind": "register", "country": "NL"}
ACCEPT = {"number": "NX123456", "reason": "It agrees with the account."}
REASON = {"reason": "It is too dark to be read."}
SENT = DONE | STOPPED
"""Whoever has an open check is told so."""

MAILBOX = {"address": "office@meridian-foods.example"}
DOMAINS, FLAGS = "/api/v1/domains", "/api/v1/integrity"
AFFILIATION = {"organisation": "meridian-foods"}
CHECKS, API = "/verification/checks", "/api/v1/verification"


def _both(base: str) -> list[Row]:
    """What the pages and the API say alike."""
    return [
        get(f"{base}/checks", ADMIN, rest=NOT_YOURS),
        get(f"{base}/checks?state=accepted", ADMIN, rest=NOT_YOURS, about="accepted ones"),
        get(f"{base}/checks/{{doc_waiting}}", ADMIN | AUTHOR, ok=OK | MOVED),
        get(f"{base}/checks/{{doc_reading}}", ADMIN | OTHER, ok=OK | MOVED, about="that is read"),
        get(f"{base}/checks/{{doc_accepted}}", ADMIN | CONSULTANT, ok=OK | MOVED, about="that was accepted"),
        get(f"{base}/checks/{{doc_reading}}/files/{{doc_place}}", ADMIN, OTHER),
        post(f"{base}/checks/{{doc_waiting}}/withdraw", AUTHOR, ADMIN),
        post(f"{base}/checks/{{doc_waiting}}/take", ADMIN, AUTHOR),
        post(f"{base}/checks/{{doc_reading}}/give-back", ADMIN, OTHER),
        post(f"{base}/checks/{{org_reading}}/accept", ADMIN, OTHER, send=ACCEPT),
        post(f"{base}/checks/{{doc_reading}}/reject", ADMIN, OTHER, send=REASON),
        post(f"{base}/checks/{{doc_accepted}}/revoke", ADMIN, CONSULTANT, send=REASON),
    ]


ROWS: list[Row] = [
    get("/trust/levels", ANYONE),
    get("/settings/verification", SIGNED),
    post("/settings/verification", SIGNED, send=MINE, files=FILE, ok=SENT),
    get("/orgs/{org}/verification", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/orgs/{org}/verification", MANAGERS, rest=NOT_YOURS, send=OURS, files=FILE),
    *_both("/verification"),
    get(f"{API}/me", SIGNED),
    post(f"{API}/me", SIGNED, send=MINE, files=FILE, ok=SENT),
    get(f"{API}/organisations/{{org}}", MANAGERS | ADMIN, rest=NOT_YOURS),
    post(f"{API}/organisations/{{org}}", MANAGERS, rest=NOT_YOURS, send=OURS, files=FILE),
    *_both(API),
    get("/orgs/{org}/domain", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/orgs/{org}/domain", MANAGERS, rest=NOT_YOURS),
    post("/orgs/{org}/domain/dns", MANAGERS, rest=NOT_YOURS),
    post("/orgs/{org}/domain/mailbox", MANAGERS, rest=NOT_YOURS, send=MAILBOX),
    post("/domains/{web_proof}/look", MANAGERS),
    post("/domains/{web_proof}/remove", MANAGERS),
    get("/domains/answer/{mailbox}", ANYONE),
    post("/domains/answer/{mailbox}", ANYONE),
    get(f"{DOMAINS}/of/{{org}}", MANAGERS | ADMIN, rest=NOT_YOURS),
    post(f"{DOMAINS}/of/{{org}}/web", MANAGERS, rest=NOT_YOURS),
    post(f"{DOMAINS}/of/{{org}}/dns", MANAGERS, rest=NOT_YOURS),
    post(f"{DOMAINS}/of/{{org}}/mailbox", MANAGERS, rest=NOT_YOURS, send=MAILBOX),
    post(f"{DOMAINS}/{{web_proof}}/look", MANAGERS),
    delete(f"{DOMAINS}/{{web_proof}}", MANAGERS),
    get("/integrity", STAFF, rest=NOT_YOURS),
    get("/integrity?state=decided", STAFF, rest=NOT_YOURS, about="what was decided"),
    get("/integrity/{flag}", STAFF),
    *(post(f"/integrity/{{flag}}/{act}", STAFF, send=REASON) for act in ("dismiss", "settle")),
    get("/settings/affiliations", SIGNED),
    post("/settings/affiliations", SIGNED, send=AFFILIATION),
    post("/settings/affiliations/{affiliation}/end", JUDGE),
    get(f"{FLAGS}/flags", STAFF, rest=NOT_YOURS),
    get(f"{FLAGS}/flags/{{flag}}", STAFF),
    *(post(f"{FLAGS}/flags/{{flag}}/{act}", STAFF, send=REASON) for act in ("dismiss", "settle")),
    get(f"{FLAGS}/affiliations", SIGNED),
    post(f"{FLAGS}/affiliations", SIGNED, send=AFFILIATION),
    delete(f"{FLAGS}/affiliations/{{affiliation}}", JUDGE),
]


def places() -> dict[str, str]:
    """Checks in each stage."""
    admin, other = _actor("admin"), _actor("owner")
    waiting = documents.begun(_actor("solver"))
    reading = documents.begun(other, admin)
    body = organisations.by_slug("loom-materials-lab")
    ours = documents.begun(other, admin, organisation_id=body.id)
    accepted = documents.begun(_actor("consultant"), admin)
    documents.accept(accepted, admin)
    web = domains.ask_web(actor=_actor("company"), organisation=organisations.by_slug("meridian-foods"))
    domains.ask_mailbox(actor=other, organisation=body, address="office@loom-materials.example")
    judge = _actor("expert")
    declared = integrity.declare(actor=judge, organisation="meridian-foods")
    (flag,) = integrity.look(
        subject="entry:999",
        title="A label adhesive",
        link="/challenges/none",
        person_id=judge.person_id or 0,
        host_id=declared.organisation_id,
    )
    return {
        "flag": str(flag.id), "affiliation": str(declared.organisation_id),
        "web_proof": str(web.id),         "doc_waiting": str(waiting.id), "doc_reading": str(reading.id), "doc_place": "1", "org_reading": str(ours.id),
        "doc_accepted": str(accepted.id),
    }  # fmt: skip


def add_last() -> dict[str, str]:
    """The secret of a link, made anew after the mail was written."""
    body = organisations.by_slug("loom-materials-lab")
    (asked,) = [one for one in domains_read.of_organisation(body.id) if one.address]
    return {"mailbox": str(domains.fresh_secret(proof=asked))}


def _actor(who: str) -> Actor:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)
