"""The JSON door to money: balances, paying in, awards, payouts, and the administrator's confirmations."""

from __future__ import annotations

from typing import Any

from hub.core.holds import queries as holds_read
from hub.core.organisations import queries as organisations
from hub.core.payments import operations, queries
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.schemas import (
    DepositIn,
    DepositOut,
    FundingOut,
    FundingsOut,
    HoldsOut,
    ReceivedIn,
    TopUpIn,
    money_of,
)
from hub.core.payments.states import FundingState
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint, state_asked
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint(
    "payments", __name__, prefix="", description="Money: paid in, held, awarded, paid out. Amounts are text with a currency."
)


@api.get("/organisations/<slug>/holds")
@api.response(200, HoldsOut)
def holds(slug: str) -> Any:
    """What the organisation has set aside, and where it went."""
    return {"items": holds_read.holds_by(queries.organisation_seen(actor(), slug))}


@api.get("/organisations/<slug>/fundings")
@api.response(200, FundingsOut)
def fundings(slug: str) -> Any:
    """The organisation's requests to pay in, the newest first, each with the reference for the bank transfer."""
    before, limit = cursor()
    return paged(queries.fundings_of(queries.organisation_seen(actor(), slug), before=before, limit=limit + 1), FundingOut(), limit)


@api.post("/organisations/<slug>/fundings")
@needs_scope("money")
@writes
@api.arguments(TopUpIn)
@api.response(201, FundingOut)
def top_up(data: dict[str, Any], slug: str) -> Any:
    """Ask to pay money onto the organisation's balance. A prize is paid in through its challenge. Takes an Idempotency-Key."""
    organisation = organisations.by_slug(slug)
    amount = money_of(data)
    return operations.request_funding(actor=actor(), organisation_id=organisation.id, subject="", amount=amount, **data)


@api.post("/organisations/<slug>/fundings/<int:funding_id>/cancel")
@needs_scope("money")
@writes
@api.response(200, FundingOut)
def cancel(slug: str, funding_id: int) -> Any:
    """Stop expecting the transfer. What came already stays in its hold."""
    funding = queries.funding_for(actor(), funding_id)
    if funding.organisation_id != organisations.by_slug(slug).id:
        raise NotFound(N_("There is no such payment."))
    return operations.cancel_funding(actor=actor(), funding=funding)


@api.get("/admin/fundings")
@api.response(200, FundingsOut)
def funding_queue() -> Any:
    """Money that is expected (`?state=open`), the oldest first. For administrators."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    after, limit = cursor()
    _, found = queries.find_fundings(state=state_asked(FundingState, FundingState.OPEN), after=after, limit=limit + 1)
    return paged(found, FundingOut(), limit)


@api.post("/admin/fundings/<int:funding_id>/confirm")
@needs_scope("money")
@writes
@api.arguments(ReceivedIn)
@api.response(200, FundingOut)
def confirm_funding(data: dict[str, Any], funding_id: int) -> Any:
    """Confirm that money came. Less than due leaves the rest open; more lands on the organisation's balance. Takes an Idempotency-Key."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    received = money_of(data)
    return operations.confirm_funding(actor=actor(), funding=queries.funding(funding_id), received=received, **data)


@api.post("/admin/deposits")
@needs_scope("money")
@writes
@api.arguments(DepositIn)
@api.response(201, DepositOut)
def take_deposit(data: dict[str, Any]) -> Any:
    """Confirm money that nobody had announced, onto an organisation's balance. Takes an Idempotency-Key."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    organisation = organisations.by_slug(data.pop("organisation"))
    transaction = operations.take_deposit(actor=actor(), organisation_id=organisation.id, received=money_of(data), **data)
    return {"transaction_id": transaction.id}
