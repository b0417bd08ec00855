"""The fake knows every parameter of Stripe's and no other, and what it answers has Stripe's fields: both as the installed client declares them."""

from __future__ import annotations

import re
import sys
import typing
from typing import Any

import pytest
import stripe
import stripe.params
import stripe.params.checkout

from tests.fakes.stripe import FakeStripe
from tests.fakes.stripe.api import ENDPOINTS, Endpoint
from tests.fakes.stripe.forms import ListOf, Shape
from tests.fakes.test_stripe import account, checkout, client

GENERAL = {*stripe.RequestOptions.__annotations__}
DECLARED = {
    ("GET", "/v1/balance"): "BalanceRetrieveParams",
    ("GET", "/v1/balance_transactions"): "BalanceTransactionListParams",
    ("GET", "/v1/balance_transactions/<id>"): "BalanceTransactionRetrieveParams",
    ("POST", "/v1/checkout/sessions"): "checkout.SessionCreateParams",
    ("GET", "/v1/checkout/sessions"): "checkout.SessionListParams",
    ("GET", "/v1/checkout/sessions/<id>"): "checkout.SessionRetrieveParams",
    ("POST", "/v1/checkout/sessions/<id>"): "checkout.SessionUpdateParams",
    ("GET", "/v1/checkout/sessions/<id>/line_items"): "checkout.SessionLineItemListParams",
    ("POST", "/v1/checkout/sessions/<id>/expire"): "checkout.SessionExpireParams",
    ("POST", "/v1/payment_intents"): "PaymentIntentCreateParams",
    ("GET", "/v1/payment_intents"): "PaymentIntentListParams",
    ("GET", "/v1/payment_intents/<id>"): "PaymentIntentRetrieveParams",
    ("POST", "/v1/payment_intents/<id>/confirm"): "PaymentIntentConfirmParams",
    ("POST", "/v1/payment_intents/<id>/capture"): "PaymentIntentCaptureParams",
    ("POST", "/v1/payment_intents/<id>/cancel"): "PaymentIntentCancelParams",
    ("GET", "/v1/charges/<id>"): "ChargeRetrieveParams",
    ("GET", "/v1/charges"): "ChargeListParams",
    ("POST", "/v1/refunds"): "RefundCreateParams",
    ("GET", "/v1/refunds"): "RefundListParams",
    ("GET", "/v1/refunds/<id>"): "RefundRetrieveParams",
    ("POST", "/v1/refunds/<id>"): "RefundUpdateParams",
    ("GET", "/v1/disputes"): "DisputeListParams",
    ("GET", "/v1/disputes/<id>"): "DisputeRetrieveParams",
    ("POST", "/v1/accounts"): "AccountCreateParams",
    ("GET", "/v1/accounts"): "AccountListParams",
    ("GET", "/v1/accounts/<id>"): "AccountRetrieveParams",
    ("POST", "/v1/accounts/<id>"): "AccountUpdateParams",
    ("POST", "/v1/accounts/<id>/login_links"): "AccountLoginLinkCreateParams",
    ("POST", "/v1/account_links"): "AccountLinkCreateParams",
    ("POST", "/v1/transfers"): "TransferCreateParams",
    ("GET", "/v1/transfers"): "TransferListParams",
    ("GET", "/v1/transfers/<id>"): "TransferRetrieveParams",
    ("POST", "/v1/transfers/<id>"): "TransferUpdateParams",
    ("POST", "/v1/transfers/<id>/reversals"): "TransferReversalCreateParams",
    ("GET", "/v1/transfers/<id>/reversals"): "TransferReversalListParams",
    ("GET", "/v1/transfers/<id>/reversals/<reversal>"): "TransferReversalRetrieveParams",
    ("POST", "/v1/payouts"): "PayoutCreateParams",
    ("GET", "/v1/payouts"): "PayoutListParams",
    ("GET", "/v1/payouts/<id>"): "PayoutRetrieveParams",
    ("GET", "/v1/events"): "EventListParams",
    ("GET", "/v1/events/<id>"): "EventRetrieveParams",
}


def declared(name: str) -> type:
    place: Any = stripe.params
    for part in name.split("."):
        place = getattr(place, part)
    return typing.cast(type, place)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.address}")
def test_the_parameters_are_stripes(endpoint: Endpoint):
    compare(endpoint.shape, declared(DECLARED[endpoint.method, endpoint.address]), endpoint.address)


def compare(shape: Shape, params: type, where: str) -> None:
    theirs = {*params.__annotations__} - GENERAL
    ours = {*shape.fields} | shape.elsewhere
    assert ours == theirs, f"{where}: unknown to Stripe {sorted(ours - theirs)}; unknown here {sorted(theirs - ours)}"
    needed = {name for name in params.__annotations__ if "NotRequired" not in str(params.__annotations__[name])} - GENERAL
    assert needed <= shape.needed, f"{where}: Stripe requires {sorted(needed - shape.needed)}"
    for name, field in shape.fields.items():
        inner = field.inner if isinstance(field, ListOf) else field
        if isinstance(inner, Shape):
            named = re.search(r"(\w+Params\w+)", str(params.__annotations__[name]))
            assert named, f"{where}: {name} is no hash"
            compare(inner, getattr(sys.modules[params.__module__], named[1]), f"{where} {name}")


# --- answers ---------------------------------------------------------------------------------------------------------------------------

CLASSES = {
    "account": stripe.Account,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
}


def optional(kind: Any) -> bool:
    return "Optional" in str(kind) or "None" in str(kind)


def wrong(thing: dict[str, Any], shape: type, where: str, whole: bool = True) -> list[str]:
    """What a given object has that Stripe's class does not know, lacks though it is required, or has of another type."""
    known = {name: str(kind) for name, kind in shape.__annotations__.items() if "ClassVar" not in str(kind) and not name.startswith("_")}
    found = [f"{where}.{name}: unknown" for name in thing if name not in known]
    if whole:
        found += [
            f"{where}.{name}: missing" for name, kind in known.items() if name not in thing and not optional(kind) and name != "deleted"
        ]
    for name, value in thing.items():
        kind = shape.__annotations__.get(name)
        if value is None and not optional(kind):
            found.append(f"{where}.{name}: null")
        elif isinstance(kind, type) and kind in (int, str, bool) and type(value) is not kind:
            found.append(f"{where}.{name}: {value!r} is no {kind.__name__}")
        inner = getattr(shape, "_inner_class_types", {}).get(name)
        for each in value if isinstance(value, list) else [value]:
            if inner and isinstance(each, dict):
                found += wrong(each, inner, f"{where}.{name}", whole=False)
    return found


@pytest.fixture(scope="module")
def story():
    """One of everything, in several states."""
    with FakeStripe(seed=2) as fake:
        v1 = client(fake)
        session = checkout(v1)
        fake.pay(session.id)
        fake.settle()
        checkout(v1)
        delayed = checkout(v1)
        fake.pay(delayed.id, delayed=True)
        fake.finish_delayed(delayed.id, paid=False)
        charge = fake.get(fake.get(session.id)["payment_intent"])["latest_charge"]
        somebody = account(v1, fake)
        account(v1, fake, ready=False)
        sent = v1.transfers.create({"amount": 3_000, "currency": "usd", "destination": somebody, "source_transaction": charge})
        v1.transfers.reversals.create(sent.id, {"amount": 1_000})
        fake.finish_payout(fake.payout(somebody)["id"], failure="account_closed")
        refund = v1.refunds.create({"charge": charge, "amount": 2_000})
        fake.fail_refund(refund.id)
        fake.close_dispute(fake.dispute(charge)["id"], won=True)
        with pytest.raises(stripe.CardError):
            v1.payment_intents.create({"amount": 500, "currency": "eur", "confirm": True, "payment_method": "pm_card_chargeDeclined"})
        yield fake


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_the_answers_are_stripes(story: FakeStripe, kind: str):
    things = [thing for thing in story.all(kind) if not (kind in ("charge", "refund") and thing["id"].startswith("py"))]
    assert things, "the story has none"
    found = sorted({each for thing in things for each in wrong(thing, CLASSES[kind], kind)})
    assert not found


def test_every_event_is_of_a_kind_that_stripe_knows(story: FakeStripe):
    known = set(re.findall(r"'([\w.]+)'", str(stripe.Event.__annotations__["type"])))
    told = {event["type"] for event in story.events}
    assert "charge.dispute.closed" in told
    assert told <= known, sorted(told - known)
