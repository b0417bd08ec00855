"""A site that takes cards: the strict fake of Stripe on loopback, its notices carried to the site's own door in the test's thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask

from hub.core.cards import operations, queries
from hub.core.cards.models import CardDispute, CardPayment, CardRefund
from hub.core.gateways.reactions import carry_out_now
from hub.core.payments import queries as payments
from hub.core.payments.models import Funding
from hub.db import work
from hub.db.delivery import deliver_all, run_periodic
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.money import Money
from tests.fakes.stripe import FakeStripe

BASE = "http://127.0.0.1:8000"


class Till:
    """The site and its processor, for a test to play both sides."""

    def __init__(self, app: Flask, fake: FakeStripe) -> None:
        self.app, self.fake = app, fake

    def carry(self, body: bytes, headers: dict[str, str]) -> int:
        """A notice, posted at the site's door; the fake may do so from threads of its own."""
        with self.app.app_context():
            return self.app.test_client().post("/webhooks/stripe", data=body, headers=headers).status_code

    def settle(self) -> None:
        """All notices arrive and everything that follows from them is done."""
        work.rollback()
        for _ in range(3):
            self.fake.webhooks.flush()
            deliver_all()
        self.fake.webhooks.hold()
        work.rollback()
        db.session.expire_all()

    def later(self, **time: float) -> None:
        """Time passes for the site and the processor alike; what is due by the clock is done."""
        clock.set_to(clock.now() + timedelta(**time))
        self.fake.tick()
        run_periodic()
        self.settle()

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


@contextmanager
def open_till(app: Flask) -> Iterator[Till]:
    """A site with cards; the processor's time is the site's."""
    holder: list[Till] = []

    def now() -> float:
        return clock.now().timestamp()

    with FakeStripe(clock=now, signs_at=now, seed=7, send=lambda body, headers: holder[0].carry(body, headers)) as fake:
        fake.webhooks.hold()
        config = app.config["HUB"]
        app.config["HUB"] = dataclasses.replace(
            config, stripe_key=fake.secret, stripe_webhook_secret=fake.webhook_secret, stripe_api_base=fake.base
        )
        till = Till(app, fake)
        holder.append(till)
        yield till
        fake.webhooks.hold()
