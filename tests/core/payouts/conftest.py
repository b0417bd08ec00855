"""A site that pays out through Stripe: the strict fake on loopback, its notices carried to the site's own door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hub.core.payees import queries as payees
from hub.core.payees.reactions import onboard
from hub.core.payouts import operations, queries
from hub.core.payouts.models import Payout
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.money import Money
from tests.factories.processor import BothSides, beside_stripe


class Counter(BothSides):
    """A site that pays out through Stripe."""

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
    with beside_stripe(app, Counter) as both:
        yield both
