"""A site that takes cards: the strict fake of Stripe on loopback, its notices carried to the site's own door in the test's thread."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Flask

from hub.core.cards import operations, queries
from hub.core.cards.models import CardDispute, CardPayment, CardRefund
from hub.core.gateways.reactions import carry_out_now
from hub.core.payments import queries as payments
from hub.core.payments.models import Funding
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.money import Money
from tests.factories.processor import BothSides, beside_stripe

BASE = "http://127.0.0.1:8000"


class Till(BothSides):
    """A site that takes cards."""

    def start(self, funding: Funding, actor: Actor = SYSTEM) -> CardPayment:
        """The payer presses the button: the page of the processor is open (if it answers)."""
        with work.unit():
            visit, call = operations.start(actor=actor, funding=payments.funding(funding.id), base_url=BASE)
            number, wanted = visit.id, call.id
            carry_out_now(wanted)
        return self.payment(number)

    def payment(self, number: int) -> CardPayment:
        work.rollback()
        db.session.expire_all()
        return queries.payment(number)

    def session(self, visit: CardPayment) -> dict[str, Any]:
        return self.fake.get(queries.session_id(visit))

    def pay(self, visit: CardPayment, **how: Any) -> dict[str, Any]:
        """The person pays on the processor's page."""
        return self.fake.pay(queries.session_id(visit), **how)

    def paid(self, funding: Funding, **how: Any) -> CardPayment:
        """The whole way: page, payment, notices, books."""
        visit = self.start(funding)
        self.pay(visit, **how)
        self.settle()
        return self.payment(visit.id)

    def charge(self, visit: CardPayment) -> str:
        found: str = self.fake.get(self.payment(visit.id).intent_id)["latest_charge"]
        return found

    def refund(self, visit: CardPayment, amount: Money, actor: Actor = SYSTEM) -> CardRefund:
        with work.unit():
            number = operations.ask_refund(actor=actor, payment=queries.payment(visit.id), amount=amount).id
        self.settle()
        return queries.refund(number)

    def dispute(self, visit: CardPayment, amount: int | None = None) -> CardDispute:
        remote = self.fake.dispute(self.charge(visit), amount=amount)["id"]
        self.settle()
        found = queries.dispute_named(remote)
        assert found is not None
        return found

    def close(self, dispute: CardDispute, *, won: bool) -> CardDispute:
        self.fake.close_dispute(dispute.remote_id, won=won)
        self.settle()
        found = queries.dispute_named(dispute.remote_id)
        assert found is not None
        return found


def open_till(app: Flask) -> AbstractContextManager[Till]:
    """A site with cards; the processor's time is the site's."""
    return beside_stripe(app, Till)
