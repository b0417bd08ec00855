"""The JSON door to orders."""

from __future__ import annotations

from typing import Any

from hub.core.files.pages import uploads
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.tech_market.orders import operations, queries, rules
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.schemas import AgreementOut, DeliverIn, OrderOut, PlaceIn, WhyIn
from hub.tech_market.quotes import queries as quotes
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, parse, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("orders", __name__, prefix="", description="Orders of lab services, from the held money to the accepted result.")


def _told(order: ServiceOrder, status: int = 200) -> Any:
    (shown,) = queries.shown([order])
    return tagged(OrderOut().dump(shown), order.version, status)


@api.get("/orders")
@api.response(200, OrderOut(many=True))
def orders() -> Any:
    """Those of your organisations, on either side, the newest first."""
    before, limit = cursor()
    return paged(queries.shown(queries.of_organisations(actor().roles, before=before, limit=limit)), OrderOut(), limit)


@api.get("/quotes/<int:quote_id>/agreement")
@api.response(200, AgreementOut)
def agreement(quote_id: int) -> Any:
    """What both sides would agree to with this quote, and its fingerprint."""
    quote = quotes.get_for(actor(), quote_id)
    if quote.split is None:
        raise NotNow(N_("The lab has not quoted yet."))
    agreed = queries.agreement(quote)
    return {"agreed": agreed, "hash": rules.fingerprint(agreed)}


@api.post("/orders")
@needs_scope("money")
@writes
@api.arguments(PlaceIn)
@api.response(201, OrderOut)
def place(data: dict[str, Any]) -> Any:
    """Choose a quote and order: the price is held from the balance, or asked for by transfer. Takes an Idempotency-Key."""
    quote = quotes.get_for(actor(), data.pop("quote"))
    return _told(operations.place(actor=actor(), quote=quote, seen_hash=data.pop("terms_hash"), **data), 201)


@api.get("/orders/<int:order_id>")
@api.response(200, OrderOut)
def order(order_id: int) -> Any:
    """One order of yours, with what was agreed."""
    return _told(queries.get_for(actor(), order_id))


@api.post("/orders/<int:order_id>/hold")
@needs_scope("money")
@writes
@api.response(200, OrderOut)
def hold(order_id: int) -> Any:
    """Hold the price from your organisation's balance. Takes an Idempotency-Key."""
    return _told(operations.hold(actor=actor(), order=queries.get_for(actor(), order_id)))


@api.post("/orders/<int:order_id>/deliver")
@writes
@api.response(200, OrderOut)
def deliver(order_id: int) -> Any:
    """Deliver: `text` as JSON, or a multipart form with `text` and any number of `file`, at most ten."""
    found = queries.get_for(actor(), order_id)
    operations.deliver(actor=actor(), order=found, uploads=uploads(), **parse(DeliverIn()))
    return _told(found)


@api.post("/orders/<int:order_id>/accept")
@needs_scope("money")
@writes
@api.response(200, OrderOut)
def accept(order_id: int) -> Any:
    """Accept the delivery: the lab is paid. Takes an Idempotency-Key."""
    return _told(operations.accept(actor=actor(), order=queries.get_for(actor(), order_id)))


@api.post("/orders/<int:order_id>/send-back")
@writes
@api.arguments(WhyIn)
@api.response(200, OrderOut)
def send_back(data: dict[str, Any], order_id: int) -> Any:
    """Send the delivery back with a reason."""
    return _told(operations.send_back(actor=actor(), order=queries.get_for(actor(), order_id), **data))


@api.post("/orders/<int:order_id>/ask-stop")
@writes
@api.arguments(WhyIn)
@api.response(200, OrderOut)
def ask_stop(data: dict[str, Any], order_id: int) -> Any:
    """Ask the other side to call the order off."""
    return _told(operations.ask_stop(actor=actor(), order=queries.get_for(actor(), order_id), **data))


@api.post("/orders/<int:order_id>/refuse-stop")
@writes
@api.response(200, OrderOut)
def refuse_stop(order_id: int) -> Any:
    """Go on with the order."""
    return _told(operations.refuse_stop(actor=actor(), order=queries.get_for(actor(), order_id)))


@api.post("/orders/<int:order_id>/drop")
@needs_scope("money")
@writes
@api.arguments(WhyIn)
@api.response(200, OrderOut)
def drop(data: dict[str, Any], order_id: int) -> Any:
    """Call it off before the money is held."""
    return _told(operations.drop(actor=actor(), order=queries.get_for(actor(), order_id), **data))


@api.post("/orders/<int:order_id>/call-off")
@needs_scope("money")
@writes
@api.arguments(WhyIn)
@api.response(200, OrderOut)
def call_off(data: dict[str, Any], order_id: int) -> Any:
    """Agree to call it off; the hold goes back to the buyer. Administrators give a reason."""
    return _told(operations.call_off(actor=actor(), order=queries.get_for(actor(), order_id), **data))
