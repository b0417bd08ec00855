"""A site that pays out through Stripe: the strict fake on loopback, its notices carried to the site's own door."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub.core.payees import queries as payees
from hub.core.payees.reactions import onboard
from hub.core.payouts import operations, queries
from hub.core.payouts.models import Payout
from hub.db import work
from hub.db.delivery import deliver_all, run_periodic
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.money import Money
from tests.fakes.stripe import FakeStripe


class Counter:
    """The site and Stripe, for a test to play both sides."""

    def __init__(self, app: Flask, fake: FakeStripe) -> None:
        self.app, self.fake = app, fake

    def carry(self, body: bytes, headers: dict[str, str]) -> int:
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
        clock.set_to(clock.now() + timedelta(**time))
        self.fake.tick()
        work.rollback()
        run_periodic()
        self.settle()

    def open(self, who: Actor) -> str:
        """An account at Stripe, not yet enabled. Returns Stripe's name of it."""
        with work.unit():
            url = onboard(who, "person", who.person_id or 0, "DE", "/my/earnings/payout")
        assert url is not None
        account = payees.account_of("person", who.person_id or 0)
        assert account is not None
        return account.remote_id

    def enabled(self, who: Actor) -> str:
        """An account that Stripe pays out to."""
        remote = self.open(who)
        self.fake.onboard(remote)
        self.settle()
        return remote

    def rich(self, minor: int = 10_000_000, currency: str = "usd") -> None:
        """The site has so much available at Stripe, and its books say so."""
        self.fake.top_up(minor, currency)

    def ask(self, who: Actor, amount: Money) -> int:
        with work.unit():
            own = {"owner": "person", "owner_id": who.person_id or 0}
            return operations.request_payout(actor=who, amount=amount, gateway="stripe", **own).id

    def payout(self, number: int) -> Payout:
        work.rollback()
        db.session.expire_all()
        return queries.payout(number)

    def transfers(self) -> list[dict[str, Any]]:
        return self.fake.all("transfer")


@pytest.fixture
def counter(app: Flask) -> Iterator[Counter]:
    holder: list[Counter] = []

    def now() -> float:
        return clock.now().timestamp()

    with FakeStripe(clock=now, signs_at=now, seed=7, send=lambda body, headers: holder[0].carry(body, headers)) as fake:
        fake.webhooks.hold()
        config = app.config["HUB"]
        app.config["HUB"] = dataclasses.replace(
            config, stripe_key=fake.secret, stripe_webhook_secret=fake.webhook_secret, stripe_api_base=fake.base
        )
        made = Counter(app, fake)
        holder.append(made)
        yield made
        fake.webhooks.hold()
