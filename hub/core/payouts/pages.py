"""The HTML door to payouts: one's own, an organisation's, and the administrators' queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.accounts import queries as people
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.queries import balances
from hub.core.payments.schemas import CURRENCIES, money_of
from hub.core.payouts import operations, queries
from hub.core.payouts.gateway_bank_transfer import BANK_TRANSFER
from hub.core.payouts.models import Payout
from hub.core.payouts.schemas import PayoutIn, PayoutRefusedIn, PayoutSentIn
from hub.core.payouts.states import PayoutState
from hub.kernel.actor import Actor
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import show_money
from hub.web.paging import Page, page_number
from hub.web.todo import Todo, needs_attention

pages = Blueprint("payouts", __name__, template_folder="templates")

SIZE = 30


def _payout_form(owner: str, owner_id: int, base: str, organisation: Organisation | None = None) -> Any:
    return render_template(
        "core/payouts/payout_new.html",
        balances=balances(owner, owner_id),
        base=base,
        organisation=organisation,
        currencies=CURRENCIES,
    )


def _payout_check(owner: str, owner_id: int, base: str, organisation: Organisation | None = None) -> Any:
    data = parse(PayoutIn())
    amount, destination = money_of(data), BANK_TRANSFER.destination(data["destination"])
    left = queries.left_after(owner, owner_id, amount)
    return render_template(
        "core/payouts/payout_check.html", amount=amount, destination=destination, left=left, base=base, organisation=organisation
    )


@pages.get("/my/earnings/payout")
def new_payout() -> Any:
    return _payout_form("person", actor().person_id or 0, url_for(".new_payout"))


@pages.post("/my/earnings/payout/check")
@checks(again=new_payout)
def check_payout() -> Any:
    return _payout_check("person", actor().person_id or 0, url_for(".new_payout"))


@pages.post("/my/earnings/payout")
@writes(again=new_payout)
def ask_payout() -> Any:
    data = parse(PayoutIn())
    payout = operations.request_payout(actor=actor(), owner="person", owner_id=actor().person_id or 0, amount=money_of(data), **data)
    flash(gettext("%(amount)s is put aside for your payout. You are told when it is sent.", amount=show_money(payout.amount)))
    return redirect(url_for("statements.earnings"))


def _pays_out(slug: str) -> Organisation:
    organisation = organisations.by_slug(slug)
    BOOKS.require(actor(), BooksAct.PAY_OUT, organisation.id)
    return organisation


@pages.get("/orgs/<slug>/money/payout")
def new_organisation_payout(slug: str) -> Any:
    organisation = _pays_out(slug)
    return _payout_form("organisation", organisation.id, url_for(".new_organisation_payout", slug=slug), organisation)


@pages.post("/orgs/<slug>/money/payout/check")
@checks(again=new_organisation_payout)
def check_organisation_payout(slug: str) -> Any:
    organisation = _pays_out(slug)
    return _payout_check("organisation", organisation.id, url_for(".new_organisation_payout", slug=slug), organisation)


@pages.post("/orgs/<slug>/money/payout")
@writes(again=new_organisation_payout)
def ask_organisation_payout(slug: str) -> Any:
    organisation = _pays_out(slug)
    data = parse(PayoutIn())
    payout = operations.request_payout(actor=actor(), owner="organisation", owner_id=organisation.id, amount=money_of(data), **data)
    flash(gettext("%(amount)s is put aside for the payout. You are told when it is sent.", amount=show_money(payout.amount)))
    return redirect(url_for("statements.organisation_money", slug=slug))


@pages.get("/admin/payouts")
def money_out() -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    said = request.args.get("state", PayoutState.REQUESTED.value)
    state = PayoutState(said) if said in {member.value for member in PayoutState} else None
    number = page_number()
    total, found = queries.find_payouts(state=state, offset=(number - 1) * SIZE, limit=SIZE)
    return render_template(
        "core/payouts/money_out.html",
        payouts=found,
        names=_names(found),
        page=Page(number, SIZE, total),
        states=PayoutState,
        state=state,
    )


def _names(payouts: list[Payout]) -> dict[int, str]:
    """Who gets each payout, by its id."""
    persons = people.cards([payout.owner_id for payout in payouts if payout.owner_kind is OwnerKind.PERSON])
    payers = organisations.cards([payout.owner_id for payout in payouts if payout.owner_kind is OwnerKind.ORGANISATION])
    found: dict[int, str] = {}
    for payout in payouts:
        card = (persons if payout.owner_kind is OwnerKind.PERSON else payers).get(payout.owner_id)
        found[payout.id] = card.name if card else f"{payout.owner_kind} {payout.owner_id}"
    return found


@pages.get("/admin/payouts/<int:payout_id>")
def decide_payout(payout_id: int) -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    found = queries.payout(payout_id)
    return render_template(
        "core/payouts/payout_decide.html", payout=found, name=_names([found])[found.id], transactions=books.transactions_of(found.ref)
    )


@pages.post("/admin/payouts/<int:payout_id>/confirm")
@writes(again=decide_payout)
def confirm_payout(payout_id: int) -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    payout = operations.confirm_payout(actor=actor(), payout=queries.payout(payout_id), **parse(PayoutSentIn()))
    flash(gettext("Confirmed: %(amount)s was sent.", amount=show_money(payout.amount)))
    return redirect(url_for(".money_out"))


@pages.post("/admin/payouts/<int:payout_id>/reject")
@writes(again=decide_payout)
def reject_payout(payout_id: int) -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    payout = operations.reject_payout(actor=actor(), payout=queries.payout(payout_id), **parse(PayoutRefusedIn()))
    flash(gettext("%(amount)s went back to its owner, who reads your reason.", amount=show_money(payout.amount)))
    return redirect(url_for(".money_out"))


@needs_attention
def payouts_to_send(who: Actor) -> Iterator[Todo]:
    """Administrators: payouts to send."""
    if who.is_admin and (going := queries.waiting_payouts()):
        title = ngettext("%(num)s payout waits to be sent", "%(num)s payouts wait to be sent", going)
        yield Todo(title, gettext("Send it by bank transfer, then confirm it."), url_for("payouts.money_out"), gettext("Send"))
