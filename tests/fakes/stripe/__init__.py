"""A strict, stateful fake of Stripe on loopback: see README.md beside this file.

with FakeStripe(webhook_url="http://127.0.0.1:8000/webhooks/stripe") as fake:
    client = stripe.StripeClient(fake.secret, base_addresses={"api": fake.base})
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.fakes.stripe import checkout, connect, disputes, payments
from tests.fakes.stripe.books import CARDS
from tests.fakes.stripe.faults import Faults, Gate
from tests.fakes.stripe.server import Desk, Seen, after, run
from tests.fakes.stripe.webhooks import Send, Webhooks
from tests.fakes.stripe.world import BANKS, DAY, PLATFORM, World

Thing = dict[str, Any]


class FakeStripe:
    """Stripe, as far as a platform with connected accounts needs it.

    clock: seconds since 1970, for the fake's own time (time.time unless told); `advance` moves it on.
    signs_at: the clock of the webhooks' signatures, which a receiver compares with its own (time.time unless told).
    send: a function (body, headers) -> status that takes webhooks in place of an address.
    seed: makes identities repeatable.
    """

    def __init__(
        self,
        webhook_url: str | None = None,
        *,
        port: int = 0,
        secret: str = "sk_test_fake",
        webhook_secret: str = "whsec_fake",
        clock: Callable[[], float] = time.time,
        signs_at: Callable[[], float] = time.time,
        send: Send | None = None,
        seed: int | None = None,
    ):
        self.secret, self.webhook_secret, self.port = secret, webhook_secret, port
        self.world = World(clock, seed)
        self.faults = Faults()
        self.desk = Desk(self.world, secret, self.faults)
        self.webhooks = Webhooks(webhook_secret, webhook_url, send, signs_at)
        self.world.listeners.append(self.webhooks.take)
        self.base = ""

    def start(self) -> Self:
        self.server, self.thread = run(self.desk, self.port)
        self.port = self.server.server_address[1]
        self.base = self.world.base = f"http://127.0.0.1:{self.port}"
        self.webhooks.start()
        return self

    def stop(self) -> None:
        self.server.closing.set()
        self.webhooks.stop()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if kind is None:
            self.check()

    # --- faults --------------------------------------------------------------------------------------------------------------------

    def fail_next(self, path: str, how: str, *, times: int = 1, method: str | None = "POST", patience: float = 0.1) -> None:
        """The next `times` requests to `path` (a pattern: /v1/transfers, /v1/*) go wrong: how is one of faults.HOWS.

        A timeout keeps silent for `patience` seconds, then closes the connection.
        """
        self.faults.add(path, how, times=times, method=method, patience=patience)

    def gate(self, path: str, when: str = "after", method: str | None = "POST") -> Gate:
        """Stop requests to `path` before or after their effect: `gate.arrived.wait()`, then `gate.open()`."""
        gate = Gate(path, when, method)
        self.faults.gates.append(gate)
        return gate

    def hook(self, path: str, call: Callable[[], None], when: str = "after", method: str | None = "POST") -> None:
        """Call something at that moment of a request: kill the program that asked, say."""
        self.faults.hooks.append((path, when, method, call))

    def heal(self) -> None:
        """No more faults, gates or hooks."""
        self.faults.waiting.clear()
        self.faults.hooks.clear()
        for gate in self.faults.gates:
            gate.open()
        self.faults.gates.clear()

    # --- time ----------------------------------------------------------------------------------------------------------------------

    def advance(self, *, hours: float = 0, days: float = 0, minutes: float = 0) -> None:
        """Time passes: money ripens, sessions expire, refunds come through or fail, refused webhooks are tried again."""
        with self.world.lock:
            self.world.offset += days * DAY + hours * 3600 + minutes * 60
            self.tick()
        self.webhooks.again()

    def tick(self) -> None:
        """What is due by now happens."""
        with self.world.lock:
            self.world.books.ripen(self.world.now())
            checkout.expire_due(self.world)
            payments.retry_refunds(self.world)
            for made in self.world.all("refund"):
                if self.world.hidden[made["id"]].pop("fails", False) and made["balance_transaction"]:
                    payments.fail_refund(self.world, made)

    def settle(self) -> None:
        """All that is pending becomes available now."""
        with self.world.lock:
            for movement in self.world.all("balance_transaction", None):
                if movement["status"] == "pending":
                    movement["available_on"] = self.world.now()
            self.tick()

    # --- what people and banks do --------------------------------------------------------------------------------------------------

    def get(self, identity: str) -> Thing:
        """The object itself, as it is now (do not change it)."""
        return self.world.objects[identity]

    def all(self, kind: str, owner: str | None = None) -> list[Thing]:
        """All objects of a kind ("charge", "transfer", ...), newest first; of every account unless one is named."""
        with self.world.lock:
            return list(self.world.all(kind, owner))

    def pay(self, session: str, *, card: str = "4242424242424242", delayed: bool = False) -> Thing:
        """Somebody pays on the hosted page. Raises errors.Refusal when the card is declined."""
        with self.world.lock:
            paid = checkout.pay(self.world, self.get(session), card=card, delayed=delayed)
            after(self.world)
            return paid

    def finish_delayed(self, session: str, *, paid: bool = True) -> Thing:
        """The bank's answer to a delayed payment."""
        with self.world.lock:
            done = checkout.finish_delayed(self.world, self.get(session), paid=paid)
            after(self.world)
            return done

    def release_balances(self) -> None:
        """With `late_balances`, charges have no balance transaction until this is called."""
        with self.world.lock:
            payments.settle_late(self.world)

    @property
    def late_balances(self) -> bool:
        return self.world.late_balance

    @late_balances.setter
    def late_balances(self, late: bool) -> None:
        self.world.late_balance = late

    def dispute(self, charge: str, *, amount: int | None = None, reason: str = "fraudulent") -> Thing:
        with self.world.lock:
            return disputes.raise_dispute(self.world, self.get(charge), amount=amount, reason=reason)

    def close_dispute(self, dispute: str, *, won: bool) -> Thing:
        with self.world.lock:
            return disputes.close(self.world, self.get(dispute), won=won)

    def fail_refund(self, refund: str, reason: str = "lost_or_stolen_card") -> Thing:
        with self.world.lock:
            return payments.fail_refund(self.world, self.get(refund), reason)

    def onboard(self, account: str, *, payouts: bool = True) -> Thing:
        """The account's owner fills in the hosted form."""
        with self.world.lock:
            return connect.onboard(self.world, self.get(account), payouts=payouts)

    def reverse(self, transfer: str, amount: int) -> Thing:
        """Somebody takes (a part of) a transfer back in the dashboard."""
        with self.world.lock:
            return connect.reverse(self.world, self.get(transfer), {"amount": amount})

    def restrict(self, account: str) -> Thing:
        with self.world.lock:
            return connect.restrict(self.world, self.get(account))

    def deauthorize(self, account: str) -> None:
        """The account's owner leaves the platform: it may no longer be seen or paid."""
        with self.world.lock:
            self.world.hidden[account]["gone"] = True
            self.world.emit("account.application.deauthorized", {"id": "ca_fake", "object": "application", "name": "Fake"}, account=account)

    def payout(self, owner: str = PLATFORM, currency: str = "usd", *, amount: int | None = None) -> Thing:
        """Stripe's automatic payout of all that is available (of `amount`) to the owner's bank: in transit until `finish_payout`."""
        with self.world.lock:
            amount = self.world.available(currency, owner) if amount is None else amount
            return connect.create_payout(self.world, owner, {"amount": amount, "currency": currency}, automatic=True)

    def finish_payout(self, payout: str, *, failure: str | None = None) -> Thing:
        with self.world.lock:
            return connect.finish_payout(self.world, self.get(payout), failure=failure)

    def top_up(self, amount: int, currency: str = "usd") -> None:
        """Money from the platform's own bank, available at once."""
        with self.world.lock:
            self.world.move("topup", amount, currency, source=self.world.identity("tu_"), against=BANKS, description="Top-up")
            payments.retry_refunds(self.world)

    # --- what can be asked ---------------------------------------------------------------------------------------------------------

    def available(self, currency: str = "usd", owner: str = PLATFORM) -> int:
        with self.world.lock:
            return self.world.available(currency, owner)

    def pending(self, currency: str = "usd", owner: str = PLATFORM) -> int:
        with self.world.lock:
            return self.world.pending(currency, owner)

    @property
    def events(self) -> list[Thing]:
        """All events, oldest first."""
        return self.all("event")[::-1]

    @property
    def requests(self) -> list[Seen]:
        return list(self.desk.log)

    def check(self) -> None:
        """The fake's own books are in order, and agree with its objects."""
        with self.world.lock:
            self.world.books.check()
            taken: dict[str, int] = {}
            for movement in self.all("balance_transaction"):
                if movement["type"] in ("charge", "refund", "refund_failure", "adjustment"):
                    taken[movement["currency"]] = taken.get(movement["currency"], 0) - movement["amount"]
            for currency, amount in taken.items():
                assert self.world.books.sums[CARDS, currency] == amount, f"{currency}: the cards gave {-amount}"


__all__ = ["FakeStripe"]
