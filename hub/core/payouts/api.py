"""The JSON door to payouts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import current_app, request

from hub.core.organisations import queries as organisations
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.queries import organisation_seen
from hub.core.payments.schemas import money_of
from hub.core.payouts import operations, queries
from hub.core.payouts.models import PayoutPlan
from hub.core.payouts.schemas import (
    Asked,
    PayoutIn,
    PayoutOut,
    PayoutRefusedIn,
    PayoutReturnedIn,
    PayoutSentIn,
    PayoutsOut,
    PlanIn,
    PlanOut,
    WaitingPayoutOut,
    WaitingPayoutsOut,
    returned_of,
)
from hub.core.payouts.states import PayoutState
from hub.web.api import ApiBlueprint, state_asked
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("payouts", __name__, prefix="", description="Payouts: asked for by owners, sent by administrators.")


@api.get("/me/payouts")
@api.response(200, PayoutsOut)
def my_payouts() -> Any:
    """The payouts of the key's person, the newest first."""
    before, limit = cursor()
    return paged(queries.payouts_of("person", (actor().person_id or 0), before=before, limit=limit + 1), PayoutOut(), limit)


@api.post("/me/payouts")
@needs_scope("money")
@writes
@api.arguments(PayoutIn)
@api.response(201, PayoutOut)
def ask_my_payout(data: dict[str, Any]) -> Any:
    """Ask for a payout of one's own money. It is put aside at once. Takes an Idempotency-Key."""
    amount, minimum, me = money_of(data), current_app.config["HUB"].payout_minimum, actor().person_id or 0
    return operations.request_payout(actor=actor(), owner="person", owner_id=me, amount=amount, minimum=minimum, **data)


@api.get("/me/payout-plan")
@api.response(200, PlanOut)
def my_plan() -> Any:
    """Is the key's person paid out every month, and where to?"""
    return _plan(queries.plan_of(actor().person_id or 0))


@api.put("/me/payout-plan")
@needs_scope("money")
@writes
@api.arguments(PlanIn)
@api.response(200, PlanOut)
def make_my_plan(data: dict[str, Any]) -> Any:
    """Be paid out every month whatever one's balances hold, above the site's smallest payout."""
    return _plan(operations.plan_payouts(actor=actor(), **data))


@api.delete("/me/payout-plan")
@needs_scope("money")
@writes
@api.response(204)
def end_my_plan() -> None:
    """No more monthly payouts."""
    operations.end_plan(actor=actor())


def _plan(plan: PayoutPlan | None) -> dict[str, Any]:
    if plan is None:
        return {"monthly": False, "gateway": "", "masked_destination": "", "since": None}
    return {"monthly": True, "gateway": plan.gateway, "masked_destination": plan.masked_destination, "since": plan.since}


@api.get("/organisations/<slug>/payouts")
@api.response(200, PayoutsOut)
def payouts(slug: str) -> Any:
    """The organisation's payouts, the newest first."""
    before, limit = cursor()
    return paged(queries.payouts_of("organisation", organisation_seen(actor(), slug), before=before, limit=limit + 1), PayoutOut(), limit)


@api.post("/organisations/<slug>/payouts")
@needs_scope("money")
@writes
@api.arguments(PayoutIn)
@api.response(201, PayoutOut)
def ask_payout(data: dict[str, Any], slug: str) -> Any:
    """Ask for a payout of the organisation's balance. For its owners and finance people. Takes an Idempotency-Key."""
    organisation = organisations.by_slug(slug)
    amount = money_of(data)
    return operations.request_payout(actor=actor(), owner="organisation", owner_id=organisation.id, amount=amount, **data)


@api.get("/admin/payouts")
@api.response(200, WaitingPayoutsOut)
def payout_queue() -> Any:
    """Payouts that wait for the bank (`?state=requested`), the oldest first, with their full destination. For administrators.

    `?gateway=`, `?currency=` and `?days=` (at least so old) narrow it down.
    """
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    after, limit = cursor()
    asked = replace(Asked.of(request.args), state=state_asked(PayoutState, PayoutState.REQUESTED))
    _, found = queries.find_payouts(asked, after=after, limit=limit + 1)
    return paged(found, WaitingPayoutOut(), limit)


@api.post("/admin/payouts/<int:payout_id>/confirm")
@needs_scope("money")
@writes
@api.arguments(PayoutSentIn)
@api.response(200, PayoutOut)
def confirm_payout(data: dict[str, Any], payout_id: int) -> Any:
    """Confirm that the bank has sent it. Takes an Idempotency-Key."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    return operations.confirm_payout(actor=actor(), payout=queries.payout(payout_id), **data)


@api.post("/admin/payouts/<int:payout_id>/reject")
@needs_scope("money")
@writes
@api.arguments(PayoutRefusedIn)
@api.response(200, PayoutOut)
def reject_payout(data: dict[str, Any], payout_id: int) -> Any:
    """Do not send it: the money goes back and its owner reads the reason. Takes an Idempotency-Key."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    return operations.reject_payout(actor=actor(), payout=queries.payout(payout_id), **data)


@api.post("/admin/payouts/<int:payout_id>/return")
@needs_scope("money")
@writes
@api.arguments(PayoutReturnedIn)
@api.response(200, PayoutOut)
def return_payout(data: dict[str, Any], payout_id: int) -> Any:
    """The bank sent it back, in part (`amount`: all that came back by now) or whole; it is on the balance again. Idempotency-Key."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    found = queries.payout(payout_id)
    return operations.return_payout(actor=actor(), payout=found, reason=data["reason"], total=returned_of(found, data))
