"""After the fact: money that came in starts the work; silence accepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.core.contracts import queries as contracts
from hub.core.contracts.rules import Takes
from hub.core.disputes.rules import Side
from hub.core.payments.events import FundingConfirmed
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Delivered, Finished, Mode
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.core.wording.rules import Kind as AgreementKind
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import Actor
from hub.tech_market.orders import operations, queries
from hub.tech_market.orders.events import (
    OrderAccepted,
    OrderCancelled,
    OrderDelivered,
    OrderHeld,
    OrderMilestoneAccepted,
    OrderPlaced,
    OrderSentBack,
    OrderSettled,
    OrderStopAsked,
    OrderStopRefused,
)
from hub.tech_market.orders.policy import side_of
from hub.tech_market.orders.rules import Side as OrderSide
from hub.tech_market.orders.states import State

FIVE_MINUTES = 300


@reacts_to(FundingConfirmed)
def start_the_work(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind == "order" and (order := queries.by_id(int(number))) is not None:
        operations.note_held(order=order)


@every(FIVE_MINUTES)
def accept_what_nobody_answered() -> None:
    operations.accept_silent()


def drawn_up_about(actor: Actor, order_id: int) -> contracts.About | None:
    """Where the order alone is not enough for them, its two sides draw up a service agreement."""
    order = queries.by_id(order_id)
    side = side_of(actor, order) if order is not None else None
    if order is None or side is None or order.state is State.CANCELLED:
        return None
    buys = side is OrderSide.BUYER
    return contracts.About(
        title=order.title, href=f"/orders/{order.id}", kind=AgreementKind.SERVICE, takes=Takes.RECEIVES if buys else Takes.GIVES,
        organisation_id=order.buyer_id if buys else order.lab_id, other_person_id=None,
        other_organisation_id=order.lab_id if buys else order.buyer_id, reference=f"O-{order.id}",
    )  # fmt: skip


contracts.drawn_up_about("order", drawn_up_about)


# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    order = queries.by_id(event.order_id)
    return seen(organisations=[order.buyer_id, order.lab_id], path=f"/api/v1/orders/{order.id}") if order is not None else None


webhooks.sends(
    {
        "order.placed": OrderPlaced, "order.held": OrderHeld, "order.delivered": OrderDelivered,
        "order.milestone_accepted": OrderMilestoneAccepted, "order.sent_back": OrderSentBack, "order.accepted": OrderAccepted,
        "order.stop_asked": OrderStopAsked, "order.stop_refused": OrderStopRefused, "order.cancelled": OrderCancelled,
    },
    _seen, data=("order_id",),
)  # fmt: skip


# Reputation


def _finished(event: OrderAccepted | OrderSettled, fact: Fact) -> Iterable[Finished]:
    """An order that was accepted and paid, or of which a dispute gave the lab at least a part."""
    order = queries.by_id(event.order_id)
    if order is None or (isinstance(event, OrderSettled) and not event.minor):
        return
    buyer, lab = Side(organisation_id=order.buyer_id), Side(organisation_id=order.lab_id)
    yield Finished(order.ref, Mode.SERVICE, order.title, order.path, buyer, lab, fact.at)


def _delivered(event: OrderDelivered, fact: Fact) -> Iterable[Delivered]:
    """The first delivery of the order, or of each milestone, against its day."""
    order = queries.by_id(event.order_id)
    if order is None:
        return
    parts = queries.milestones(order)
    part = next((one for one in parts if one.paid_at is None or one.paid_at >= fact.at), None)
    due_on, number = (part.due_on, part.number) if part is not None else (order.due_on, 0)
    if due_on is not None:
        yield Delivered(f"{order.ref}/{number}", Side(organisation_id=order.lab_id), due_on, fact.at)


reputation.finishes([OrderAccepted, OrderSettled], _finished)
reputation.finishes([OrderDelivered], _delivered)
