"""Delivery of events: signed, at least once, in no promised order; with faults on demand."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Send = Callable[[bytes, dict[str, str]], int]
RETRIES = 5


def signature(body: bytes, secret: str, moment: int) -> str:
    """Stripe's scheme: HMAC-SHA256 over "<moment>.<body>"."""
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"


@dataclass
class Delivery:
    event: dict[str, Any]
    body: bytes
    attempt: int = 0
    not_before: float = 0.0

    @property
    def kind(self) -> str:
        return str(self.event["type"])


@dataclass
class Webhooks:
    """The queue of deliveries, and a thread that empties it.

    `url` (or `send`, a function of body and headers that answers a status) is where they go; without either, events are only listed.
    """

    secret: str
    url: str | None = None
    send: Send | None = None
    clock: Callable[[], float] = time.time
    first_pause: float = 0.05
    lock: threading.RLock = field(default_factory=threading.RLock)
    queue: list[Delivery] = field(default_factory=list)
    failed: list[Delivery] = field(default_factory=list)
    log: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.changed = threading.Condition(self.lock)
        self.copies, self.shuffled, self.dropping = 1, None, 0
        self.holding, self.stopped, self.under_way = False, False, 0
        self.dropped: set[str] = set()
        self.thread: threading.Thread | None = None

    # --- what a test asks for ------------------------------------------------------------------------------------------------------

    def duplicate(self, copies: int) -> None:
        """Every event from now on is delivered `copies` times, the copies all at once."""
        self.copies = copies

    def reorder(self, seed: int) -> None:
        """From now on the next delivery is any of those that wait."""
        self.shuffled = random.Random(seed)

    def drop_first(self, count: int = 1) -> None:
        """The next `count` events get lost on the way the first time; Stripe tries them again."""
        with self.lock:
            self.dropping = count

    def hold(self) -> None:
        """Events wait until `release`."""
        self.holding = True

    @property
    def held(self) -> list[dict[str, Any]]:
        with self.lock:
            return [each.event for each in self.queue]

    def release(self, order: str | int | Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None) -> None:
        """Deliver what was held: as it happened, "reversed", shuffled by a seed, or as a function of the events orders it."""
        with self.changed:
            if order == "reversed":
                self.queue.reverse()
            elif isinstance(order, int):
                random.Random(order).shuffle(self.queue)
            elif callable(order):
                named = {each.event["id"]: each for each in self.queue}
                self.queue = [named[event["id"]] for event in order([each.event for each in self.queue])]
            self.holding = False
            self.changed.notify_all()

    def wait(self, timeout: float = 10.0) -> None:
        """Until nothing is left to deliver (what was refused for good aside). Raises TimeoutError."""
        end = time.monotonic() + timeout
        with self.changed:
            while (self.queue and not self.holding) or self.under_way:
                if not self.changed.wait(max(0.0, min(0.2, end - time.monotonic()))) and time.monotonic() > end:
                    raise TimeoutError(f"not delivered: {[each.kind for each in self.queue]}")

    def deliver(self, event: dict[str, Any], *, stale: int = 0, secret: str | None = None) -> int:
        """Deliver one event now, in this thread; `stale` seconds old, or signed with another secret. Returns the answer's status."""
        return self._send(json.dumps(event).encode(), stale=stale, secret=secret)

    def flush(self) -> None:
        """Deliver all that waits now, in this thread, retries included, until it is accepted or refused too often."""
        self.holding = False
        while True:
            with self.lock:
                delivery = self._next(any_time=True)
            if delivery is None:
                return
            self._attempt(delivery)

    def again(self) -> None:
        """Try once more what was refused too often (Stripe does so for three days)."""
        with self.changed:
            for each in self.failed:
                each.attempt, each.not_before = 0, 0.0
            self.queue += self.failed
            self.failed = []
            self.changed.notify_all()

    def after_fork(self) -> None:
        """In a child process: its lock may have been held by a thread that is not there."""
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)

    # --- the work ------------------------------------------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        return bool(self.url or self.send)

    def take(self, event: dict[str, Any]) -> None:
        """An event has happened (called with the world's lock held)."""
        if self.on:
            with self.changed:
                self.queue.append(Delivery(event, json.dumps(event, indent=2).encode()))
                self.changed.notify_all()

    def start(self) -> None:
        self.thread = threading.Thread(target=self._work, daemon=True, name="webhooks")
        self.thread.start()

    def stop(self) -> None:
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        if self.thread:
            self.thread.join(timeout=5)

    def _next(self, any_time: bool = False) -> Delivery | None:
        if self.holding:
            return None
        ready = [each for each in self.queue if any_time or each.not_before <= time.monotonic()]
        if not ready:
            return None
        chosen = self.shuffled.choice(ready) if self.shuffled else ready[0]
        self.queue.remove(chosen)
        return chosen

    def _work(self) -> None:
        while True:
            with self.changed:
                while not self.stopped and (delivery := self._next()) is None:
                    self.changed.wait(0.02 if self.queue and not self.holding else None)
                if self.stopped:
                    return
                self.under_way += 1
            self._attempt(delivery)
            with self.changed:
                self.under_way -= 1
                self.changed.notify_all()

    def _attempt(self, delivery: Delivery) -> None:
        event = delivery.event
        with self.lock:
            lost = delivery.attempt == 0 and self.dropping > 0
            self.dropping -= lost
        status = 0 if lost else self._copies(delivery)
        with self.changed:
            self.log.append((event["id"], event["type"], status))
            if 200 <= status < 300:
                event["pending_webhooks"] = 0
            else:
                delivery.attempt += 1
                delivery.not_before = time.monotonic() + self.first_pause * 2**delivery.attempt
                (self.queue if delivery.attempt < RETRIES else self.failed).append(delivery)

    def _copies(self, delivery: Delivery) -> int:
        if self.copies == 1:
            return self._send(delivery.body)
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(self._send(delivery.body))) for _ in range(self.copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return max(answers, default=0)  # one refused: all are sent again

    def _send(self, body: bytes, *, stale: int = 0, secret: str | None = None) -> int:
        moment = int(self.clock()) - stale
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, secret or self.secret, moment),
        }
        if self.send:
            return self.send(body, headers)
        parts = urlsplit(self.url or "")
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
