"""Reads of the orders room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from hub.core.disputes.rules import Claim, Effect, Ground, Matter, Outcome, Side
from hub.core.files import queries as files
from hub.core.holds import queries as holds
from hub.core.looks import queries as looks
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import Money, breakdown
from hub.kernel.words import N_
from hub.tech_market.orders import rules
from hub.tech_market.orders.models import OrderDelivery, OrderFile, ServiceOrder
from hub.tech_market.orders.policy import POLICY
from hub.tech_market.orders.states import Act, State
from hub.tech_market.quotes import queries as quotes
from hub.tech_market.quotes.models import Quote

NO_ORDER = N_("There is no such order.")


@dataclass(frozen=True)
class Milestone:
    """A part of an order that is delivered, accepted and paid on its own; due `days` after the money is held."""

    number: int
    title: str
    amount: Money
    due_on: date | None
    paid_at: datetime | None

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None


@dataclass(frozen=True)
class Shown:
    """An order with both sides."""

    order: ServiceOrder
    buyer: OrganisationCard
    lab: OrganisationCard

    milestones: Sequence[Milestone] = ()

    @property
    def id(self) -> int:
        return self.order.id


@dataclass(frozen=True)
class Delivered:
    """One delivery and its files (of the core's files room)."""

    delivery: OrderDelivery
    files: Sequence[Any]


def milestones(order: ServiceOrder) -> list[Milestone]:
    """The order's milestones, in their order; none if it is delivered as a whole. One statement, if there are any."""
    return _milestones(order, holds.stages_of(order.ref)) if rules.is_staged(order.agreed) else []


def _milestones(order: ServiceOrder, stages: Sequence[Any]) -> list[Milestone]:
    due = [rules.due_on(order.held_at, line[2]) if order.held_at else None for line in order.agreed["lines"] if len(line) > 2]
    return [Milestone(stage.number, stage.title, stage.amount, day, stage.released_at) for stage, day in zip(stages, due, strict=True)]


def get_for(actor: Actor, order_id: int) -> ServiceOrder:
    """The order, for the people of both sides and administrators. Raises NotFound."""
    order = db.session.get(ServiceOrder, order_id)
    if order is None or not POLICY.can(actor, Act.READ, order):
        raise NotFound(NO_ORDER)
    return order


def by_quote(actor: Actor, quote_id: int) -> ServiceOrder:
    """The order that a quote became. Raises NotFound."""
    order = db.session.scalars(select(ServiceOrder).where(ServiceOrder.quote_id == quote_id)).one_or_none()
    return get_for(actor, order.id if order is not None else 0)


def by_id(order_id: int) -> ServiceOrder | None:
    """Unchecked, for reactions."""
    return db.session.get(ServiceOrder, order_id)


def lock(order: ServiceOrder) -> None:
    """Read the order afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(order, with_for_update=True)


def shown(orders: Iterable[ServiceOrder]) -> list[Shown]:
    """Each with both sides and its milestones. Two statements at most."""
    orders = list(orders)
    cards = organisations.cards(number for order in orders for number in (order.buyer_id, order.lab_id))
    stages = holds.stages_of_all([order.ref for order in orders if rules.is_staged(order.agreed)])
    return [Shown(order, cards[order.buyer_id], cards[order.lab_id], _milestones(order, stages.get(order.ref, []))) for order in orders]


def of_organisations(organisation_ids: Iterable[int], *, before: int | None = None, limit: int = 50) -> Sequence[ServiceOrder]:
    """Up to `limit` + 1 orders in which these organisations are a side, the newest first."""
    ids = list(organisation_ids)
    query = select(ServiceOrder).where(or_(ServiceOrder.buyer_id.in_(ids), ServiceOrder.lab_id.in_(ids)))
    return db.session.scalars(older(query, ServiceOrder.id, before, limit + 1)).all()


def deliveries(order_id: int) -> list[Delivered]:
    """All rounds, the newest first. Three statements."""
    rounds = db.session.scalars(select(OrderDelivery).where(OrderDelivery.order_id == order_id).order_by(OrderDelivery.number.desc())).all()
    if not rounds:
        return []
    attached = db.session.scalars(
        select(OrderFile).where(OrderFile.delivery_id.in_([one.id for one in rounds])).order_by(OrderFile.id)
    ).all()
    known = files.files(one.file_id for one in attached)
    return [Delivered(one, [known[link.file_id] for link in attached if link.delivery_id == one.id]) for one in rounds]


def last_number(order_id: int) -> int:
    return db.session.scalar(select(func.max(OrderDelivery.number)).where(OrderDelivery.order_id == order_id)) or 0


def file_of(order: ServiceOrder, file_id: int) -> Any:
    """A file that was delivered with the order. Raises NotFound."""
    query = select(OrderFile.file_id).join(OrderDelivery, OrderDelivery.id == OrderFile.delivery_id)
    if db.session.scalar(query.where(OrderDelivery.order_id == order.id, OrderFile.file_id == file_id)) is None:
        raise NotFound(N_("There is no such file."))
    return files.get(file_id)


@looks.shows("order")
def looked_at(actor: Actor, number: int) -> looks.Thing:
    """Who has taken copies of what was delivered is the lab's to see. Raises NotFound."""
    order = get_for(actor, number)
    if not actor.belongs_to(order.lab_id):
        raise NotFound(NO_ORDER)
    return looks.Thing(order.title, order.path)


def agreement(quote: Quote) -> dict[str, Any]:
    """What both sides would agree to with this quote; see rules.agreement. Two statements."""
    (one,) = quotes.shown([quote])
    asked = quote.request
    assert quote.split is not None and quote.turnaround_days is not None
    return rules.agreement(
        buyer=one.buyer.name,
        lab=one.lab.name,
        service=one.service.title,
        request={"title": asked.title, "body": asked.body, "quantity": asked.quantity, "needed_by": str(asked.needed_by or "")},
        lines=quote.priced_lines,
        split=quote.split,
        turnaround_days=quote.turnaround_days,
        terms=quote.terms,
    )


def is_held(order: ServiceOrder) -> bool:
    return holds.held(order.ref, order.currency) >= order.gross_minor


def silent(limit: int = 200) -> Sequence[ServiceOrder]:
    """Deliveries that nobody answered in time."""
    query = select(ServiceOrder).where(ServiceOrder.state == State.DELIVERED, ServiceOrder.accept_by <= clock.now())
    return db.session.scalars(query.order_by(ServiceOrder.id).limit(limit)).all()


# Disputes

PAY, PART, RETURN = "pay", "part", "return"


def matter(number: int) -> Matter | None:
    """What of an order can be disputed: by the lab that its delivery came back, by the buyer that nothing came in time."""
    order = db.session.get(ServiceOrder, number)
    if order is None:
        return None
    buyer, lab = Side(organisation_id=order.buyer_id), Side(organisation_id=order.lab_id)
    works = order.state is State.IN_PROGRESS
    claims: list[Claim] = []
    if works and order.sent_back_at is not None:
        claims.append(Claim(lab, order.sent_back_at, order.remarks))
    if works and order.due_on is not None and clock.now().date() > order.due_on:
        since = datetime.combine(order.due_on + timedelta(days=1), time(), UTC)
        claims.append(Claim(buyer, since, "", rules.LATE_FOR))
    left = holds.held(order.ref, order.currency)
    held = Money(left, order.currency) if left else None
    ways = [
        Outcome(PAY, N_("The lab is paid what is held")),
        Outcome(PART, N_("The lab is paid a part, the rest goes back to the buyer"), held),
        Outcome(RETURN, N_("What is held goes back to the buyer")),
    ]
    grounds = (Ground.AS_AGREED, Ground.NOT_DELIVERED, Ground.WRONG_REASON, Ground.OTHER)
    return Matter(
        order.ref, order.title, (buyer, lab), claims, grounds, ways if held is not None and order.state in WORKED_ON else (),
        held_for=order.ref, at_stake=held,
    )  # fmt: skip


WORKED_ON = (State.IN_PROGRESS, State.DELIVERED)


def to_lab(order: ServiceOrder, way: str, amount: Money | None) -> Money:
    """What the lab gets of what is held, before the fee."""
    held = Money(holds.held(order.ref, order.currency), order.currency)
    return amount if way == PART and amount is not None else held if way == PAY else held.of(0)


def effects(number: int, way: str, amount: Money | None) -> list[Effect]:
    """What a way to end a dispute moves."""
    order = db.session.get_one(ServiceOrder, number)
    if way not in (PAY, PART, RETURN):
        return []
    cards = organisations.cards([order.buyer_id, order.lab_id])
    paid = to_lab(order, way, amount)
    back = Money(holds.held(order.ref, order.currency), order.currency) - paid
    parts = [Effect(cards[order.lab_id].name, paid, breakdown(paid, order.fee_bp).fee)] if paid else []
    return parts + ([Effect(cards[order.buyer_id].name, back, back.of(0))] if back else [])


def waiting(column: Any, organisation_ids: Iterable[int], state: State, due: Any) -> Any:
    """As hub.web.todo asks: orders in `state` of which `column` is one of these organisations."""
    chosen = select(ServiceOrder.title.label("detail"), ServiceOrder.id.label("key"), due.label("due"))
    return chosen.where(column.in_(list(organisation_ids)), ServiceOrder.state == state)


def delivered_by(organisation_id: int) -> Any:
    """When each order was closed whose delivery was accepted from this lab. The buyers are not told."""
    return select(ServiceOrder.closed_at).where(ServiceOrder.lab_id == organisation_id, ServiceOrder.state == State.ACCEPTED)
