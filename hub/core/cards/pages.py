"""The HTML door to money by card: paying, coming back, refunding; and the administrator's view of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.cards import operations, queries
from hub.core.cards.models import CardPayment
from hub.core.cards.policy import CARDS, CardAct
from hub.core.cards.schemas import CardRefundIn
from hub.core.cards.states import FoundState, PaymentState
from hub.core.gateways import queries as gateways
from hub.core.gateways.gateway import Busy, Refused, Unreachable
from hub.core.gateways.reactions import carry_out_now, need_processor, processor
from hub.core.gateways.states import CallState
from hub.core.ledger.rules import Purpose, same_currency
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.payments.models import Funding
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.schemas import money_of
from hub.core.payments.states import FundingState
from hub.db import work
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import show_money
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.security import CSP
from hub.web.todo import Waiting, waits

pages = Blueprint("cards", __name__, template_folder="templates")

SIZE = 30
ADOPTING = "/admin/payments/cards/refunds"
HOSTED = "https://checkout.stripe.com"


def _home(funding: Funding) -> tuple[str, str, str]:
    """Whose money it is, where that is shown, and where the request to pay in is."""
    if funding.organisation_id is None:
        return gettext("Earnings"), url_for("statements.earnings"), url_for("payments.own_funding", funding_id=funding.id)
    at = organisations.card(funding.organisation_id)
    money = url_for("statements.organisation_money", slug=at.slug)
    return f"{at.name} · {gettext('Money')}", money, url_for("payments.funding", slug=at.slug, funding_id=funding.id)


def _leads_out(answer: Any) -> Response:
    """A form of this page may end at the processor's own page: browsers hold `form-action` against redirects, too."""
    base = urlsplit(current_app.config["HUB"].stripe_api_base)
    hosted = f"{base.scheme}://{base.netloc}" if base.netloc else HOSTED
    response = make_response(answer)
    response.headers["Content-Security-Policy"] = CSP.replace("form-action 'self'", f"form-action 'self' {hosted}")
    return response


@pages.get("/pay/<int:funding_id>")
def card(funding_id: int) -> Any:
    funding = payments.funding_for(actor(), funding_id)
    visits = queries.payments_of(funding.id)
    if not visits:
        need_processor()
    gross, cost = queries.cost_so_far(funding.currency)
    answer = render_template(
        "core/cards/pay.html",
        funding=funding,
        home=_home(funding),
        visits=visits,
        may_pay=processor() is not None and funding.state is FundingState.OPEN and queries.may_pay(actor(), funding),
        cannot=queries.cannot_pay(funding),
        cost_percent=round(cost.minor * 100 / gross.minor, 1) if gross.minor else None,
    )
    return _leads_out(answer)


@pages.post("/pay/<int:funding_id>")
@writes(again=card)
def pay(funding_id: int) -> Any:
    """Have the page opened and go there; if the processor does not answer now, say so: nothing was paid and nothing is lost."""
    funding = payments.funding_for(actor(), funding_id)
    need_processor()
    visit, call = operations.start(actor=actor(), funding=funding, base_url=current_app.config["HUB"].base_url)
    answered = carry_out_now(call.id)
    if answered.state is CallState.REFUSED:
        told = N_("The payment processor cannot take this: %(reason)s Pay it by bank transfer.")
        raise NotNow(told, code="card_refused", reason=answered.refusal)
    if page := queries.page_of(visit):
        return redirect(page, 303)
    flash(gettext("The payment processor does not answer just now. Nothing was paid. Try again in a moment, or pay by bank transfer."))
    return redirect(url_for(".card", funding_id=funding_id), 303)


@pages.get("/pay/<int:funding_id>/done")
def done(funding_id: int) -> Any:
    """Back from the processor's page. What it says is read there; the books follow by its notice."""
    funding = payments.funding_for(actor(), funding_id)
    number = request.args.get("payment", type=int) or 0
    visit = next((one for one in queries.payments_of(funding.id) if one.id == number), None)
    if visit is None:
        raise NotFound(N_("There is no such payment."))
    status = _status(visit)
    return render_template("core/cards/done.html", funding=funding, visit=visit, status=status, home=_home(funding))


def _status(visit: CardPayment) -> str:
    """booked, confirming (paid, not yet in the books, or the bank has not answered), not_paid, closed or unknown."""
    if visit.state is not PaymentState.OPEN:
        return "booked" if visit.state is PaymentState.PAID else "closed"
    name = queries.session_id(visit)
    speaks = processor()
    if speaks is None or not name:
        return "unknown"
    work.rollback()  # nothing is kept open while the processor is asked
    try:
        session = speaks.fetch("checkout.session", name)
    except (Unreachable, Busy, Refused):
        return "unknown"
    return "confirming" if session.get("status") == "complete" else "closed" if session.get("status") == "expired" else "not_paid"


@pages.get("/card-payments/<int:payment_id>")
def payment(payment_id: int) -> Any:
    found, funding = queries.payment_for(actor(), payment_id)
    may_refund = found.state is PaymentState.PAID and queries.may_refund(actor(), funding)
    return render_template(
        "core/cards/payment.html",
        payment=found,
        funding=funding,
        home=_home(funding),
        refunds=queries.refunds_of(found.id),
        found_refunds=queries.found_refunds_of(found.id),
        disputes=queries.disputes_of(found.id),
        may_refund=may_refund and bool(found.refundable),
        balances=payments.balances(funding.owner_kind, funding.owner_id) if may_refund else [],
    )


@pages.post("/card-payments/<int:payment_id>/refund/check")
@checks(again=payment)
def check_refund(payment_id: int) -> Any:
    found, funding = queries.payment_for(actor(), payment_id)
    CARDS.require(actor(), CardAct.REFUND, funding)
    amount = same_currency(money_of(parse(CardRefundIn())), found.currency)
    operations.check_refund(payment=found, amount=amount)
    return render_template("core/cards/refund_check.html", payment=found, funding=funding, amount=amount, home=_home(funding))


@pages.post("/card-payments/<int:payment_id>/refund")
@asks_proof
@writes(again=payment)
def refund(payment_id: int) -> Any:
    found, _ = queries.payment_for(actor(), payment_id)
    asked = operations.ask_refund(actor=actor(), payment=found, amount=money_of(parse(CardRefundIn())))
    flash(gettext("%(amount)s is on its way back to the card. It takes the bank some days to show it.", amount=show_money(asked.amount)))
    return redirect(url_for(".payment", payment_id=payment_id))


@pages.get("/admin/payments/cards")
def overview() -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    number = page_number()
    total, found = queries.find_payments(offset=(number - 1) * SIZE, limit=SIZE)
    disputes = queries.find_disputes() if number == 1 else []
    made_there = queries.found_refunds(FoundState.FOUND) if number == 1 else []
    names = payments.owner_names([funding for *_, funding in (*found, *disputes, *made_there)])
    site = queries.of_site()
    return render_template(
        "core/cards/overview.html",
        payments=found,
        disputes=disputes,
        made_there=made_there,
        stuck=gateways.stuck_calls() if number == 1 else [],
        names=names,
        page=Page(number, SIZE, total),
        at_processor=[-amount for amount in site[Purpose.PROCESSOR]],
        costs=[-amount for amount in site[Purpose.COSTS]],
        losses=[-amount for amount in site[Purpose.LOSSES]],
        configured=processor() is not None,
    )


@pages.get("/admin/payments/cards/refunds/<int:found_id>")
def found_refund(found_id: int) -> Any:
    """A refund made at the processor itself, and what taking it over would take from where."""
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    found = queries.found_refund(found_id)
    funding = payments.funding(queries.payment(found.payment_id).funding_id)
    return render_template(
        "core/cards/found_refund.html",
        found=found,
        funding=funding,
        name=payments.owner_names([funding])[funding.id],
        takes=queries.would_take(found, funding),
    )


@pages.post("/admin/payments/cards/refunds/<int:found_id>")
@writes(again=found_refund)
def adopt_refund(found_id: int) -> Any:
    BOOKS.require(actor(), BooksAct.SEE_QUEUES, None)
    found = operations.adopt_refund(actor=actor(), found=queries.found_refund(found_id))
    flash(gettext("The refund of %(amount)s is in the books.", amount=show_money(found.amount)))
    return redirect(url_for(".overview"))


@waits
def refunds_to_adopt(who: Actor) -> Iterator[Waiting]:
    """Administrators: refunds made at the processor that are not in the books yet."""
    if who.is_admin:
        yield Waiting(queries.to_adopt(), N_("A refund made at the payment processor"), f"{ADOPTING}/{{}}", N_("Take over"))
