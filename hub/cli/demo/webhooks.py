"""The demo story of webhooks: a company's ticket system heard of its challenges for a while, and is being moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import current_app

from hub.cli.demo.people import Cast, ago
from hub.core.audit import queries as audit
from hub.core.webhooks import operations, queries
from hub.core.webhooks.rules import Outcome
from hub.db.journal import Fact
from hub.kernel import clock

TYPES = ("challenge.published", "challenge.closed", "challenge.awarded")
TAKEN = Outcome(184, status=200, answer='{"ticket":"created"}')
DOWN = Outcome(15_003, trouble="timeout")


def tell(cast: Cast) -> None:
    """One endpoint, paused, so that nothing is ever sent to its invented address. Uncommitted."""
    owner, key = cast.owner_of("meridian"), current_app.config["HUB"].secret_key
    with ago(29):
        endpoint, _ = operations.set_up(
            actor=owner, organisation_id=cast.organisations["meridian"], url="https://tickets.meridian.example/hub", types=TYPES,
            description="Tickets", site_key=key,
        )  # fmt: skip
    for event, fact in _facts():
        with clock.at(fact.at + timedelta(seconds=1)):
            operations.pass_on(event, fact)
            _attempt(endpoint.id, key, TAKEN)
    with clock.at(clock.now() - timedelta(hours=5)):
        operations.send_test(actor=owner, endpoint=endpoint)
        _attempt(endpoint.id, key, DOWN)
    with clock.at(clock.now() - timedelta(hours=4)):
        operations.pause(actor=owner, endpoint=endpoint)


def _facts() -> Iterator[tuple[object, Fact]]:
    """All that has happened of these types, the oldest first."""
    for type in TYPES:
        sent = queries.known(type)
        assert sent is not None
        for line in reversed(audit.log(kind=sent.event.__name__, limit=20)):
            yield sent.event(**line.facts), Fact(line.id, line.at, line.actor_id, line.subject, line.scope)


def _attempt(endpoint_id: int, key: str, outcome: Outcome) -> None:
    job = operations.take_message(endpoint_id=endpoint_id, site_key=key)
    if job is not None:
        operations.note(job=job, outcome=outcome)
        operations.release(endpoint_id=endpoint_id)
