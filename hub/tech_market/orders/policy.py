"""Who may do what with an order."""

from __future__ import annotations

from typing import Any

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.rules import Side
from hub.tech_market.orders.states import Act


def buys(actor: Actor, order: Any) -> bool:
    return actor.manages(order.buyer_id)


def works_on_it(actor: Actor, order: Any) -> bool:
    return actor.manages(order.lab_id)


def pays_for_it(actor: Actor, order: Any) -> bool:
    return actor.manages(order.buyer_id) or actor.keeps_books_of(order.buyer_id)


def is_party(actor: Actor, order: Any) -> bool:
    return actor.belongs_to(order.buyer_id) or actor.belongs_to(order.lab_id)


def side_of(actor: Actor, order: ServiceOrder) -> Side | None:
    """The side that the actor decides for."""
    if buys(actor, order):
        return Side.BUYER
    return Side.LAB if works_on_it(actor, order) else None


POLICY = Policy(
    "order",
    {
        Act.READ: either(is_party, administers),
        Act.PLACE: buys,
        Act.HOLD: either(pays_for_it, by_the_system),
        Act.DROP: either(buys, works_on_it, administers),
        Act.DELIVER: works_on_it,
        Act.SEND_BACK: buys,
        Act.ACCEPT: buys,
        Act.LAPSE: by_the_system,
        Act.ACCEPT_PART: either(buys, by_the_system),
        Act.ASK_STOP: either(buys, works_on_it),
        Act.REFUSE_STOP: either(buys, works_on_it),
        Act.CALL_OFF: either(buys, works_on_it, administers),
        Act.SETTLE: by_the_system,
    },
)
"""CALL_OFF takes the consent of both sides: one asks, the other agrees; administrators may decide alone, with a reason. SETTLE carries
out how a dispute ended."""
