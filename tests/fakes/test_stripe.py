"""The fake of Stripe is as strict as Stripe: seen through Stripe's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.fakes.stripe import FakeStripe

SOMEWHERE = "http://127.0.0.1:1"


@pytest.fixture
def got() -> list[Any]:
    return []


@pytest.fixture
def fake(got: list[Any]) -> Iterator[FakeStripe]:
    def send(body: bytes, headers: dict[str, str]) -> int:
        got.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_fake"))
        return 200

    with FakeStripe(send=send, seed=1) as fake:
        yield fake


@pytest.fixture
def v1(fake: FakeStripe) -> Any:
    return client(fake)


def client(fake: FakeStripe, secret: str = "") -> Any:
    return stripe.StripeClient(secret or fake.secret, base_addresses={"api": fake.base}, max_network_retries=0).v1


def line(amount: int = 10_000, currency: str = "usd", **more: Any) -> dict[str, Any]:
    return {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "A prize"}}, "quantity": 1} | more


def checkout(v1: Any, amount: int = 10_000, currency: str = "usd", **more: Any) -> Any:
    params = {"mode": "payment", "success_url": f"{SOMEWHERE}/thanks?s={{CHECKOUT_SESSION_ID}}", "line_items": [line(amount, currency)]}
    return v1.checkout.sessions.create(params | more)


def account(v1: Any, fake: FakeStripe, ready: bool = True) -> str:
    made = v1.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    if ready:
        fake.onboard(made.id)
    return str(made.id)


def test_a_paid_session_makes_a_charge_with_a_fee_and_tells_of_it(fake, v1, got):
    session = checkout(v1, payment_intent_data={"transfer_group": "space:5", "metadata": {"funding": "7"}})
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    fake.pay(session.id)
    session = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]})
    charge = session.payment_intent.latest_charge
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (charge.transfer_group, charge.metadata["funding"], charge.amount_captured) == ("space:5", "7", 10_000)
    assert (charge.balance_transaction.net, charge.balance_transaction.status) == (10_000 - 320, "pending")
    assert session.line_items.data[0].description == "A prize"
    fake.webhooks.wait()
    order = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated"]
    assert [event.type for event in got] == order
    assert got[1].data.object.balance_transaction is None and got[4].data.object.balance_transaction == charge.balance_transaction.id


def test_a_transfer_needs_money_that_is_available_and_an_account_that_is_ready(fake, v1):
    session = checkout(v1)
    fake.pay(session.id)
    somebody = account(v1, fake, ready=False)
    send = {"amount": 5_000, "currency": "usd", "destination": somebody}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.transfers.create(send)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    fake.onboard(somebody)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.transfers.create(send)
    assert refused.value.code == "balance_insufficient"
    fake.advance(days=2)
    made = v1.transfers.create(send)
    assert (fake.available(), fake.available(owner=somebody)) == (4_680, 5_000)
    v1.transfers.reversals.create(made.id, {"amount": 2_000})
    assert (fake.available(), fake.available(owner=somebody)) == (6_680, 3_000)
