"""After the fact: money that came in starts the work; silence accepts."""

from __future__ import annotations

from typing import Any

from hub.core.payments.events import FundingConfirmed
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.tech_market.orders import operations, queries
from hub.tech_market.orders.events import (
    OrderAccepted,
    OrderCancelled,
    OrderDelivered,
    OrderHeld,
    OrderMilestoneAccepted,
    OrderPlaced,
    OrderSentBack,
    OrderStopAsked,
    OrderStopRefused,
)

FIVE_MINUTES = 300


@reacts_to(FundingConfirmed)
def start_the_work(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind == "order" and (order := queries.by_id(int(number))) is not None:
        operations.note_held(order=order)


@every(FIVE_MINUTES)
def accept_what_nobody_answered() -> None:
    operations.accept_silent()


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
