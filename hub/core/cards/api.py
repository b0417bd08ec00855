"""The JSON door to money by card."""

from __future__ import annotations

from typing import Any

from flask import current_app

from hub.core.cards import operations, queries
from hub.core.cards.schemas import CardPaymentOut, CardRefundIn, CardRefundOut, VisitOut
from hub.core.gateways.reactions import carry_out_now, need_processor
from hub.core.payments import queries as payments
from hub.core.payments.schemas import money_of
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes

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
    return told | {"refunds": queries.refunds_of(found.id), "disputes": queries.disputes_of(found.id)}


@api.post("/card-payments/<int:payment_id>/refunds")
@needs_scope("money")
@writes
@api.arguments(CardRefundIn)
@api.response(201, CardRefundOut)
def refund(data: dict[str, Any], payment_id: int) -> Any:
    """Send money from the balance back to the card that paid it. Takes an Idempotency-Key."""
    found, _ = queries.payment_for(actor(), payment_id)
    return operations.ask_refund(actor=actor(), payment=found, amount=money_of(data))
