"""The JSON door to accounts at the processor."""

from __future__ import annotations

from typing import Any

from flask import url_for

from hub.core.organisations import queries as organisations
from hub.core.payees import queries
from hub.core.payees.policy import ACCOUNTS, AccountAct
from hub.core.payees.reactions import onboard
from hub.core.payees.schemas import AccountIn, AccountOut, OnboardingOut
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes

api = ApiBlueprint("payees", __name__, prefix="", description="Accounts at the payment processor of those who are paid through it.")


def _account(owner: str, owner_id: int) -> Any:
    ACCOUNTS.require(actor(), AccountAct.SEE, (owner, owner_id))
    found = queries.account_of(owner, owner_id)
    if found is None:
        raise NotFound(N_("There is no account at Stripe."))
    return found


def _onboarding(owner: str, owner_id: int, country: str, back: str) -> dict[str, Any]:
    url = onboard(actor(), owner, owner_id, country, back)
    return {"account": queries.account_of(owner, owner_id), "url": url}


@api.get("/me/payout-account")
@api.response(200, AccountOut)
def my_account() -> Any:
    """The account of the key's person, and what the processor still asks for."""
    return _account("person", actor().person_id or 0)


@api.post("/me/payout-account")
@needs_scope("money")
@writes
@api.arguments(AccountIn)
@api.response(200, OnboardingOut)
def open_my_account(data: dict[str, Any]) -> Any:
    """Open an account at the processor, or get a new link to the page where it asks its questions."""
    return _onboarding("person", actor().person_id or 0, data["country"], url_for("payouts.new_payout"))


@api.get("/organisations/<slug>/payout-account")
@api.response(200, AccountOut)
def account(slug: str) -> Any:
    """The organisation's account. For its owners and finance people."""
    return _account("organisation", organisations.by_slug(slug).id)


@api.post("/organisations/<slug>/payout-account")
@needs_scope("money")
@writes
@api.arguments(AccountIn)
@api.response(200, OnboardingOut)
def open_account(data: dict[str, Any], slug: str) -> Any:
    """Open the organisation's account at the processor, or get a new link. For its owners and finance people."""
    number = organisations.by_slug(slug).id
    ACCOUNTS.require(actor(), AccountAct.OPEN, ("organisation", number))
    return _onboarding("organisation", number, data["country"], url_for("payouts.new_organisation_payout", slug=slug))
