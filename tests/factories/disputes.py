"""Disputes about orders at every step, walked there by the real operations and committed."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.core.disputes import operations
from hub.core.disputes import queries as disputes
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Ground
from hub.core.files.rules import Upload
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.tech_market.orders import operations as ordering
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.rules import Pay
from tests.factories import money, people
from tests.factories import services as making

GROSS = 100_010
SAYS = "The forty films were measured as the request says; the raw data show it."
ANSWERS = "Three of the forty films were left out, and the request asks for all."


@dataclass
class Row:
    """Two sides of an order, staff, and the order itself, delivered and sent back."""

    buyer: Any
    lab: Any
    house: Any
    bench: Any
    staff: dict[str, Any]
    order_id: int
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def order(self) -> ServiceOrder:
        return db.session.get_one(ServiceOrder, self.order_id)

    def actor(self, name: str) -> Actor:
        who = {"buyer": self.buyer, "lab": self.lab, **self.staff}[name]
        return people.actor_of(who)

    @property
    def ref(self) -> str:
        return f"order:{self.order_id}"


def row(gross: int = GROSS) -> Row:
    """An order whose delivery came back: the lab may dispute that."""
    buyer, lab = people.person("Heron"), people.person("Plover")
    house, bench = people.organisation(buyer, "Buyers"), people.organisation(lab, "Bench", "lab")
    staff = {
        "admin": people.person("Owl", admin=True),
        "mediator": people.person("Crane", consultant=True),
        "second": people.person("Stilt", consultant=True),
        "stranger": people.person("Wren"),
    }
    money.deposited(house, money.usd(5 * gross))
    buying, working = people.actor_of(buyer), people.actor_of(lab)
    with work.unit():
        request = making.request(house, buying, [making.service(bench, working)])
        (quote,) = making.quotes(request)
        making.give(quote, working, gross)
        order = making.ordered(quote, buying, Pay.BALANCE)
        ordering.deliver(actor=working, order=order, text="All forty films.")
    made = Row(buyer, lab, house, bench, staff, order.id)
    with work.unit():
        ordering.send_back(actor=buying, order=made.order, reason="Three films are missing in the report.")
    return made


def opened(made: Row, who: str = "lab", statement: str = SAYS, files: tuple[tuple[bytes, str], ...] = ()) -> Dispute:
    uploads = [Upload(io.BytesIO(content), name) for content, name in files]
    with work.unit():
        return operations.open_(
            actor=made.actor(who), kind="order", number=made.order_id, ground=Ground.AS_AGREED, statement=statement, uploads=uploads
        )


def answered(made: Row, dispute: Dispute, statement: str = ANSWERS) -> Dispute:
    with work.unit():
        return operations.answer(actor=made.actor("buyer"), dispute=dispute, statement=statement)


def mediated(made: Row, dispute: Dispute, *, declared: bool = True) -> Dispute:
    """Called, named and, if so, declared."""
    with work.unit():
        operations.call(actor=made.actor("lab"), dispute=dispute)
        operations.name(actor=made.actor("admin"), dispute=dispute, person_id=made.staff["mediator"].id)
        if declared:
            operations.declare(actor=made.actor("mediator"), dispute=dispute, declared=True)
    return dispute


def in_mediation(made: Row) -> Dispute:
    return mediated(made, answered(made, opened(made)))


def afresh(dispute: Dispute) -> Dispute:
    work.rollback()
    db.session.expire_all()
    return disputes.by_id(dispute.id)


def days_on(days: float) -> None:
    clock.advance(timedelta(days=days))
