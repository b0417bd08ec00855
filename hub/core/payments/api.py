"""The JSON door to money: balances, paying in, awards, payouts, and the administrator's confirmations."""

from __future__ import annotations

from typing import Any

from flask import request

from hub.core.organisations import queries as organisations
from hub.core.payments import operations, queries
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.schemas import (
    BalancesOut,
    DepositIn,
    DepositOut,
    EarningOut,
    EarningsOut,
    FundingOut,
    FundingsOut,
    HoldsOut,
    PayoutIn,
    PayoutOut,
    PayoutRefusedIn,
    PayoutSentIn,
    PayoutsOut,
    ReceivedIn,
    StatementLineOut,
    StatementOut,
    TopUpIn,
    WaitingPayoutOut,
    WaitingPayoutsOut,
    money_of,
)
from hub.core.payments.states import FundingState, PayoutState
from hub.kernel.errors import NotFound, one_field
from hub.kernel.words import N_, Worded
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint(
    "payments", __name__, prefix="", description="Money: paid in, held, awarded, paid out. Amounts are text with a currency."
)


def _me() -> int:
    return actor().person_id or 0


def _organisation(slug: str) -> int:
    """The id, for those who see its money."""
    organisation = organisations.by_slug(slug)
    queries.see_money(actor(), organisation.id)
    return organisation.id


def _money_of(owner: str, owner_id: int) -> dict[str, Any]:
    return {"balances": queries.balances(owner, owner_id), "in_transit": queries.in_transit(owner, owner_id)}


@api.get("/me/balances")
@api.response(200, BalancesOut)
def my_balances() -> Any:
    """What the key's person may have paid out, and what is on its way."""
    return _money_of("person", _me())


@api.get("/me/earnings")
@api.response(200, EarningsOut)
def my_earnings() -> Any:
    """The awards of the key's person, the newest first: gross, fee, net."""
    before, limit = cursor()
    return paged(queries.earnings(_me(), before=before, limit=limit + 1), EarningOut(), limit)


@api.get("/me/payouts")
@api.response(200, PayoutsOut)
def my_payouts() -> Any:
    """The payouts of the key's person, the newest first."""
    before, limit = cursor()
    return paged(queries.payouts_of("person", _me(), before=before, limit=limit + 1), PayoutOut(), limit)


@api.post("/me/payouts")
@needs_scope("money")
@writes
@api.arguments(PayoutIn)
@api.response(201, PayoutOut)
def ask_my_payout(data: dict[str, Any]) -> Any:
    """Ask for a payout of one's own money. It is put aside at once. Takes an Idempotency-Key."""
    return operations.request_payout(actor=actor(), owner="person", owner_id=_me(), amount=money_of(data), **data)


@api.get("/organisations/<slug>/balances")
@api.response(200, BalancesOut)
def balances(slug: str) -> Any:
    """The organisation's free money, and what is on its way out. For owners, managers and finance people."""
    return _money_of("organisation", _organisation(slug))


@api.get("/organisations/<slug>/holds")
@api.response(200, HoldsOut)
def holds(slug: str) -> Any:
    """What the organisation has set aside, and where it went."""
    return {"items": queries.holds_by(_organisation(slug))}


@api.get("/organisations/<slug>/statement")
@api.response(200, StatementOut)
def statement(slug: str) -> Any:
    """Every posting on the organisation's accounts, the newest first."""
    before, limit = cursor()
    return paged(queries.statement("organisation", _organisation(slug), before=before, limit=limit + 1), StatementLineOut(), limit)


@api.get("/organisations/<slug>/fundings")
@api.response(200, FundingsOut)
def fundings(slug: str) -> Any:
    """The organisation's requests to pay in, the newest first, each with the reference for the bank transfer."""
    before, limit = cursor()
    return paged(queries.fundings_of(_organisation(slug), before=before, limit=limit + 1), FundingOut(), limit)


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


@api.get("/organisations/<slug>/payouts")
@api.response(200, PayoutsOut)
def payouts(slug: str) -> Any:
    """The organisation's payouts, the newest first."""
    before, limit = cursor()
    return paged(queries.payouts_of("organisation", _organisation(slug), before=before, limit=limit + 1), PayoutOut(), limit)


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


def _state(states: type[Worded], default: Worded) -> Any:
    said = request.args.get("state", default.value)
    if said not in {state.value for state in states}:
        raise one_field("state", N_("There is no such state."), code="state_unknown")
    return states(said)


@api.get("/admin/fundings")
@api.response(200, FundingsOut)
def funding_queue() -> Any:
    """Money that is expected (`?state=open`), the oldest first. For administrators."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    after, limit = cursor()
    _, found = queries.find_fundings(state=_state(FundingState, FundingState.OPEN), after=after, limit=limit + 1)
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


@api.get("/admin/payouts")
@api.response(200, WaitingPayoutsOut)
def payout_queue() -> Any:
    """Payouts that wait for the bank (`?state=requested`), the oldest first, with their full destination. For administrators."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    after, limit = cursor()
    _, found = queries.find_payouts(state=_state(PayoutState, PayoutState.REQUESTED), after=after, limit=limit + 1)
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
