"""The HTML door to payouts: one's own, an organisation's, and the administrators' queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.gateways.reactions import processor
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payees import queries as payees
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.queries import balances
from hub.core.payments.schemas import CURRENCIES, money_of
from hub.core.payouts import operations, queries, rules
from hub.core.payouts.models import Payout
from hub.core.payouts.schemas import Asked, PayoutIn, PayoutRefusedIn, PayoutReturnedIn, PayoutSentIn, PlanIn, returned_of
from hub.core.payouts.states import PayoutState
from hub.kernel.actor import Actor
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import show_money
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.security import CSP
from hub.web.todo import Todo, needs_attention

pages = Blueprint("payouts", __name__, template_folder="templates")

SIZE = 30
HOSTED = "https://connect.stripe.com"


def _minimum() -> Mapping[str, int]:
    setting: Mapping[str, int] = current_app.config["HUB"].payout_minimum
    return setting


def _payout_form(owner: str, owner_id: int, base: str, organisation: Organisation | None = None) -> Any:
    own, free = balances(owner, owner_id), queries.available(owner, owner_id)
    least = [rules.minimum(_minimum(), money.currency) for money in own] if organisation is None else []
    page = render_template(
        "core/payouts/payout_new.html",
        balances=own,
        free=free,
        least=[money for money in least if money is not None],
        plan=queries.plan_of(owner_id) if organisation is None else None,
        through_stripe=processor() is not None,
        account=payees.account_of(owner, owner_id),
        base=base,
        organisation=organisation,
        currencies=CURRENCIES,
    )
    return _leads_out(page)


def _leads_out(page: str) -> Response:
    """A form of this page ends at the processor's own page: browsers hold `form-action` against redirects, too."""
    base = urlsplit(current_app.config["HUB"].stripe_api_base)
    hosted = f"{base.scheme}://{base.netloc}" if base.netloc else HOSTED
    response = make_response(page)
    if processor() is not None:
        response.headers["Content-Security-Policy"] = CSP.replace("form-action 'self'", f"form-action 'self' {hosted}")
    return response


def _payout_check(owner: str, owner_id: int, base: str, organisation: Organisation | None = None) -> Any:
    data = parse(PayoutIn())
    amount, kind, gateway = money_of(data), OwnerKind(owner), data["gateway"]
    left = queries.check_amount(kind, owner_id, amount, _minimum())
    destination = queries.target(gateway, kind, owner_id, amount, data["destination"])
    return render_template(
        "core/payouts/payout_check.html",
        amount=amount,
        destination=destination if gateway == rules.BANK else "",
        gateway=gateway,
        left=left,
        base=base,
        organisation=organisation,
    )


@pages.get("/my/earnings/payout")
def new_payout() -> Any:
    return _payout_form("person", actor().person_id or 0, url_for(".new_payout"))


@pages.post("/my/earnings/payout/check")
@checks(again=new_payout)
def check_payout() -> Any:
    return _payout_check("person", actor().person_id or 0, url_for(".new_payout"))


@pages.post("/my/earnings/payout")
@asks_proof
@writes(again=new_payout)
def ask_payout() -> Any:
    data, me = parse(PayoutIn()), actor().person_id or 0
    payout = operations.request_payout(actor=actor(), owner="person", owner_id=me, amount=money_of(data), minimum=_minimum(), **data)
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
@asks_proof
@writes(again=new_organisation_payout)
def ask_organisation_payout(slug: str) -> Any:
    organisation = _pays_out(slug)
    data = parse(PayoutIn())
    payout = operations.request_payout(actor=actor(), owner="organisation", owner_id=organisation.id, amount=money_of(data), **data)
    flash(gettext("%(amount)s is put aside for the payout. You are told when it is sent.", amount=show_money(payout.amount)))
    return redirect(url_for("statements.organisation_money", slug=slug))


@pages.post("/my/earnings/payout/monthly")
@asks_proof
@writes(again=new_payout)
def plan_payouts() -> Any:
    operations.plan_payouts(actor=actor(), **parse(PlanIn()))
    flash(gettext("From next month on you are paid out at the start of each month."))
    return redirect(url_for("statements.earnings"))


@pages.post("/my/earnings/payout/monthly/end")
@writes(again=new_payout)
def end_plan() -> Any:
    operations.end_plan(actor=actor())
    flash(gettext("You are not paid out by yourself any more."))
    return redirect(url_for(".new_payout"))


# The administrators' queue


def _see_queue() -> None:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)


@pages.get("/admin/payouts")
def money_out() -> Any:
    _see_queue()
    asked, number = Asked.of(request.args), page_number()
    total, found = queries.find_payouts(asked, offset=(number - 1) * SIZE, limit=SIZE)
    return render_template(
        "core/payouts/money_out.html",
        payouts=found,
        names=queries.names(found),
        page=Page(number, SIZE, total),
        states=PayoutState,
        asked=asked,
        gateways=sorted(queries.WAYS),
        currencies=queries.currencies(),
    )


@pages.get("/admin/payouts/next")
def next_payout() -> Any:
    """The oldest payout that waits (and matches the filters), on the page where one decides."""
    _see_queue()
    asked, after = Asked.of(request.args), request.args.get("after", "")
    found = queries.next_payout(asked, int(after) if after.isdecimal() and len(after) < 16 else 0)
    if found is None:
        flash(gettext("Nothing more waits here."))
        return redirect(url_for(".money_out", **asked.query()))
    return redirect(url_for(".decide_payout", payout_id=found.id, **asked.query(), queue="1"))


@pages.get("/admin/payouts/<int:payout_id>")
def decide_payout(payout_id: int) -> Any:
    _see_queue()
    found, asked = queries.payout(payout_id), Asked.of(request.args)
    return render_template(
        "core/payouts/payout_decide.html",
        payout=found,
        name=queries.names([found])[found.id],
        transactions=books.transactions_of(found.ref),
        asked=asked.query() | {"queue": "1"} if request.args.get("queue") else {},
    )


def _decided(payout: Payout) -> Any:
    """On to the next one, for those who came from the queue."""
    if request.args.get("queue"):
        return redirect(url_for(".next_payout", after=payout.id, **Asked.of(request.args).query()))
    return redirect(url_for(".money_out"))


@pages.post("/admin/payouts/<int:payout_id>/confirm")
@asks_proof
@writes(again=decide_payout)
def confirm_payout(payout_id: int) -> Any:
    _see_queue()
    payout = operations.confirm_payout(actor=actor(), payout=queries.payout(payout_id), **parse(PayoutSentIn()))
    flash(gettext("Confirmed: %(amount)s was sent.", amount=show_money(payout.amount)))
    return _decided(payout)


@pages.post("/admin/payouts/<int:payout_id>/reject")
@writes(again=decide_payout)
def reject_payout(payout_id: int) -> Any:
    _see_queue()
    payout = operations.reject_payout(actor=actor(), payout=queries.payout(payout_id), **parse(PayoutRefusedIn()))
    flash(gettext("%(amount)s went back to its owner, who reads your reason.", amount=show_money(payout.amount)))
    return _decided(payout)


@pages.post("/admin/payouts/<int:payout_id>/return")
@writes(again=decide_payout)
def return_payout(payout_id: int) -> Any:
    _see_queue()
    data, found = parse(PayoutReturnedIn()), queries.payout(payout_id)
    payout = operations.return_payout(actor=actor(), payout=found, reason=data["reason"], total=returned_of(found, data))
    flash(gettext("%(amount)s is back on its owner’s balance, who reads your reason.", amount=show_money(payout.returned)))
    return redirect(url_for(".decide_payout", payout_id=payout.id))


@needs_attention
def payouts_to_send(who: Actor) -> Iterator[Todo]:
    """Administrators: payouts to send."""
    if who.is_admin and (going := queries.waiting_payouts().count):
        title = ngettext("%(num)s payout waits to be sent", "%(num)s payouts wait to be sent", going)
        yield Todo(title, gettext("Send it by bank transfer, then confirm it."), url_for("payouts.money_out"), gettext("Send"))
