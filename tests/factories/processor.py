"""A site beside a strict fake of Stripe on loopback: its notices carried to the site's own door in the test's thread, its time the site's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from flask import Flask

from hub.db import work
from hub.db.delivery import deliver_all, run_periodic
from hub.db.extensions import db
from hub.kernel import clock
from tests.fakes.stripe import FakeStripe


class BothSides:
    """The site and its processor, for a test to play both."""

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
        work.rollback()
        run_periodic()
        self.settle()


Played = TypeVar("Played", bound=BothSides)


@contextmanager
def beside_stripe(app: Flask, kind: type[Played]) -> Iterator[Played]:
    """The site, wired to a fake whose notices wait until the test lets them go."""
    holder: list[Played] = []

    def now() -> float:
        return clock.now().timestamp()

    with FakeStripe(clock=now, signs_at=now, seed=7, send=lambda body, headers: holder[0].carry(body, headers)) as fake:
        fake.webhooks.hold()
        config = app.config["HUB"]
        app.config["HUB"] = dataclasses.replace(
            config, stripe_key=fake.secret, stripe_webhook_secret=fake.webhook_secret, stripe_api_base=fake.base
        )
        played = kind(app, fake)
        holder.append(played)
        yield played
        fake.webhooks.hold()
