"""Working off the outbox: each reaction at least once, with a lease, back-off and a dead-letter list; and what is due by the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, select, update

from hub.db import work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, Fact, JournalRow, reaction_named
from hub.db.prepared import Prepared, connection
from hub.kernel import clock

log = logging.getLogger("hub.delivery")

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
MAX_AWAY = 80
"""Attempts when somebody else's server is away: some three days."""
TOGETHER = 20
"""So many deliveries that were not tried yet are leased in one unit of work."""
AT_ONCE = 2
"""So many things that take long run beside a worker's rounds."""
PATIENCE = timedelta(seconds=10)
"""No round begins another reaction after so long: what is due by the clock has its turn."""


class Away(Exception):
    """Raised by a reaction whose counterpart outside does not answer: it is tried for days, since nothing is wrong with it."""


@dataclass(frozen=True)
class Periodic:
    """What the clock calls for. What takes long goes `beside` the worker's rounds."""

    seconds: float
    call: Callable[[], None]
    beside: bool


_periodic: list[Periodic] = []


def every(seconds: float, *, beside: bool = False) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have the function called about every `seconds` by the worker, in a unit of work of its own. It must bear being repeated.

    `beside` is for what may take minutes: it runs in a thread beside the rounds, so that neither mail nor clocks wait for it. Of several
    workers each may be at it, as with all that is periodic, and one that ends is not waited for: what must not be done twice is claimed in
    the database first, with a lease.
    """

    def register(call: Callable[[], None]) -> Callable[[], None]:
        if call not in [known.call for known in _periodic]:
            _periodic.append(Periodic(seconds, call, beside))
        return call

    return register


def back_off(attempts: int) -> timedelta:
    """Wait after the n-th failed attempt: 2, 4, 8 ... seconds, at most an hour."""
    return timedelta(seconds=min(2**attempts, 3600))


def deliver_due(limit: int = 100) -> int:
    """Work off up to `limit` due reactions for PATIENCE; those that never failed first, in order. Returns how many were tried."""
    due = db.session.execute(
        select(Delivery.id, Delivery.attempts)
        .where(Delivery.state == DeliveryState.DUE, Delivery.next_at <= clock.now())
        .order_by(Delivery.attempts, Delivery.id)
        .limit(limit)
    ).all()
    work.rollback()
    begun, tried = clock.now(), 0
    for batch in _batches((number, attempts) for number, attempts in due):
        if tried and clock.now() - begun >= PATIENCE:
            break
        tried += _deliver(batch, begun)
    return tried


def _batches(due: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """What is leased together, in order. What was tried before goes alone: if it takes its worker down, it takes no others along again."""
    batch: list[int] = []
    for number, attempts in due:
        if batch and (attempts or len(batch) == TOGETHER):
            yield batch
            batch = []
        if attempts:
            yield [number]
        else:
            batch.append(number)
    if batch:
        yield batch


def moments_due() -> list[datetime]:
    """On each day the last moment at which something is due, in order: for stories told afterwards."""
    due = db.session.scalars(select(Delivery.next_at).where(Delivery.state == DeliveryState.DUE).order_by(Delivery.next_at)).all()
    work.rollback()
    return list({moment.date(): moment for moment in due}.values())


def deliver_all(rounds: int = 50) -> None:
    """Deliver until nothing is due: for tests, demo content and commands that want the effects at once."""
    for _ in range(rounds):
        if not deliver_due(1000):
            return


@dataclass(frozen=True)
class Leased:
    """One reaction to run, with the fact as it stands in the journal. It is this worker's alone before `until`."""

    number: int
    reaction: str
    kind: str
    facts: dict[str, Any]
    fact: Fact
    until: datetime


def _deliver(numbers: Sequence[int], begun: datetime) -> int:
    """Lease them together and run each in a unit of work of its own. What is not begun within PATIENCE goes back, so that no other worker
    waits for it and no lease runs out before its reaction begins. Returns how many were tried."""
    waiting, tried = deque(_lease(numbers)), 0
    try:
        while waiting and (not tried or clock.now() - begun < PATIENCE):
            tried += 1
            _try(waiting.popleft())
    finally:
        if waiting:
            _give_back(waiting)
    return tried


def _lease(numbers: Sequence[int]) -> list[Leased]:
    """Those of the due rows that no other worker took first, in order: taken for LEASE."""
    row, journal = Delivery, JournalRow
    columns = journal.kind, journal.facts, journal.id, journal.at, journal.actor_id, journal.subject, journal.scope
    free = select(row.id, row.reaction, *columns).join(journal, journal.id == row.journal_id).order_by(row.id)
    still_due = row.id.in_(numbers), row.state == DeliveryState.DUE, row.next_at <= clock.now()
    with work.unit():
        until = clock.now() + LEASE
        found = db.session.execute(free.where(*still_due).with_for_update(of=row, skip_locked=True)).all()
        if found:
            taken = update(row).where(row.id.in_([one[0] for one in found])).values(next_at=until, attempts=row.attempts + 1)
            db.session.execute(taken, execution_options={"synchronize_session": False})
    return [Leased(one[0], one[1], one[2], one[3], Fact(*one[4:]), until) for one in found]


def _give_back(left: Iterable[Leased]) -> None:
    """They are due again as if nobody had taken them."""
    row, until = Delivery, {one.number: one.until for one in left}
    mine = row.id.in_(until), row.state == DeliveryState.DUE, row.next_at == next(iter(until.values()))
    with work.unit():
        back = update(row).where(*mine).values(next_at=clock.now(), attempts=row.attempts - 1)
        db.session.execute(back, execution_options={"synchronize_session": False})


def _try(job: Leased) -> None:
    try:
        with work.unit():
            _react(job)
    except Away as error:
        log.warning("reaction %s waits: %s", job.number, error)
        _note_failure(job.number, error, MAX_AWAY)
    except Exception as error:  # whatever a reaction raises, the delivery must be written down and tried again
        log.exception("reaction %s failed", job.number)
        _note_failure(job.number, error, MAX_ATTEMPTS)


def _react(job: Leased) -> None:
    known = reaction_named(job.kind, job.reaction)
    if known is None:
        raise LookupError(f"no reaction {job.reaction} to {job.kind}")
    event_class, reaction = known
    facts = {one.name: job.facts[one.name] for one in fields(event_class) if one.name in job.facts}  # a fact of before may say more
    reaction(event_class(**facts), job.fact)
    _DONE(connection(), {"number": job.number})


_ROWS = Delivery.__table__
_DONE = Prepared(update(_ROWS).where(_ROWS.c.id == bindparam("number")).values(state=DeliveryState.DONE, error=""))


def _note_failure(delivery_id: int, error: Exception, most: int) -> None:
    with work.unit():
        delivery = db.session.get_one(Delivery, delivery_id)
        dead = delivery.attempts >= most
        delivery.state = DeliveryState.DEAD if dead else DeliveryState.DUE
        delivery.next_at = clock.now() + back_off(delivery.attempts)
        delivery.error = f"{type(error).__name__}: {error}"[:500]


def revive(delivery_id: int) -> None:
    """Put a dead delivery back in the queue."""
    delivery = db.session.get_one(Delivery, delivery_id)
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.DUE, 0, clock.now()


def run_periodic() -> None:
    """Everything that is due by the clock, once: for tests and commands."""
    for one in _periodic:
        with work.unit():
            one.call()


class Worker:
    """The loop of `hub worker`, or a thread of `hub serve`; beside it at most AT_ONCE threads with what takes long."""

    def __init__(self, app: Flask, pause: float = 0.5) -> None:
        self._app, self._pause = app, pause
        self._stop = threading.Event()
        self._next_run: dict[Callable[[], None], float] = {}
        self._beside: dict[Callable[[], None], threading.Thread] = {}

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
        for one in _periodic:
            if time.monotonic() < self._next_run.get(one.call, 0):
                continue
            if one.beside and not self._has_room(one.call):
                continue  # asked again in the next round
            self._next_run[one.call] = time.monotonic() + one.seconds
            if one.beside:
                self._begin_beside(one.call)
            else:
                with work.unit():
                    one.call()

    def _has_room(self, call: Callable[[], None]) -> bool:
        self._beside = {known: thread for known, thread in self._beside.items() if thread.is_alive()}
        return call not in self._beside and len(self._beside) < AT_ONCE

    def _begin_beside(self, call: Callable[[], None]) -> None:
        """In a thread that the process does not wait for when it ends: what is left undone is begun anew after the next start."""
        thread = threading.Thread(target=self._run_beside, args=(call,), name=f"hub-worker-{call.__name__}", daemon=True)
        self._beside[call] = thread
        thread.start()

    def _run_beside(self, call: Callable[[], None]) -> None:
        """With an application context, and so a session and a connection, of its own."""
        try:
            with self._app.app_context(), work.unit():
                call()
        except Exception:  # it is called again when its time comes
            log.exception("%s failed", call.__qualname__)
