"""The doors of statements, papers and the details that stand on them."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.billing import operations as billing
from hub.core.billing.rules import Owner, Treatment
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.papers.models import Paper
from hub.core.papers.rules import PaperKind
from hub.db.extensions import db
from tests.house.matrix.table import ADMIN, BOOKS, MONEY, NOT_YOURS, SIGNED, Row, get, post, put, who

MONTH = "2026-10"
SELLER = who("other")
"""Who issued the invoice."""
DETAILS = {
    "legal_name": "Meridian Foods GmbH", "address": "Deich 4\n20457 Hamburg", "country": "DE", "tax_id": "DE123456789",
    "treatment": "included", "tax_percent": "19",
}  # fmt: skip
WRONG = {"reason": "The address is the old one."}
ORG, API = "/orgs/{org}/money", "/api/v1/organisations/{org}"

PAGES: list[Row] = [
    get(f"{ORG}/postings.csv", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{ORG}/months/{MONTH}", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{ORG}/papers", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{ORG}/papers.csv", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{ORG}/billing", BOOKS, rest=NOT_YOURS),
    post(f"{ORG}/billing", BOOKS, rest=NOT_YOURS, send=DETAILS),
    get("/my/earnings/awards.csv", SIGNED),
    get(f"/my/earnings/months/{MONTH}", SIGNED),
    get("/my/earnings/papers", SIGNED),
    get("/my/earnings/papers.csv", SIGNED),
    get("/settings/billing", SIGNED),
    post("/settings/billing", SIGNED, send=DETAILS),
    get("/admin/papers", ADMIN, rest=NOT_YOURS),
    get("/admin/papers.csv", ADMIN, rest=NOT_YOURS),
    get("/papers/{receipt}", MONEY | ADMIN),
    get("/papers/{receipt}.pdf", MONEY | ADMIN),
    post("/papers/{receipt}/cancel", ADMIN, MONEY, send=WRONG),
    get("/papers/{invoice}", MONEY | SELLER | ADMIN, about="of another organisation"),
    post("/papers/{invoice}/cancel", SELLER | ADMIN, MONEY, send=WRONG, about="of another organisation"),
]

DOORS: list[Row] = [
    get("/api/v1/me/papers", SIGNED),
    get(f"/api/v1/me/statements/{MONTH}", SIGNED),
    get("/api/v1/me/billing", SIGNED),
    put("/api/v1/me/billing", SIGNED, send=DETAILS),
    get(f"{API}/papers", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{API}/statements/{MONTH}", MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{API}/billing", BOOKS, rest=NOT_YOURS),
    put(f"{API}/billing", BOOKS, rest=NOT_YOURS, send=DETAILS),
    get("/api/v1/admin/papers", ADMIN, rest=NOT_YOURS),
    get("/api/v1/papers/{receipt}", MONEY | ADMIN),
    post("/api/v1/papers/{receipt}/cancel", ADMIN, MONEY, send=WRONG, money=True),
]

ROWS = PAGES + DOORS

EMAILS = {
    "newcomer": "newcomer@demo.example", "author": "solver@demo.example", "judge": "expert@demo.example",
    "member": "volunteer@demo.example", "finance": "finance@demo.example", "manager": "manager@demo.example",
    "owner": "company@demo.example", "other": "owner@demo.example", "consultant": "consultant@demo.example",
    "admin": "admin@demo.example",
}  # fmt: skip


def places() -> dict[str, str]:
    """The demo's papers; everybody has said what stands on theirs."""
    plain = {"legal_name": "", "address": "Kai 1", "country": "", "tax_id": "", "treatment": Treatment.INCLUDED}
    for email in EMAILS.values():
        me = people.by_email(email)
        assert me is not None
        billing.save(actor=people.actor_of(me.id), owner=Owner(OwnerKind.PERSON, me.id), **plain)
    company = people.by_email(EMAILS["owner"])
    meridian, lab = organisations.by_slug("meridian-foods"), organisations.by_slug("loom-materials-lab")
    assert company is not None
    billing.save(actor=people.actor_of(company.id), owner=Owner(OwnerKind.ORGANISATION, meridian.id), **plain)
    invoices = select(Paper.number).where(Paper.kind == PaperKind.INVOICE, Paper.issuer_id == lab.id, Paper.recipient_id == meridian.id)
    receipts = select(Paper.number).where(Paper.kind == PaperKind.RECEIPT, Paper.recipient_id == meridian.id)
    found = {"invoice": invoices, "receipt": receipts}
    return {name: str(db.session.scalars(wanted.order_by(Paper.id)).first()) for name, wanted in found.items()}
