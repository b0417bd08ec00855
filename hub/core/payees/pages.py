"""The HTML door to accounts at the processor: one's own and an organisation's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext

from hub.core.gateways.reactions import processor
from hub.core.organisations import queries as organisations
from hub.core.payees import queries
from hub.core.payees.policy import ACCOUNTS, AccountAct
from hub.core.payees.reactions import look, onboard
from hub.core.payees.schemas import AccountIn
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("payees", __name__, template_folder="templates")


def _go(owner: str, owner_id: int, back: str) -> Any:
    url = onboard(actor(), owner, owner_id, parse(AccountIn())["country"], back)
    if url is None:
        flash(gettext("Stripe does not answer just now. Try again in a moment."))
    return redirect(url or back, code=303)


def _look(owner: str, owner_id: int, back: str) -> Any:
    ACCOUNTS.require(actor(), AccountAct.SEE, (owner, owner_id))
    account = queries.account_of(owner, owner_id)
    if account is None or not account.remote_id or processor() is None:
        raise NotFound(N_("There is no account at Stripe."))
    look(account.remote_id)
    return redirect(back)


@pages.post("/my/earnings/payout/account")
@asks_proof
@writes
def open_mine() -> Any:
    return _go("person", actor().person_id or 0, url_for("payouts.new_payout"))


@pages.post("/my/earnings/payout/account/look")
@writes
def look_at_mine() -> Any:
    return _look("person", actor().person_id or 0, url_for("payouts.new_payout"))


@pages.get("/my/earnings/payout/account/<any(back, expired):way>")
def mine_back(way: str) -> Any:
    """Where the processor sends people when they are done, or when its link was old."""
    return _returned(way, url_for("payouts.new_payout"))


def _returned(way: str, back: str) -> Any:
    if way == "expired":
        flash(gettext("That link to Stripe was used already or is too old. Go on from here: you get a new one."))
    else:
        flash(gettext("Back from Stripe. It may take a moment until Stripe has checked everything."))
    return redirect(back)


def _organisation(slug: str) -> tuple[int, str]:
    organisation = organisations.by_slug(slug)
    ACCOUNTS.require(actor(), AccountAct.SEE, ("organisation", organisation.id))
    return organisation.id, url_for("payouts.new_organisation_payout", slug=slug)


@pages.post("/orgs/<slug>/money/payout/account")
@asks_proof
@writes
def open_organisations(slug: str) -> Any:
    number, back = _organisation(slug)
    return _go("organisation", number, back)


@pages.post("/orgs/<slug>/money/payout/account/look")
@writes
def look_at_organisations(slug: str) -> Any:
    number, back = _organisation(slug)
    return _look("organisation", number, back)


@pages.get("/orgs/<slug>/money/payout/account/<any(back, expired):way>")
def organisations_back(slug: str, way: str) -> Any:
    return _returned(way, _organisation(slug)[1])
