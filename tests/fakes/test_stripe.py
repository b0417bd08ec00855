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


def refused(act: Any) -> Any:
    with pytest.raises(stripe.StripeError) as caught:
        act()
    return caught.value


def funded(fake: FakeStripe, v1: Any, amount: int = 10_000, currency: str = "usd") -> str:
    """A charge whose money is available; returns its id."""
    session = checkout(v1, amount, currency)
    fake.pay(session.id)
    fake.settle()
    return str(fake.get(fake.get(session.id)["payment_intent"])["latest_charge"])


BAD = {
    "unknown": ({"colour": "red"}, "parameter_unknown", "colour"),
    "unknown inside": ({"payment_intent_data": {"colour": "red"}}, "parameter_unknown", "payment_intent_data[colour]"),
    "renamed": ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
    "empty": ({"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
    "no address": ({"success_url": "thanks"}, "url_invalid", "success_url"),
    "no amount": ({"line_items": [line("ten")]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
    "a fraction": ({"line_items": [line(10.5)]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
    "negative": ({"line_items": [line(-5)]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
    "too little": ({"line_items": [line(49)]}, "amount_too_small", "line_items[0][price_data][unit_amount]"),
    "too much": ({"line_items": [line(100_000_000)]}, "amount_too_large", "line_items[0][price_data][unit_amount]"),
    "no currency": ({"line_items": [line(currency="xxx")]}, None, "line_items[0][price_data][currency]"),
    "two currencies": ({"line_items": [line(), line(currency="eur")]}, None, "line_items"),
    "a fourth of a fils": ({"line_items": [line(1_005, "kwd")]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
    "too late": ({"expires_at": 2_000_000_000}, None, "expires_at"),
    "another mode": ({"mode": "lottery"}, None, "mode"),
    "a long key": ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
    "a long value": ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_parameter_is_refused_and_makes_nothing(fake, v1, case):
    change, code, param = BAD[case]
    error = refused(lambda: checkout(v1, **change))
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert not fake.all("checkout.session") and not fake.events


@pytest.mark.parametrize("name", ["mode", "success_url", "line_items"])
def test_a_missing_parameter_is_named(fake, v1, name):
    params = {"mode": "payment", "success_url": SOMEWHERE, "line_items": [line()]}
    del params[name]
    error = refused(lambda: v1.checkout.sessions.create(params))
    assert (error.code, error.param) == ("parameter_missing", name)


def test_what_stripe_does_and_the_fake_does_not_is_no_silent_yes(v1):
    error = refused(lambda: checkout(v1, customer="cus_1"))
    assert error.http_status == 501 and "does not do" in str(error)


def test_yen_have_no_cents_and_dinars_end_in_nought(fake, v1):
    for amount, currency, fee in ((50, "jpy", 1), (10_000, "kwd", 590), (10_000, "eur", 320)):
        charge = fake.get(funded(fake, v1, amount, currency))
        movement = fake.get(charge["balance_transaction"])
        assert (movement["amount"], movement["fee"], fake.available(currency)) == (amount, fee, amount - fee)


def test_the_key_decides_who_asks(fake, v1):
    assert isinstance(refused(client(fake, "sk_test_other").balance.retrieve), stripe.AuthenticationError)
    error = refused(lambda: v1.balance.retrieve(options={"stripe_account": "acct_nobody"}))
    assert isinstance(error, stripe.PermissionError) and error.error.code == "account_invalid"


@pytest.mark.parametrize(
    "service", ["charges", "payment_intents", "refunds", "transfers", "disputes", "events", "payouts", "balance_transactions"]
)
def test_what_is_not_there_is_missing(v1, service):
    error = refused(lambda: getattr(v1, service).retrieve("xx_nothing"))
    assert (error.http_status, error.code) == (404, "resource_missing")


def test_another_accounts_things_are_not_there(fake, v1):
    charge = funded(fake, v1)
    somebody = account(v1, fake)
    sent = v1.transfers.create({"amount": 500, "currency": "usd", "destination": somebody})
    assert refused(lambda: v1.charges.retrieve(charge, options={"stripe_account": somebody})).code == "resource_missing"
    assert refused(lambda: v1.charges.retrieve(sent.destination_payment)).code == "resource_missing"
    assert v1.charges.retrieve(sent.destination_payment, options={"stripe_account": somebody}).amount == 500


# --- idempotency -----------------------------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_first_answer_again(fake, v1):
    first = checkout_with(v1, "one")
    assert checkout_with(v1, "one").id == first.id
    assert len(fake.all("checkout.session")) == 1
    assert [seen.replayed for seen in fake.requests] == [False, True]
    error = refused(lambda: checkout_with(v1, "one", amount=20_000))
    assert isinstance(error, stripe.IdempotencyError) and error.http_status == 400
    error = refused(lambda: v1.refunds.create({"charge": "ch_1"}, options={"idempotency_key": "one"}))
    assert isinstance(error, stripe.IdempotencyError)


def checkout_with(v1: Any, key: str, amount: int = 10_000) -> Any:
    params = {"mode": "payment", "success_url": SOMEWHERE, "line_items": [line(amount)]}
    return v1.checkout.sessions.create(params, options={"idempotency_key": key})


def test_a_key_is_forgotten_after_a_day(fake, v1):
    first = checkout_with(v1, "one")
    fake.advance(hours=23)
    assert checkout_with(v1, "one").id == first.id
    fake.advance(hours=1)
    assert checkout_with(v1, "one").id != first.id


def test_a_key_keeps_a_500_and_an_empty_purse_but_no_bad_parameter(fake, v1):
    somebody = account(v1, fake)
    send = lambda amount=500: v1.transfers.create(  # noqa: E731
        {"amount": amount, "currency": "usd", "destination": somebody}, options={"idempotency_key": "k"}
    )
    assert refused(lambda: send(amount=0)).code == "parameter_invalid_integer"
    assert refused(send).code == "balance_insufficient"
    fake.top_up(1_000)
    assert refused(send).code == "balance_insufficient"
    fake.fail_next("/v1/refunds", "error_500")
    charge = funded(fake, v1)
    give = lambda: v1.refunds.create({"charge": charge, "amount": 100}, options={"idempotency_key": "r"})  # noqa: E731
    assert refused(give).http_status == 500
    assert fake.get(charge)["amount_refunded"] == 100, "the effect happened"
    assert refused(give).http_status == 500
    assert fake.get(charge)["amount_refunded"] == 100


def test_a_key_at_work_answers_409(fake, v1):
    import threading

    gate = fake.gate("/v1/checkout/sessions", "before")
    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.append(checkout_with(v1, "one")))
    thread.start()
    assert gate.arrived.wait(5)
    error = refused(lambda: checkout_with(client(fake), "one"))
    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
    fake.heal()
    thread.join()
    assert len(fake.all("checkout.session")) == 1 and got[0].id == fake.all("checkout.session")[0]["id"]


# --- faults ----------------------------------------------------------------------------------------------------------------------------

DONE, NOT_DONE = 1, 0
FAULTS = {
    "timeout_after_send": (stripe.APIConnectionError, DONE, 200),
    "timeout_before": (stripe.APIConnectionError, NOT_DONE, 200),
    "reset": (stripe.APIConnectionError, NOT_DONE, 200),
    "reset_after_send": (stripe.APIConnectionError, DONE, 200),
    "error_500": (stripe.APIError, DONE, 500),
    "error_500_without_effect": (stripe.APIError, NOT_DONE, 500),
    "error_503": (stripe.APIError, NOT_DONE, 200),
    "rate_limit_429": (stripe.RateLimitError, NOT_DONE, 200),
}


@pytest.mark.parametrize("how", FAULTS)
def test_a_fault_has_its_effect_or_none_and_a_second_try_finds_it(fake, v1, how):
    kind, done, then = FAULTS[how]
    fake.fail_next("/v1/checkout/*", how)
    assert isinstance(refused(lambda: checkout_with(v1, "one")), kind)
    assert len(fake.all("checkout.session")) == done
    if then == 200:
        made = checkout_with(v1, "one")
        assert [made.id] == [each["id"] for each in fake.all("checkout.session")]
    else:
        assert refused(lambda: checkout_with(v1, "one")).http_status == then
        assert len(fake.all("checkout.session")) == done


# --- cards and refunds -----------------------------------------------------------------------------------------------------------------


def test_a_declined_card_leaves_a_failed_charge_and_an_open_session(fake, v1, got):
    from tests.fakes.stripe.errors import Refusal

    session = checkout(v1)
    with pytest.raises(Refusal, match="insufficient funds"):
        fake.pay(session.id, card="4000 0000 0000 9995")
    session = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_intent.status) == ("open", "requires_payment_method")
    assert session.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    fake.pay(session.id)
    assert v1.payment_intents.retrieve(session.payment_intent.id).status == "succeeded"
    fake.webhooks.wait()
    assert [event.type for event in got][:3] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_a_session_is_paid_once_and_runs_out(fake, v1, got):
    from tests.fakes.stripe.errors import Refusal

    first, second = checkout(v1), checkout(v1)
    fake.pay(first.id)
    with pytest.raises(Refusal):
        fake.pay(first.id)
    assert refused(lambda: v1.checkout.sessions.expire(first.id)).http_status == 400
    fake.advance(hours=24)
    assert v1.checkout.sessions.retrieve(second.id).status == "expired"
    with pytest.raises(Refusal):
        fake.pay(second.id)
    fake.webhooks.wait()
    assert got[-1].type == "checkout.session.expired" and got[-1].data.object.id == second.id


def test_a_bank_debit_comes_days_later_or_not_at_all(fake, v1, got):
    first, second = checkout(v1), checkout(v1)
    fake.pay(first.id, delayed=True)
    fake.pay(second.id, delayed=True)
    assert fake.pending() == 0
    fake.webhooks.wait()
    told = [event.data.object for event in got if event.type == "checkout.session.completed"]
    assert [(each.status, each.payment_status) for each in told] == [("complete", "unpaid")] * 2
    fake.finish_delayed(first.id)
    fake.finish_delayed(second.id, paid=False)
    assert v1.checkout.sessions.retrieve(first.id).payment_status == "paid"
    assert v1.checkout.sessions.retrieve(second.id).payment_status == "unpaid"
    assert fake.pending() == 10_000 - 320
    with pytest.raises(Exception, match="cards alone"):
        fake.pay(checkout(v1, allowed_payment_method_types=["card"]).id, delayed=True)


def test_no_more_is_refunded_than_was_paid(fake, v1):
    charge = funded(fake, v1)
    fake.top_up(1_000)
    assert v1.refunds.create({"charge": charge, "amount": 4_000}).status == "succeeded"
    assert "greater than unrefunded amount" in str(refused(lambda: v1.refunds.create({"charge": charge, "amount": 6_001})))
    v1.refunds.create({"payment_intent": fake.get(charge)["payment_intent"]})
    assert v1.charges.retrieve(charge).refunded
    assert refused(lambda: v1.refunds.create({"charge": charge})).code == "charge_already_refunded"
    assert fake.available() == 1_000 - 320, "the fee is not given back"


def test_a_refund_waits_for_money(fake, v1, got):
    charge = funded(fake, v1)
    made = v1.refunds.create({"charge": charge})
    assert (made.status, made.pending_reason, made.balance_transaction) == ("pending", "insufficient_funds", None)
    assert fake.available() == 9_680
    fake.top_up(320)
    assert v1.refunds.retrieve(made.id).status == "succeeded" and fake.available() == 0
    fake.webhooks.wait()
    assert got[-2].type == "refund.updated" and got[-2].data.previous_attributes["status"] == "pending"


def test_a_failed_refund_gives_the_money_back(fake, v1, got):
    session = checkout(v1)
    fake.pay(session.id, card="4000000000005126")
    charge = fake.all("charge")[0]["id"]
    fake.settle()
    made = v1.refunds.create({"charge": charge, "amount": 1_000})
    assert made.status == "succeeded"
    fake.advance(hours=1)
    made = v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (made.status, made.failure_balance_transaction.net, fake.available()) == ("failed", 1_000, 9_680)
    assert v1.charges.retrieve(charge).amount_refunded == 0
    fake.webhooks.wait()
    assert "refund.failed" in [event.type for event in got]


def test_a_disputed_charge_takes_the_money_and_a_fee_until_it_is_won(fake, v1, got):
    charge = funded(fake, v1)
    dispute = fake.dispute(charge)
    assert fake.available() == 9_680 - 10_000 - 1_500, "a dispute may push the balance below nought"
    assert refused(lambda: v1.refunds.create({"charge": charge})).code == "charge_disputed"
    fake.close_dispute(dispute["id"], won=True)
    assert (fake.available(), v1.disputes.retrieve(dispute["id"]).status) == (9_680 - 1_500, "won")
    fake.webhooks.wait()
    kinds = [event.type for event in got if event.type.startswith("charge.dispute")]
    assert kinds == [f"charge.dispute.{each}" for each in ("created", "funds_withdrawn", "funds_reinstated", "closed")]
    lost = fake.dispute(funded(fake, v1))
    fake.close_dispute(lost["id"], won=False)
    assert fake.available() == 9_680 * 2 - 1_500 * 2 - 10_000


# --- connected accounts ----------------------------------------------------------------------------------------------------------------


def test_an_onboarding_link_opens_once_and_not_for_long(fake, v1, got):
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def http_error_303(self, request, answer, code, message, headers):
            return answer

    browser = urllib.request.build_opener(Stay)
    somebody = account(v1, fake, ready=False)
    params = {"account": somebody, "type": "account_onboarding", "refresh_url": f"{SOMEWHERE}/again", "return_url": f"{SOMEWHERE}/back"}
    link = v1.account_links.create(params)
    assert b"Agree and submit" in browser.open(link.url).read()
    assert browser.open(link.url).headers["Location"] == f"{SOMEWHERE}/again"
    late = v1.account_links.create(params)
    fake.advance(minutes=6)
    assert browser.open(late.url).headers["Location"] == f"{SOMEWHERE}/again"
    assert not v1.accounts.retrieve(somebody).payouts_enabled
    assert browser.open(link.url, data=b"act=done").headers["Location"] == f"{SOMEWHERE}/back"
    found = v1.accounts.retrieve(somebody)
    assert found.payouts_enabled and found.capabilities.transfers == "active" and not found.requirements.currently_due
    fake.webhooks.wait()
    assert (got[-1].type, got[-1].account) == ("account.updated", somebody)


def test_a_transfer_from_a_charge_goes_before_its_money_is_available_but_never_beyond_it(fake, v1):
    session = checkout(v1, payment_intent_data={"transfer_group": "g"})
    fake.pay(session.id)
    charge = fake.all("charge")[0]["id"]
    somebody = account(v1, fake)
    send = lambda amount, **more: v1.transfers.create(  # noqa: E731
        {"amount": amount, "currency": "usd", "destination": somebody, "source_transaction": charge} | more
    )
    assert send(6_000).transfer_group == "g"
    assert (fake.pending(), fake.available(), fake.pending(owner=somebody)) == (3_680, 0, 6_000)
    assert "must not exceed the source amount" in str(refused(lambda: send(4_001)))
    assert refused(lambda: send(100, currency="eur")).param == "currency"
    fake.advance(days=2)
    assert (fake.available(), fake.available(owner=somebody)) == (3_680, 6_000)
    assert [each.amount for each in v1.transfers.list({"transfer_group": "g"}).data] == [6_000]


def test_what_was_paid_out_cannot_be_reversed(fake, v1, got):
    funded(fake, v1)
    somebody = account(v1, fake)
    sent = v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": somebody})
    paid = fake.payout(somebody)
    assert refused(lambda: v1.transfers.reversals.create(sent.id, {"amount": 1})).code == "balance_insufficient"
    fake.finish_payout(paid["id"], failure="account_closed")
    v1.transfers.reversals.create(sent.id)
    assert v1.transfers.retrieve(sent.id).reversed and fake.available() == 9_680
    assert "fully reversed" in str(refused(lambda: v1.transfers.reversals.create(sent.id)))
    fake.webhooks.wait()
    kinds = [(event.type, getattr(event, "account", None)) for event in got if event.type.startswith("payout")]
    assert kinds == [("payout.created", somebody), ("payout.failed", somebody)]


def test_an_account_that_is_stopped_or_gone_gets_nothing(fake, v1):
    funded(fake, v1)
    somebody = account(v1, fake)
    send = lambda: v1.transfers.create({"amount": 500, "currency": "usd", "destination": somebody})  # noqa: E731
    fake.restrict(somebody)
    assert refused(send).code == "insufficient_capabilities_for_transfer"
    fake.deauthorize(somebody)
    assert refused(send).code == "resource_missing"
    assert refused(lambda: v1.accounts.retrieve(somebody)).http_status == 403


# --- lists -----------------------------------------------------------------------------------------------------------------------------


def test_lists_are_paged_from_the_newest_to_the_oldest(fake, v1):
    for _ in range(7):
        funded(fake, v1)
    ids = [each["id"] for each in fake.all("balance_transaction")]
    assert [each.id for each in v1.balance_transactions.list({"limit": 3}).auto_paging_iter()] == ids
    middle = v1.balance_transactions.list({"limit": 2, "starting_after": ids[2]})
    assert ([each.id for each in middle.data], middle.has_more) == (ids[3:5], True)
    assert [each.id for each in v1.balance_transactions.list({"limit": 2, "ending_before": ids[2]}).data] == ids[:2]
    now = fake.world.now()
    assert v1.balance_transactions.list({"created": {"gt": now}}).data == []
    fake.advance(hours=1)
    later = funded(fake, v1)
    assert [each.source for each in v1.balance_transactions.list({"created": {"gt": now}, "type": "charge"}).data] == [later]
    assert refused(lambda: v1.balance_transactions.list({"limit": 101})).param == "limit"
    assert refused(lambda: v1.balance_transactions.list({"starting_after": "txn_no"})).code == "resource_missing"


# --- webhooks --------------------------------------------------------------------------------------------------------------------------


def test_events_can_be_held_reordered_doubled_and_lost(fake, v1, got):
    fake.webhooks.hold()
    fake.pay(checkout(v1).id)
    assert len(fake.webhooks.held) == 5 and not got
    fake.webhooks.release("reversed")
    fake.webhooks.wait()
    assert got[0].type == "charge.updated"
    got.clear()
    fake.webhooks.duplicate(10)
    fake.webhooks.drop_first(2)
    fake.pay(checkout(v1).id)
    fake.webhooks.wait()
    assert len(got) == 50 and len({event.id for event in got}) == 5
    assert [each[2] for each in fake.webhooks.log].count(0) == 2


def test_what_is_refused_is_tried_again(fake, v1):
    answers = [500, 0, 400, 200]
    fake.webhooks.send = lambda body, headers: answers.pop(0)
    fake.webhooks.first_pause = 0.001
    v1.checkout.sessions.expire(checkout(v1).id)
    fake.webhooks.wait()
    assert answers == [] and fake.events[-1]["pending_webhooks"] == 0


def test_a_stale_or_foreign_signature_does_not_verify(fake, v1):
    fake.webhooks.send = None
    fake.pay(checkout(v1).id)
    taken: list[str] = []

    def send(body, headers):
        try:
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_fake")
        except stripe.SignatureVerificationError as error:
            taken.append(str(error).split(".")[0][:20])
            return 400
        return 200

    fake.webhooks.send = send
    event = fake.events[0]
    assert [fake.webhooks.deliver(event, stale=301), fake.webhooks.deliver(event, secret="whsec_other"), fake.webhooks.deliver(event)] == [
        400,
        400,
        200,
    ]
    assert len(taken) == 2
