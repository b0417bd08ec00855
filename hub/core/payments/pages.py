"""The HTML door to money: an organisation's, one's own, and the administrators' queues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.gateways import rules as processing
from hub.core.gateways.reactions import processor
from hub.core.ledger import queries as books
from hub.core.ledger.rules import positive
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments import operations, queries
from hub.core.payments.gateway import Instructions
from hub.core.payments.gateway_bank_transfer import BANK_TRANSFER
from hub.core.payments.models import Funding
from hub.core.payments.policy import BOOKS, FUNDINGS, BooksAct
from hub.core.payments.schemas import CURRENCIES, DepositIn, ReceivedIn, TopUpIn, money_of
from hub.core.payments.states import FundingAct, FundingState
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import show_money
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.todo import Todo, needs_attention

pages = Blueprint("payments", __name__, template_folder="templates")

SIZE = 30


def _instructions(funding: Funding) -> Instructions:
    account = current_app.config["HUB"].bank_account
    return BANK_TRANSFER.instructions(amount=funding.due, reference=funding.reference, account=account)


# An organisation's money


@pages.get("/orgs/<slug>/money/pay-in")
def new_top_up(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    BOOKS.require(actor(), BooksAct.PAY_IN, organisation.id)
    return render_template("core/payments/top_up.html", organisation=organisation, currencies=CURRENCIES)


@pages.post("/orgs/<slug>/money/pay-in")
@writes(again=new_top_up)
def top_up(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    BOOKS.require(actor(), BooksAct.PAY_IN, organisation.id)
    data = parse(TopUpIn())
    funding = operations.request_funding(actor=actor(), organisation_id=organisation.id, subject="", amount=money_of(data), **data)
    return redirect(url_for(".funding", slug=slug, funding_id=funding.id))


def _own_funding(slug: str, funding_id: int) -> tuple[Organisation, Funding]:
    organisation = organisations.by_slug(slug)
    funding = queries.funding_for(actor(), funding_id)
    if funding.organisation_id != organisation.id:
        raise NotFound(N_("There is no such payment."))
    return organisation, funding


def _funding(found: Funding, base: str, crumbs: list[tuple[str, str]]) -> Any:
    """A request to pay in, and how: by bank transfer, or by card where the site can and the amount fits."""
    is_open = found.state is FundingState.OPEN
    takes_cards = is_open and processor() is not None
    return render_template(
        "core/payments/funding.html",
        base=base,
        crumbs=[*crumbs, (found.reference, "")],
        funding=found,
        instructions=_instructions(found),
        may_cancel=is_open and FUNDINGS.can(actor(), FundingAct.CANCEL, found),
        by_card=takes_cards and queries.may(actor(), BooksAct.PAY_IN, found),
        no_card=processing.cannot_take(found.due) if takes_cards else "",
    )


@pages.get("/orgs/<slug>/money/fundings/<int:funding_id>")
def funding(slug: str, funding_id: int) -> Any:
    organisation, found = _own_funding(slug, funding_id)
    money = (gettext("Money"), url_for("statements.organisation_money", slug=slug))
    return _funding(found, url_for(".funding", slug=slug, funding_id=funding_id), [(organisation.name, f"/orgs/{slug}"), money])


@pages.post("/orgs/<slug>/money/fundings/<int:funding_id>/cancel")
@writes(again=funding)
def cancel_funding(slug: str, funding_id: int) -> Any:
    _, found = _own_funding(slug, funding_id)
    operations.cancel_funding(actor=actor(), funding=found)
    flash(gettext("The request is cancelled. If the transfer is on its way already, it will land on the balance."))
    return redirect(url_for("statements.organisation_money", slug=slug))


# One's own


@pages.get("/my/money/pay-in")
def new_own_top_up() -> Any:
    return render_template("core/payments/top_up.html", organisation=None, currencies=CURRENCIES)


@pages.post("/my/money/pay-in")
@writes(again=new_own_top_up)
def own_top_up() -> Any:
    data = parse(TopUpIn())
    me = actor().person_id or 0
    funding = operations.request_top_up(actor=actor(), person_id=me, amount=money_of(data), **data)
    return redirect(url_for(".own_funding", funding_id=funding.id))


def _mine(funding_id: int) -> Funding:
    funding = queries.funding_for(actor(), funding_id)
    if funding.person_id != actor().person_id:
        raise NotFound(N_("There is no such payment."))
    return funding


@pages.get("/my/money/fundings/<int:funding_id>")
def own_funding(funding_id: int) -> Any:
    found = _mine(funding_id)
    return _funding(found, url_for(".own_funding", funding_id=funding_id), [(gettext("Earnings"), url_for("statements.earnings"))])


@pages.post("/my/money/fundings/<int:funding_id>/cancel")
@writes(again=own_funding)
def cancel_own_funding(funding_id: int) -> Any:
    operations.cancel_funding(actor=actor(), funding=_mine(funding_id))
    flash(gettext("The request is cancelled. If the transfer is on its way already, it will land on the balance."))
    return redirect(url_for("statements.earnings"))


# The administrators' queues


def _admin() -> None:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)


@pages.get("/admin/payments")
def money_in() -> Any:
    _admin()
    said = request.args.get("state", FundingState.OPEN.value)
    state = FundingState(said) if said in {member.value for member in FundingState} else None
    text = request.args.get("q", "").strip()[:80]
    number = page_number()
    total, found = queries.find_fundings(state=None if text else state, text=text, offset=(number - 1) * SIZE, limit=SIZE)
    return render_template(
        "core/payments/money_in.html",
        fundings=found,
        payers=queries.owner_names(found),
        page=Page(number, SIZE, total),
        states=FundingState,
        state=state,
        text=text,
    )


def _funding_page(funding_id: int, template: str, **more: Any) -> Any:
    _admin()
    found = queries.funding(funding_id)
    return render_template(
        template,
        funding=found,
        payer=queries.owner_names([found])[found.id],
        organisation=organisations.card(found.organisation_id) if found.organisation_id is not None else None,
        transactions=books.transactions_of(found.ref),
        **more,
    )


@pages.get("/admin/payments/<int:funding_id>")
def decide_funding(funding_id: int) -> Any:
    return _funding_page(funding_id, "core/payments/funding_decide.html")


@pages.post("/admin/payments/<int:funding_id>/check")
@checks(again=decide_funding)
def check_funding(funding_id: int) -> Any:
    _admin()
    data = parse(ReceivedIn())
    received = money_of(data)
    land = queries.landing(queries.funding(funding_id), received)
    return _funding_page(funding_id, "core/payments/funding_check.html", received=received, land=land, **data)


@pages.post("/admin/payments/<int:funding_id>/confirm")
@asks_proof
@writes(again=decide_funding)
def confirm_funding(funding_id: int) -> Any:
    _admin()
    data = parse(ReceivedIn())
    funding = operations.confirm_funding(actor=actor(), funding=queries.funding(funding_id), received=money_of(data), **data)
    if funding.state is FundingState.OPEN:
        flash(gettext("Confirmed. %(due)s is still due for %(reference)s.", due=show_money(funding.due), reference=funding.reference))
    else:
        flash(gettext("Confirmed: %(reference)s is complete.", reference=funding.reference))
    return redirect(url_for(".money_in"))


@pages.post("/admin/payments/<int:funding_id>/cancel")
@writes(again=decide_funding)
def stop_funding(funding_id: int) -> Any:
    _admin()
    funding = operations.cancel_funding(actor=actor(), funding=queries.funding(funding_id))
    flash(gettext("%(reference)s is not expected any more.", reference=funding.reference))
    return redirect(url_for(".money_in"))


@pages.get("/admin/payments/deposit")
def new_deposit() -> Any:
    _admin()
    return render_template("core/payments/deposit.html", asked=request.args, currencies=CURRENCIES)


@pages.post("/admin/payments/deposit/check")
@checks(again=new_deposit)
def check_deposit() -> Any:
    _admin()
    data = parse(DepositIn())
    received = positive(money_of(data))
    return render_template(
        "core/payments/deposit_check.html", received=received, payer=organisations.by_slug(data["organisation"]), data=data
    )


@pages.post("/admin/payments/deposit")
@asks_proof
@writes(again=new_deposit)
def take_deposit() -> Any:
    _admin()
    data = parse(DepositIn())
    organisation = organisations.by_slug(data.pop("organisation"))
    received = money_of(data)
    operations.take_deposit(actor=actor(), organisation_id=organisation.id, received=received, **data)
    flash(gettext("%(amount)s is on the balance of %(name)s.", amount=show_money(received), name=organisation.name))
    return redirect(url_for(".money_in"))


@needs_attention
def waiting_money(who: Actor) -> Iterator[Todo]:
    """Administrators: transfers to confirm. Bookkeepers: transfers to make."""
    if who.is_admin and (coming := queries.waiting_fundings()):
        title = ngettext("%(num)s transfer is expected", "%(num)s transfers are expected", coming)
        yield Todo(title, gettext("Confirm what the bank's statement shows."), url_for("payments.money_in"), gettext("Confirm"))
    mine = queries.open_fundings_by([number for number in who.roles if who.keeps_books_of(number)], limit=5)
    for funding, slug in mine:
        title = gettext("Transfer %(amount)s with the reference %(reference)s", amount=show_money(funding.due), reference=funding.reference)
        address = url_for("payments.funding", slug=slug, funding_id=funding.id)
        yield Todo(title, funding.label, address, gettext("See how"))
