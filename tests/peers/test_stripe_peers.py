"""One suite, three doors: our fake of Stripe, localstripe, and Stripe itself (with STRIPE_TEST_KEY). What they agree on, we may build on.

localstripe (1.15) takes part where it works: payment intents, declines, refunds, balance transactions, events, signed webhooks. It ignores
idempotency keys and refunds more than was paid, so those tests are for the other two.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.peers import stripe_doors
from tests.peers.stripe_doors import Door

pytestmark = [pytest.mark.peer]
STRICT = ["fake", "stripe"]
ALL = ["fake", "localstripe", "stripe"]


@pytest.fixture(scope="module")
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    if request.param == "localstripe":
        with stripe_doors.localstripe(request.config.cache.mkdir("localstripe")) as opened:
            yield opened
    else:
        with (stripe_doors.fake if request.param == "fake" else stripe_doors.real)() as opened:
            yield opened


everywhere = pytest.mark.parametrize("door", ALL, indirect=True)
strictly = pytest.mark.parametrize("door", STRICT, indirect=True)


def paid(door: Door, amount: int = 2_000, currency: str = "usd", **more: Any) -> Any:
    params = {"amount": amount, "currency": currency, "payment_method": "pm_card_visa", "confirm": True} | more
    if door.name == "stripe":
        params |= {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    return door.v1.payment_intents.create(params)


def refused(act: Any) -> Any:
    with pytest.raises(stripe.StripeError) as caught:
        act()
    return caught.value


def charge_of(door: Door, intent: Any) -> Any:
    """The charge behind an intent, once its balance transaction is there."""
    identity = intent.latest_charge if isinstance(intent.latest_charge, str) else intent.latest_charge.id
    return door.v1.charges.retrieve(identity)


@everywhere
def test_a_card_is_charged_and_the_money_is_in_the_balance(door: Door):
    intent = paid(door, 2_345, metadata={"funding": "7"})
    assert (intent.status, intent.amount, intent.currency, intent.metadata["funding"]) == ("succeeded", 2_345, "usd", "7")
    charge = charge_of(door, intent)
    assert (charge.amount, charge.paid, charge.captured, charge.amount_refunded, charge.refunded) == (2_345, True, True, 0, False)
    assert charge.payment_intent == intent.id
    movement = door.v1.balance_transactions.retrieve(charge.balance_transaction)
    assert (movement.type, movement.amount, movement.source) == ("charge", 2_345, charge.id)
    assert movement.net == movement.amount - movement.fee
    assert door.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@everywhere
def test_a_declined_card_is_an_error_that_names_the_charge(door: Door):
    error = refused(lambda: paid(door, payment_method="pm_card_chargeCustomerFail"))
    assert isinstance(error, stripe.CardError)
    assert (error.http_status, error.code) == (402, "card_declined")
    charge = door.v1.charges.retrieve(error.error.charge)
    assert (charge.status, charge.paid, charge.failure_code, charge.balance_transaction) == ("failed", False, "card_declined", None)
    intent = door.v1.payment_intents.retrieve(charge.payment_intent)
    assert (intent.status, intent.last_payment_error["code"]) == ("requires_payment_method", "card_declined")


@everywhere
def test_money_is_reserved_first_and_taken_later(door: Door):
    intent = paid(door, 3_000, capture_method="manual")
    assert intent.status == "requires_capture"
    assert charge_of(door, intent).captured is False
    assert door.v1.payment_intents.capture(intent.id).status == "succeeded"
    assert charge_of(door, intent).captured is True


@everywhere
def test_what_was_only_reserved_is_let_go(door: Door):
    intent = paid(door, 3_000, capture_method="manual")
    assert door.v1.payment_intents.cancel(intent.id).status == "canceled"
    if door.name != "localstripe":  # it captures what was cancelled
        assert refused(lambda: door.v1.payment_intents.capture(intent.id)).code == "payment_intent_unexpected_state"


@everywhere
def test_a_part_goes_back_then_the_rest(door: Door):
    intent = paid(door, 5_000)
    first = door.v1.refunds.create({"payment_intent": intent.id, "amount": 1_500, "metadata": {"why": "a part"}})
    assert (first.amount, first.currency, first.status, first.metadata["why"]) == (1_500, "usd", "succeeded", "a part")
    charge = charge_of(door, intent)
    assert (charge.amount_refunded, charge.refunded) == (1_500, False)
    movement = door.v1.balance_transactions.retrieve(first.balance_transaction)
    assert (movement.type, movement.amount, movement.net, movement.source) == ("refund", -1_500, -1_500, first.id)
    door.v1.refunds.create({"charge": charge.id, "amount": 3_500})
    charge = charge_of(door, intent)
    assert (charge.amount_refunded, charge.refunded) == (5_000, True)
    assert sorted(each.amount for each in door.v1.refunds.list({"charge": charge.id}).data) == [1_500, 3_500]
    assert door.v1.refunds.retrieve(first.id).amount == 1_500


@everywhere
def test_what_was_never_paid_is_not_refunded(door: Door):
    error = refused(lambda: paid(door, payment_method="pm_card_chargeCustomerFail"))
    assert refused(lambda: door.v1.refunds.create({"charge": error.error.charge})).http_status == 400


@everywhere
@pytest.mark.parametrize("change", [{"amount": 0}, {"amount": -5}, {"amount": "ten"}, {"currency": ""}, {"colour": "red"}])
def test_a_bad_parameter_is_refused(door: Door, change: dict[str, Any]):
    assert refused(lambda: paid(door, **change)).http_status == 400


@everywhere
@pytest.mark.parametrize("kind", ["payment_intents", "charges", "refunds", "balance_transactions", "events"])
def test_what_is_not_there_is_not_found(door: Door, kind: str):
    prefix = {"payment_intents": "pi", "charges": "ch", "refunds": "re", "balance_transactions": "txn", "events": "evt"}[kind]
    assert refused(lambda: getattr(door.v1, kind).retrieve(f"{prefix}_{uuid.uuid4().hex[:14]}")).http_status == 404


@everywhere
def test_without_a_key_there_is_no_answer(door: Door):
    stranger = stripe_doors.client("nobody", door.v1._requestor.base_addresses["api"])
    assert isinstance(refused(lambda: stranger.payment_intents.list()), stripe.AuthenticationError)


@everywhere
def test_lists_are_paged_through_to_the_end(door: Door):
    ids = {paid(door).id for _ in range(3)}
    seen = []
    for each in door.v1.payment_intents.list({"limit": 2}).auto_paging_iter():
        seen.append(each.id)
        if ids <= set(seen):
            break
    assert len(seen) == len(set(seen)) and ids <= set(seen)


@everywhere
def test_every_payment_leaves_an_event_with_what_it_was(door: Door):
    intent = paid(door, 1_234)
    found = [
        each for each in door.v1.events.list({"type": "payment_intent.succeeded", "limit": 20}).data if each.data.object["id"] == intent.id
    ]
    assert len(found) == 1 or door.name == "localstripe"  # it keeps events only from the moment they are sent
    if found:
        again = door.v1.events.retrieve(found[0].id)
        assert (again.type, again.data.object["amount"]) == ("payment_intent.succeeded", 1_234)


@pytest.mark.parametrize("door", ["fake", "localstripe"], indirect=True)
def test_webhooks_are_signed_as_stripe_signs(door: Door):
    assert door.inbox
    intent = paid(door, 4_321)
    event = door.inbox.about("payment_intent.succeeded", intent.id)
    assert (event.data.object["amount"], event.data.object["status"]) == (4_321, "succeeded")
    error = refused(lambda: paid(door, payment_method="pm_card_chargeCustomerFail"))
    failed = door.v1.charges.retrieve(error.error.charge).payment_intent
    door.inbox.about("payment_intent.payment_failed", failed)
    assert not door.inbox.refused


# --- what localstripe does not do ------------------------------------------------------------------------------------------------------


@strictly
def test_no_more_goes_back_than_came(door: Door):
    intent = paid(door, 1_000)
    assert refused(lambda: door.v1.refunds.create({"payment_intent": intent.id, "amount": 1_001})).http_status == 400
    door.v1.refunds.create({"payment_intent": intent.id})
    assert refused(lambda: door.v1.refunds.create({"payment_intent": intent.id})).code == "charge_already_refunded"


@strictly
def test_the_same_key_is_one_payment(door: Door):
    key = uuid.uuid4().hex
    params = {"amount": 1_000, "currency": "usd"}
    first = door.v1.payment_intents.create(params, options={"idempotency_key": key})
    again = door.v1.payment_intents.create(params, options={"idempotency_key": key})
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    error = refused(lambda: door.v1.payment_intents.create(params | {"amount": 1_001}, options={"idempotency_key": key}))
    assert isinstance(error, stripe.IdempotencyError) and error.http_status == 400


@strictly
def test_a_checkout_session_opens_and_ends(door: Door):
    line = {"price_data": {"currency": "eur", "unit_amount": 2_500, "product_data": {"name": "A prize"}}, "quantity": 2}
    params = {"mode": "payment", "success_url": "https://example.com/thanks?s={CHECKOUT_SESSION_ID}", "line_items": [line]}
    session = door.v1.checkout.sessions.create(
        params | {"payment_intent_data": {"transfer_group": "space:5"}, "metadata": {"funding": "7"}}
    )
    assert (session.status, session.payment_status, session.amount_total, session.currency) == ("open", "unpaid", 5_000, "eur")
    assert session.payment_intent is None and session.url and session.metadata["funding"] == "7"
    assert door.v1.checkout.sessions.expire(session.id).status == "expired"
    error = refused(lambda: door.v1.checkout.sessions.expire(session.id))
    assert error.http_status == 400
    error = refused(lambda: door.v1.checkout.sessions.create(params | {"payment_method_types": ["card"]}))
    assert (error.http_status, error.code) == (400, "parameter_unknown")


@strictly
@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"description": ""}, "parameter_invalid_empty", "description"),
        ({"payment_method": "pm_nothing"}, "resource_missing", "payment_method"),
    ],
)
def test_a_refusal_has_a_code_and_names_the_parameter(door: Door, change: dict[str, Any], code: str, param: str):
    params = {name: value for name, value in ({"amount": 1_000, "currency": "usd"} | change).items() if value is not None}
    error = refused(lambda: door.v1.payment_intents.create(params))
    assert (error.http_status, error.code, error.param) == (400, code, param)


@strictly
def test_a_transfer_to_nobody_is_refused(door: Door):
    error = refused(lambda: door.v1.transfers.create({"amount": 100, "currency": "usd", "destination": "acct_1032D82eZvKYlo2C"}))
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "destination")
