"""The HTML door to orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.core.contracts import queries as contracts
from hub.core.disputes import queries as disputes
from hub.core.files import pages as files
from hub.core.files import rules as file_rules
from hub.core.looks import pages as looks
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.db.types import NO_DUE
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotNow
from hub.kernel.money import breakdown
from hub.kernel.words import N_
from hub.tech_market.orders import operations, queries, rules
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.policy import POLICY, side_of
from hub.tech_market.orders.rules import Pay, Side
from hub.tech_market.orders.schemas import DeliverIn, PlaceForm, WhyIn
from hub.tech_market.orders.states import LIFE, Act, State
from hub.tech_market.quotes import queries as quotes
from hub.tech_market.quotes.models import Quote
from hub.tech_market.quotes.states import QuoteState
from hub.web import deeds
from hub.web.handle import actor, needs_scope, parse, writes
from hub.web.proof import asks_proof
from hub.web.todo import Waiting, waits

pages = Blueprint("orders", __name__, template_folder="templates")
PLACE = "tech_market/orders/"


# The choice


@pages.get("/quotes/<int:quote_id>/choose")
def check(quote_id: int) -> Any:
    """Check your answers before the choice binds."""
    quote = _to_choose(quote_id)
    if quote.state is not QuoteState.GIVEN or quote.gross is None:
        raise NotNow(N_("This quote cannot be chosen any more."))
    agreed = queries.agreement(quote)
    others = [one for one in quotes.quotes_of(quote.request_id) if one.id != quote.id and one.state is QuoteState.GIVEN]
    balance = payments.spendable(quote.request.organisation_id, quote.currency)
    return render_template(
        PLACE + "choose.html", quote=quote, found=quote.request, agreed=agreed, terms_hash=rules.fingerprint(agreed), others=len(others),
        balance=balance, enough=quote.gross <= balance, pays=Pay, acceptance_days=rules.ACCEPTANCE_DAYS,
    )  # fmt: skip


def _to_choose(quote_id: int) -> Quote:
    """Raises NotFound, NotAllowed."""
    quote = quotes.get_for(actor(), quote_id)
    if not actor().manages(quote.request.organisation_id):
        raise NotAllowed(N_("Only owners and managers order for their organisation."))
    return quote


@pages.post("/quotes/<int:quote_id>/choose")
@needs_scope("money")
@writes(again=check)
def place(quote_id: int) -> Any:
    data = parse(PlaceForm())
    seen_hash = data.pop("terms_hash")
    order = operations.place(actor=actor(), quote=_to_choose(quote_id), seen_hash=seen_hash, **data)
    if order.state is State.AWAITING_FUNDS:
        flash(gettext("Ordered. The work starts when your transfer has come in."), "success")
    else:
        flash(gettext("Ordered. The price is held, and the lab has been told to start."), "success")
    return redirect(order.path)


@pages.get("/quotes/<int:quote_id>/order")
def of_quote(quote_id: int) -> Any:
    return redirect(queries.by_quote(actor(), quote_id).path)


# One order


@pages.get("/orders/<int:order_id>")
def show(order_id: int) -> Any:
    order = queries.get_for(actor(), order_id)
    (shown,) = queries.shown([order])
    pays = POLICY.can(actor(), Act.HOLD, order) and order.state is State.AWAITING_FUNDS
    funding = payments.open_funding(order.ref) if pays else None
    balance = payments.spendable(order.buyer_id, order.currency) if pays else None
    moves = {move.act: move.blocked(order) for move in LIFE.moves_for(actor(), order, POLICY)}
    return render_template(
        PLACE + "show.html", shown=shown, order=order, rounds=queries.deliveries(order.id), moves=moves, acts=Act, funding=funding,
        balance=balance, states=State, sides=Side, side=side_of(actor(), order), is_buyer=actor().belongs_to(order.buyer_id),
        is_lab=actor().belongs_to(order.lab_id), steps=_steps(order), accept=file_rules.ACCEPT, acceptance_days=rules.ACCEPTANCE_DAYS,
        way=disputes.way_for(actor(), order.ref),
        contracts=contracts.belonging_to(actor(), order.ref),
    )  # fmt: skip


def _steps(order: ServiceOrder) -> list[tuple[str, str, str]]:
    """As ui.stepper takes them."""
    names = [gettext("Ordered"), gettext("Money held"), gettext("Delivered"), gettext("Accepted and paid")]
    done = {State.AWAITING_FUNDS: 1, State.IN_PROGRESS: 2, State.DELIVERED: 3, State.ACCEPTED: 4, State.CANCELLED: 0}[order.state]
    return [(name, "", "done" if place < done else "now" if place == done else "next") for place, name in enumerate(names)]


@pages.post("/orders/<int:order_id>/hold")
@needs_scope("money")
@writes(again=show)
def hold(order_id: int) -> Any:
    operations.hold(actor=actor(), order=queries.get_for(actor(), order_id))
    flash(gettext("The price is held, and the lab has been told to start."), "success")
    return redirect(url_for(".show", order_id=order_id))


@pages.post("/orders/<int:order_id>/deliver")
@writes(again=show)
def deliver(order_id: int) -> Any:
    order = queries.get_for(actor(), order_id)
    operations.deliver(actor=actor(), order=order, uploads=files.uploads(), **parse(DeliverIn()))
    flash(gettext("Delivered. The buyer has been told."), "success")
    return redirect(url_for(".show", order_id=order_id))


@pages.get("/orders/<int:order_id>/accept")
def check_accept(order_id: int) -> Any:
    """Check before the lab is paid."""
    order = queries.get_for(actor(), order_id)
    POLICY.require(actor(), Act.ACCEPT, order)
    (shown,) = queries.shown([order])
    left = [one for one in shown.milestones if not one.is_paid]
    split = breakdown(left[0].amount, order.fee_bp) if left else order.split
    return render_template(
        PLACE + "accept.html", shown=shown, order=order, can=order.state is State.DELIVERED, milestone=left[0] if left else None,
        split=split, is_last=len(left) < 2,
    )  # fmt: skip


@pages.post("/orders/<int:order_id>/accept")
@needs_scope("money")
@asks_proof
@writes(again=check_accept)
def accept(order_id: int) -> Any:
    order = operations.accept(actor=actor(), order=queries.get_for(actor(), order_id))
    done = order.state is State.ACCEPTED
    flash(
        gettext("Accepted. The lab has been paid.") if done else gettext("Accepted. The lab has been paid for this milestone."), "success"
    )
    return redirect(url_for(".show", order_id=order_id))


WITH_REASON: dict[str, tuple[Callable[..., ServiceOrder], str]] = {
    "send-back": (operations.send_back, N_("Sent back with your reason.")),
    "ask-stop": (operations.ask_stop, N_("The other side has been asked.")),
}
ENDING: dict[str, Callable[..., ServiceOrder]] = {"drop": operations.drop, "call-off": operations.call_off}


@pages.post('/orders/<int:order_id>/<any("send-back","ask-stop"):act>')
@writes(again=lambda order_id, act: show(order_id))
def answer(order_id: int, act: str) -> Any:
    operate, said = WITH_REASON[act]
    operate(actor=actor(), order=queries.get_for(actor(), order_id), **parse(WhyIn()))
    flash(gettext(said))
    return redirect(url_for(".show", order_id=order_id))


@pages.post("/orders/<int:order_id>/refuse-stop")
@writes(again=show)
def refuse_stop(order_id: int) -> Any:
    operations.refuse_stop(actor=actor(), order=queries.get_for(actor(), order_id))
    flash(gettext("The order goes on."))
    return redirect(url_for(".show", order_id=order_id))


@pages.post('/orders/<int:order_id>/<any("drop","call-off"):act>')
@needs_scope("money")
@writes(again=lambda order_id, act: show(order_id))
def end(order_id: int, act: str) -> Any:
    ENDING[act](actor=actor(), order=queries.get_for(actor(), order_id), **parse(WhyIn()))
    flash(gettext("Called off. What was held is back on the buyer’s balance."))
    return redirect(url_for(".show", order_id=order_id))


@pages.get("/orders/<int:order_id>/files/<int:file_id>")
@writes
def file(order_id: int, file_id: int) -> Any:
    """The lab's people get it as it is; everybody else a copy with their mark, which is written down for the lab."""
    order = queries.get_for(actor(), order_id)
    found = queries.file_of(order, file_id)
    return files.send(found) if actor().belongs_to(order.lab_id) else looks.send_marked(found, order.ref)


# Lists


@pages.get("/my/orders")
def mine() -> Any:
    roles = list(actor().roles)
    found = queries.shown(queries.of_organisations(roles)[:50]) if roles else []
    return render_template(PLACE + "mine.html", orders=found, mine=set(roles), states=State)


@pages.get("/orgs/<slug>/orders")
def of_organisation(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    if not (actor().belongs_to(organisation.id) or actor().is_admin):
        raise NotAllowed(N_("Only its own people see what an organisation orders."))
    found = queries.shown(queries.of_organisations([organisation.id])[:50])
    return render_template(PLACE + "organisation.html", organisation=organisation, orders=found, mine={organisation.id}, states=State)


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Deliveries to accept, money to pay in, work to deliver."""
    managed = [number for number in who.roles if who.manages(number)]
    if not managed:
        return []
    order = ServiceOrder

    def ask(column: Any, state: State, due: Any, title: str, action: str) -> Waiting:
        return Waiting(queries.waiting(column, managed, state, due), title, "/orders/{}", action, "market")

    return [
        ask(order.buyer_id, State.DELIVERED, order.accept_by, N_("A delivery to accept or send back"), N_("Look at it")),
        ask(order.buyer_id, State.AWAITING_FUNDS, NO_DUE, N_("An order waits for its money"), N_("Pay in")),
        ask(order.lab_id, State.IN_PROGRESS, NO_DUE, N_("An order to work on"), N_("Deliver")),
    ]


deeds.tells(30, deeds.Told("services_delivered", N_("Services delivered"), "market", organisation=queries.delivered_by))
