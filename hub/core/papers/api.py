"""The JSON door to papers."""

from __future__ import annotations

from typing import Any

from hub.core.billing.rules import Owner
from hub.core.ledger.rules import OwnerKind
from hub.core.papers import operations, queries
from hub.core.papers.policy import PAPERS, PaperAct
from hub.core.papers.reactions import site
from hub.core.papers.schemas import CancelIn, CancelledOut, PaperOut, PapersOut, WholePaperOut, chosen_kind, chosen_year
from hub.core.payments.queries import organisation_seen
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("papers", __name__, prefix="", description="Invoices, receipts, credit notes, statements: numbered, never changed.")


def _listed(owner: Owner | None) -> Any:
    before, limit = cursor()
    found = queries.chosen(owner, kind=chosen_kind(), year=chosen_year())
    return paged(queries.before(found, before, limit + 1), PaperOut(), limit)


@api.get("/me/papers")
@api.response(200, PapersOut)
def mine() -> Any:
    """The papers of the key's person, the newest first (`?kind=`, `?year=`)."""
    return _listed(Owner(OwnerKind.PERSON, actor().person_id or 0))


@api.get("/organisations/<slug>/papers")
@api.response(200, PapersOut)
def ours(slug: str) -> Any:
    """The papers that the organisation issued or got, the newest first (`?kind=`, `?year=`). For who sees its money."""
    return _listed(Owner(OwnerKind.ORGANISATION, organisation_seen(actor(), slug)))


@api.get("/admin/papers")
@api.response(200, PapersOut)
def everybodys() -> Any:
    """All papers, the newest first (`?kind=`, `?year=`). For administrators."""
    PAPERS.require(actor(), PaperAct.LIST_ALL, None)
    return _listed(None)


@api.get("/papers/<number>")
@api.response(200, WholePaperOut)
def show(number: str) -> Any:
    """One paper with all that it says. For its two sides and administrators; its PDF is at `/papers/<number>.pdf`."""
    return queries.get_for(actor(), number)


@api.post("/papers/<number>/cancel")
@needs_scope("money")
@writes
@api.arguments(CancelIn)
@api.response(201, CancelledOut)
def cancel(data: dict[str, Any], number: str) -> Any:
    """Take a wrong paper back by a credit note, and issue it anew with today's details. Takes an Idempotency-Key."""
    credit, anew = operations.cancel(actor=actor(), paper=queries.get_for(actor(), number), site=site(), **data)
    return {"credit_note": credit, "paper": anew}
