"""The state of the fake: objects, events, keys, the clock and the books, all behind one lock."""

from __future__ import annotations

import copy
import random
import string
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from tests.fakes.stripe.books import BANKS, CARDS, FEES, PLATFORM, Account, Books
from tests.fakes.stripe.errors import Refusal, no_such

LETTERS = string.ascii_letters + string.digits
VERSION = "2026-10-28.endive"
DAY = 86400
CATEGORIES = {
    "charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund", "refund_failure": "refund_failure",
    "transfer": "transfer", "transfer_refund": "transfer_reversal", "payout": "payout", "payout_failure": "payout_reversal", "topup": "topup",
}  # fmt: skip
current_request: ContextVar[tuple[str | None, str | None]] = ContextVar("current_request", default=(None, None))
Movement = dict[str, Any]


class World:
    """Everything that the fake knows. Hold `lock` while touching it."""

    def __init__(self, clock: Callable[[], float] = time.time, seed: int | None = None):
        self.lock = threading.RLock()
        self.clock, self.offset = clock, 0.0
        self.random = random.Random(seed)
        self.books = Books()
        self.objects: dict[str, dict[str, Any]] = {}
        self.owner: dict[str, str] = {}
        self.kinds: dict[str, list[str]] = defaultdict(list)
        self.hidden: dict[str, dict[str, Any]] = {}  # what an object knows and does not show: the card behind a charge, ...
        self.totals: dict[str, int] = defaultdict(int)  # what cards paid, what went back, what it cost: never less
        self.unsettled: list[str] = []  # charges that wait for their balance transaction
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self.settle_days = 2
        self.late_balance = False  # True: a charge's balance transaction comes only with settle_late()
        self.base = ""

    def now(self) -> int:
        return int(self.clock() + self.offset)

    def identity(self, prefix: str, length: int = 24) -> str:
        return prefix + "".join(self.random.choices(LETTERS, k=length))

    def add(self, thing: dict[str, Any], owner: str = PLATFORM, **hidden: Any) -> dict[str, Any]:
        self.objects[thing["id"]] = thing
        self.owner[thing["id"]] = owner
        self.kinds[thing["object"]].append(thing["id"])
        self.hidden[thing["id"]] = hidden
        return thing

    def find(
        self, kind: str, identity: str, *, owner: str = PLATFORM, param: str | None = None, named: str | None = None
    ) -> dict[str, Any]:
        """The object itself, or Stripe's refusal. Another account's objects are not there."""
        thing = self.objects.get(identity)
        if thing is None or thing["object"] != kind or self.owner[identity] != owner:
            raise no_such(named or kind.replace("checkout.session", "checkout.session"), identity, param)
        return thing

    def all(self, kind: str, owner: str | None = PLATFORM) -> list[dict[str, Any]]:
        """Newest first."""
        return [self.objects[each] for each in reversed(self.kinds[kind]) if owner is None or self.owner[each] == owner]

    # --- money ---------------------------------------------------------------------------------------------------------------------

    def move(
        self, kind: str, amount: int, currency: str, *, source: str | None, owner: str = PLATFORM, fee: int = 0, against: Account,
        available_on: int | None = None, description: str | None = None,
    ) -> Movement:  # fmt: skip
        """One balance transaction: `amount` to the owner (negative: from), less the fee; the other side is `against`."""
        now = self.now()
        pending = available_on is not None and available_on > now
        fees = [{"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}]
        movement = {
            "id": self.identity("txn_"), "object": "balance_transaction", "amount": amount, "available_on": available_on if pending else now,
            "balance_type": "payments", "created": now, "currency": currency, "description": description, "exchange_rate": None, "fee": fee,
            "fee_details": fees if fee else [], "net": amount - fee, "reporting_category": CATEGORIES.get(kind, "dispute"), "source": source,
            "status": "pending" if pending else "available", "type": kind,
        }  # fmt: skip
        bucket = "pending" if pending else "available"
        self.books.owners[movement["id"]] = owner
        self.books.movements.append(movement)
        self.add(movement, owner)
        legs: dict[Account, int] = defaultdict(int)
        legs[owner, bucket] += amount - fee
        legs[FEES] += fee
        legs[against] -= amount
        self.books.post(movement["id"], currency, legs)
        self.totals["fee"] += fee
        if kind == "refund":
            self.totals["refund"] -= amount
        return movement

    def pair(
        self, giver: tuple[str, str, str], taker: tuple[str, str, str], amount: int, currency: str, available_on: int | None = None
    ) -> tuple[Movement, Movement]:
        """Money between two accounts inside Stripe: (owner, type, source) gives, (owner, type, source) takes."""
        between: Account = ("world", "between")
        out = self.move(giver[1], -amount, currency, source=giver[2], owner=giver[0], against=between, available_on=available_on)
        back = self.move(taker[1], amount, currency, source=taker[2], owner=taker[0], against=between, available_on=available_on)
        return out, back

    def available(self, currency: str, owner: str = PLATFORM) -> int:
        return self.books.balance(owner, "available", currency)

    def pending(self, currency: str, owner: str = PLATFORM) -> int:
        return self.books.balance(owner, "pending", currency)

    # --- events --------------------------------------------------------------------------------------------------------------------

    def emit(self, kind: str, thing: dict[str, Any], *, before: dict[str, Any] | None = None, account: str | None = None) -> dict[str, Any]:
        """A snapshot of `thing` as it is now; `before` holds the earlier values of what changed."""
        request, key = current_request.get()
        event: dict[str, Any] = {
            "id": self.identity("evt_"), "object": "event", "api_version": VERSION, "created": self.now(), "livemode": False,
            "data": {"object": copy.deepcopy(thing)}, "pending_webhooks": 1 if self.listeners else 0,
            "request": {"id": request, "idempotency_key": key}, "type": kind,
        }  # fmt: skip
        if before is not None:
            event["data"]["previous_attributes"] = before
        if account:
            event["account"] = account
        self.add(event, account or PLATFORM)
        for listener in self.listeners:
            listener(event)
        return event

    def change(self, thing: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Set values; returns what they were before, for `previous_attributes`."""
        before = {name: copy.deepcopy(thing.get(name)) for name, value in values.items() if thing.get(name) != value}
        thing.update(values)
        return before


def too_little(message: str | None = None) -> Refusal:
    return Refusal(
        message
        or "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating "
        "Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance",
        code="balance_insufficient",
        kept=True,
    )


__all__ = ["BANKS", "CARDS", "DAY", "FEES", "PLATFORM", "VERSION", "World", "current_request", "too_little"]
