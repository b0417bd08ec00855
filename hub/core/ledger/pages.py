"""The books, for administrators: from the balance sheet to an account, to a posting's transaction, to the fact behind it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from hub.core.accounts import queries as people
from hub.core.audit import queries as audit
from hub.core.ledger import queries
from hub.core.ledger.models import Account
from hub.core.ledger.policy import POLICY, Act
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.ledger.states import PendingState
from hub.core.organisations import queries as organisations
from hub.kernel.money import CURRENCIES
from hub.web.handle import actor
from hub.web.paging import Page, page_number

pages = Blueprint("ledger", __name__, template_folder="templates")
SIZE = 50


def _names(accounts: list[Account]) -> dict[int, str]:
    """Whose each account is, by its id; empty for the site's own."""
    persons = people.cards([account.owner_id for account in accounts if account.owner_kind is OwnerKind.PERSON])
    firms = organisations.cards([account.owner_id for account in accounts if account.owner_kind is OwnerKind.ORGANISATION])
    return {account.id: _name(account, persons, firms) for account in accounts}


def _name(account: Account, persons: dict[int, people.PersonCard], firms: dict[int, organisations.OrganisationCard]) -> str:
    if account.owner_kind is OwnerKind.SITE:
        return ""
    card = persons.get(account.owner_id) if account.owner_kind is OwnerKind.PERSON else firms.get(account.owner_id)
    return card.name if card else f"{account.owner_kind}:{account.owner_id}"


@pages.get("/admin/ledger")
def overview() -> Any:
    """The balance sheet, and the accounts behind one of its lines."""
    POLICY.require(actor(), Act.READ, None)
    said, currency = request.args.get("purpose", ""), request.args.get("currency", "")
    purpose = Purpose(said) if said in {member.value for member in Purpose} else None
    currency = currency if currency in CURRENCIES else ""
    number = page_number()
    total, found = queries.accounts(purpose=purpose, currency=currency, offset=(number - 1) * SIZE, limit=SIZE)
    return render_template(
        "core/ledger/overview.html",
        totals=queries.totals(),
        accounts=found,
        names=_names(found),
        page=Page(number, SIZE, total),
        purpose=purpose,
        currency=currency,
        purposes=Purpose,
    )


@pages.get("/admin/ledger/accounts/<int:account_id>")
def account(account_id: int) -> Any:
    POLICY.require(actor(), Act.READ, None)
    found = queries.account(account_id)
    before = _before()
    lines = queries.lines_of(account_id, before=before, limit=SIZE + 1)
    older = url_for("ledger.account", account_id=account_id, before=lines[SIZE - 1].id) if len(lines) > SIZE else ""
    return render_template(
        "core/ledger/account.html",
        account=found,
        name=_names([found])[found.id],
        lines=lines[:SIZE],
        waiting=queries.waiting_on(account_id, limit=SIZE),
        older=older,
        newest=url_for("ledger.account", account_id=account_id) if before is not None else "",
    )


@pages.get("/admin/ledger/transactions/<int:transaction_id>")
def transaction(transaction_id: int) -> Any:
    POLICY.require(actor(), Act.READ, None)
    found = queries.transaction(transaction_id)
    legs = queries.legs_of([transaction_id])[transaction_id]
    facts = audit.story(found.ref)
    return render_template(
        "core/ledger/transaction.html",
        transaction=found,
        legs=legs,
        names=_names([account for account, _ in legs]),
        facts=facts,
        who={number: card.name for number, card in people.cards([found.actor_id, *(fact.actor_id for fact in facts)]).items()},
        cause_href=_cause_href(found.cause),
        reversal=queries.reversal_of(transaction_id),
        pending=queries.pending_of(transaction_id),
    )


@pages.get("/admin/ledger/pending")
def pending_list() -> Any:
    """Money set aside until it is decided, and how it was decided."""
    POLICY.require(actor(), Act.READ, None)
    said, before = request.args.get("state", ""), _before()
    state = PendingState(said) if said in {member.value for member in PendingState} else None
    found = queries.pendings(state=state, before=before, limit=SIZE + 1)
    here = state.value if state else None
    older = url_for("ledger.pending_list", before=found[SIZE - 1].id, state=here) if len(found) > SIZE else ""
    return render_template(
        "core/ledger/pending_list.html",
        pendings=found[:SIZE],
        legs=queries.pending_legs([one.id for one in found[:SIZE]]),
        state=state,
        states=PendingState,
        older=older,
        newest=url_for("ledger.pending_list", state=here) if before is not None else "",
    )


@pages.get("/admin/ledger/pending/<int:pending_id>")
def pending(pending_id: int) -> Any:
    POLICY.require(actor(), Act.READ, None)
    found = queries.pending(pending_id)
    legs = queries.pending_legs([pending_id])[pending_id]
    posted = queries.legs_of([found.transaction_id] if found.transaction_id else [])
    facts = audit.story(found.ref)
    return render_template(
        "core/ledger/pending.html",
        pending=found,
        legs=legs,
        posted={account.id: amount for account, amount in posted.get(found.transaction_id or 0, [])},
        names=_names([account for account, _ in legs]),
        facts=facts,
        who={number: card.name for number, card in people.cards([found.actor_id, *(fact.actor_id for fact in facts)]).items()},
        cause_href=_cause_href(found.cause),
    )


def _before() -> int | None:
    said = request.args.get("before", "")
    return int(said) if said.isdecimal() and len(said) < 16 else None


def _cause_href(cause: str) -> str:
    """The administrators' page of what caused a transaction, by its address: that room lies above this one."""
    kind, _, number = cause.partition(":")
    return {"funding": f"/admin/payments/{number}", "payout": f"/admin/payouts/{number}"}.get(kind, "")
