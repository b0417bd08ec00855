"""Working off the outbox: each reaction at least once, with a lease, back-off and a dead-letter list; and what is due by the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from flask import Flask
from sqlalchemy import CursorResult, select, update

from hub.db import work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, Fact, JournalRow, reaction_named
from hub.kernel import clock

log = logging.getLogger("hub.delivery")

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8

_periodic: list[tuple[float, Callable[[], None]]] = []


def every(seconds: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have the function called about every `seconds` by the worker, in a unit of work of its own. It must bear being repeated."""

    def register(call: Callable[[], None]) -> Callable[[], None]:
        if call not in [known for _, known in _periodic]:
            _periodic.append((seconds, call))
        return call

    return register


def back_off(attempts: int) -> timedelta:
    """Wait after the n-th failed attempt: 2, 4, 8 ... seconds, at most an hour."""
    return timedelta(seconds=min(2**attempts, 3600))


def deliver_due(limit: int = 100) -> int:
    """Work off up to `limit` due reactions. Returns how many were tried."""
    due = db.session.scalars(
        select(Delivery.id).where(Delivery.state == DeliveryState.DUE, Delivery.next_at <= clock.now()).order_by(Delivery.id).limit(limit)
    ).all()
    work.rollback()
    return sum(_deliver(delivery_id) for delivery_id in due)


def deliver_all(rounds: int = 50) -> None:
    """Deliver until nothing is due: for tests, demo content and commands that want the effects at once."""
    for _ in range(rounds):
        if not deliver_due(1000):
            return


def _deliver(delivery_id: int) -> bool:
    if not _lease(delivery_id):
        return False
    try:
        with work.unit():
            _react(delivery_id)
    except Exception as error:  # whatever a reaction raises, the delivery must be written down and tried again
        log.exception("reaction %s failed", delivery_id)
        _note_failure(delivery_id, error)
    return True


def _lease(delivery_id: int) -> bool:
    """Take the row for LEASE; False if another worker was first."""
    with work.unit():
        taken = db.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.DUE, Delivery.next_at <= clock.now())
            .values(next_at=clock.now() + LEASE, attempts=Delivery.attempts + 1)
        )
    return cast(CursorResult[Any], taken).rowcount == 1


def _react(delivery_id: int) -> None:
    delivery = db.session.get_one(Delivery, delivery_id)
    row = db.session.get_one(JournalRow, delivery.journal_id)
    known = reaction_named(row.kind, delivery.reaction)
    if known is None:
        raise LookupError(f"no reaction {delivery.reaction} to {row.kind}")
    event_class, reaction = known
    reaction(event_class(**row.facts), Fact(row.id, row.at, row.actor_id, row.subject, row.scope))
    delivery.state, delivery.error = DeliveryState.DONE, ""


def _note_failure(delivery_id: int, error: Exception) -> None:
    with work.unit():
        delivery = db.session.get_one(Delivery, delivery_id)
        dead = delivery.attempts >= MAX_ATTEMPTS
        delivery.state = DeliveryState.DEAD if dead else DeliveryState.DUE
        delivery.next_at = clock.now() + back_off(delivery.attempts)
        delivery.error = f"{type(error).__name__}: {error}"[:500]


def revive(delivery_id: int) -> None:
    """Put a dead delivery back in the queue."""
    delivery = db.session.get_one(Delivery, delivery_id)
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.DUE, 0, clock.now()


def run_periodic() -> None:
    """Everything that is due by the clock, once: for tests and commands."""
    for _, call in _periodic:
        with work.unit():
            call()


class Worker:
    """The loop of `hub worker`, or a thread of `hub serve`."""

    def __init__(self, app: Flask, pause: float = 0.5) -> None:
        self._app, self._pause = app, pause
        self._stop = threading.Event()
        self._next_run: dict[Callable[[], None], float] = {}

    def start_thread(self) -> threading.Thread:
        thread = threading.Thread(target=self.run, name="hub-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        while not self._stop.is_set():
            tried = self._round()
            if not tried:
                self._stop.wait(self._pause)

    def _round(self) -> int:
        try:
            with self._app.app_context():
                self._periodic()
                return deliver_due()
        except Exception:  # the database may be away for a moment; the loop must outlive it
            log.exception("worker round failed")
            return 0

    def _periodic(self) -> None:
        for seconds, call in _periodic:
            if time.monotonic() >= self._next_run.get(call, 0):
                self._next_run[call] = time.monotonic() + seconds
                with work.unit():
                    call()
