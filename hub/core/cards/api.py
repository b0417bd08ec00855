"""The JSON door to money by card."""

from __future__ import annotations

from typing import Any

from flask import current_app

from hub.core.cards import operations, queries
from hub.core.cards.schemas import CardPaymentOut, CardRefundIn, CardRefundOut, FoundRefundOut, FoundRefundsOut, VisitOut
from hub.core.cards.states import FoundState
from hub.core.gateways.reactions import carry_out_now, need_processor
from hub.core.payments import queries as payments
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.schemas import money_of
from hub.web.api import ApiBlueprint, state_asked
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("cards", __name__, prefix="", description="Money by card: paid in, refunded to the card, disputed.")


@api.post("/fundings/<int:funding_id>/card")
@needs_scope("money")
@writes
@api.response(200, VisitOut)
def start(funding_id: int) -> Any:
    """Open the payment processor's page on which a person pays what is due. A page that is still open is given again."""
    funding = payments.funding_for(actor(), funding_id)
    need_processor()
    visit, call = operations.start(actor=actor(), funding=funding, base_url=current_app.config["HUB"].base_url)
    carry_out_now(call.id)
    return {"payment_id": visit.id, "state": visit.state, "url": queries.page_of(visit)}


@api.get("/card-payments/<int:payment_id>")
@api.response(200, CardPaymentOut)
def payment(payment_id: int) -> Any:
    """One card payment, its refunds and disputes."""
    found, _ = queries.payment_for(actor(), payment_id)
    told = {name: getattr(found, name) for name in ("id", "funding_id", "state", "amount", "refundable", "created_at", "closed_at")}
    gone = {"refunds": queries.refunds_of(found.id), "found_refunds": queries.found_refunds_of(found.id)}
    return told | gone | {"disputes": queries.disputes_of(found.id)}


@api.post("/card-payments/<int:payment_id>/refunds")
@needs_scope("money")
@writes
@api.arguments(CardRefundIn)
@api.response(201, CardRefundOut)
def refund(data: dict[str, Any], payment_id: int) -> Any:
    """Send money from the balance back to the card that paid it. Takes an Idempotency-Key."""
    found, _ = queries.payment_for(actor(), payment_id)
    return operations.ask_refund(actor=actor(), payment=found, amount=money_of(data))


@api.get("/admin/found-refunds")
@api.response(200, FoundRefundsOut)
def found_refunds() -> Any:
    """Refunds made at the payment processor itself that are not in the books yet (`?state=found`), the oldest first. For administrators."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    after, limit = cursor()
    found = queries.found_refunds(state_asked(FoundState, FoundState.FOUND), after=after or 0, limit=limit + 1)
    return paged([one for one, _ in found], FoundRefundOut(), limit)


@api.post("/admin/found-refunds/<int:found_id>/adopt")
@needs_scope("money")
@writes
@api.response(200, FoundRefundOut)
def adopt_refund(found_id: int) -> Any:
    """Take such a refund over into the books: from what is left of the hold, then from the balance; the rest is the site's loss."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    return operations.adopt_refund(actor=actor(), found=queries.found_refund(found_id))
