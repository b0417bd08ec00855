"""Payment intents, charges and refunds: cards, fees, what is left to give back."""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.currencies import card_fee, check_charge, check_fraction, shown
from tests.fakes.stripe.errors import Refusal, no_such, not_done
from tests.fakes.stripe.world import CARDS, DAY, PLATFORM, World

CARD_NUMBERS = {
    "4242424242424242": "visa",
    "4000000000000077": "bypassPending",
    "4000000000005126": "refundFail",
    "4000000000007726": "pendingRefund",
    "4000000000000259": "createDispute",
    "4000000000000002": "chargeDeclined",
    "4000000000009995": "chargeDeclinedInsufficientFunds",
    "4000000000000069": "chargeDeclinedExpiredCard",
    "4000000000000127": "chargeDeclinedIncorrectCvc",
    "4000000000000119": "chargeDeclinedProcessingError",
    "4000000000000341": "chargeCustomerFail",
}
DECLINES = {
    "chargeCustomerFail": ("card_declined", "generic_decline", "Your card was declined."),
    "chargeDeclined": ("card_declined", "generic_decline", "Your card was declined."),
    "chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "chargeDeclinedExpiredCard": ("expired_card", None, "Your card has expired."),
    "chargeDeclinedIncorrectCvc": ("incorrect_cvc", None, "Your card's security code is incorrect."),
    "chargeDeclinedProcessingError": ("processing_error", None, "An error occurred while processing your card. Try again in a little bit."),
}
METHODS = (
    {f"pm_card_{name}": name for name in CARD_NUMBERS.values()}
    | {f"pm_card_visa_{name}": name for name in DECLINES}
    | {"pm_card_mastercard": "visa"}
)


def card_of(number: str) -> str:
    """The behaviour behind a test card's number."""
    return CARD_NUMBERS.get(number.replace(" ", ""), "unknown")


def new_intent(world: World, amount: int, currency: str, **values: Any) -> dict[str, Any]:
    identity = world.identity("pi_")
    intent: dict[str, Any] = {
        "id": identity, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_details": {"tip": {}}, "amount_received": 0,
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None, "canceled_at": None, "cancellation_reason": None,
        "capture_method": "automatic_async", "client_secret": f"{identity}_secret_{world.identity('', 25)}", "confirmation_method": "automatic",
        "created": world.now(), "currency": currency, "customer": None, "customer_account": None, "description": None,
        "excluded_payment_method_types": None, "last_payment_error": None, "latest_charge": None, "livemode": False, "metadata": {},
        "next_action": None, "on_behalf_of": None, "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "processing": None, "receipt_email": None, "review": None, "setup_future_usage": None, "shipping": None,
        "source": None, "statement_descriptor": None, "statement_descriptor_suffix": None, "status": "requires_payment_method",
        "transfer_data": None, "transfer_group": None,
    }  # fmt: skip
    intent.update(values)
    world.add(intent)
    world.emit("payment_intent.created", intent)
    return intent


def new_charge(world: World, intent: dict[str, Any], card: str, **values: Any) -> dict[str, Any]:
    identity = world.identity("ch_")
    nobody = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    charge: dict[str, Any] = {
        "id": identity, "object": "charge", "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0, "application": None,
        "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": {"address": nobody, "email": intent["receipt_email"], "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "INNOVATION HUB", "captured": False, "created": world.now(), "currency": intent["currency"],
        "customer": None, "description": intent["description"], "disputed": False, "failure_balance_transaction": None, "failure_code": None,
        "failure_message": None, "fraud_details": {}, "livemode": False, "metadata": dict(intent["metadata"]), "on_behalf_of": None, "outcome": None,
        "paid": False, "payment_intent": intent["id"], "payment_method": world.identity("pm_"),
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034, "last4": "4242"}},
        "receipt_email": intent["receipt_email"], "receipt_number": None, "receipt_url": None, "refunded": False, "review": None, "shipping": None,
        "source": None, "source_transfer": None, "statement_descriptor": None, "statement_descriptor_suffix": None, "status": "pending",
        "transfer_data": None, "transfer_group": intent["transfer_group"],
    }  # fmt: skip
    charge.update(values)
    return world.add(charge, card=card, disputes=[])


def decline(world: World, intent: dict[str, Any], card: str) -> Refusal:
    """A failed charge stays; the intent waits for another card."""
    code, reason, message = DECLINES[card]
    charge = new_charge(world, intent, card, status="failed", failure_code=code, failure_message=message)
    charge["outcome"] = {"network_status": "declined_by_network", "reason": reason or code, "risk_level": "normal", "type": "issuer_declined",
                         "seller_message": message, "advice_code": None, "network_advice_code": None, "network_decline_code": "01"}  # fmt: skip
    error = {"charge": charge["id"], "code": code, "message": message, "type": "card_error"} | ({"decline_code": reason} if reason else {})
    world.change(intent, status="requires_payment_method", last_payment_error=error, latest_charge=charge["id"])
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    more = {"decline_code": reason} if reason else {}
    return Refusal(message, status=402, kind="card_error", code=code, kept=True, charge=charge["id"], payment_intent=dict(intent), **more)


def take(world: World, intent: dict[str, Any], card: str) -> dict[str, Any]:
    """Charge the card behind the intent. Raises the card's refusal."""
    if card in DECLINES:
        raise decline(world, intent, card)
    if card == "unknown":
        raise Refusal("Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number", param="number", kept=True)
    outcome = {"advice_code": None, "network_advice_code": None, "network_decline_code": None, "network_status": "approved_by_network",
               "reason": None, "risk_level": "normal", "risk_score": 12, "seller_message": "Payment complete.", "type": "authorized"}  # fmt: skip
    charge = new_charge(world, intent, card, paid=True, status="succeeded", outcome=outcome)
    charge["receipt_url"] = f"{world.base}/receipts/{charge['id']}"
    world.change(intent, latest_charge=charge["id"], payment_method=charge["payment_method"], last_payment_error=None)
    if intent["capture_method"] == "manual":
        world.change(intent, status="requires_capture", amount_capturable=intent["amount"])
        world.emit("charge.succeeded", charge)
        world.emit("payment_intent.amount_capturable_updated", intent)
    else:
        captured(world, intent, charge, intent["amount"])
    return charge


def captured(world: World, intent: dict[str, Any], charge: dict[str, Any], amount: int) -> None:
    """The money is taken. As with Stripe's default (automatic_async), the balance transaction follows with `charge.updated`."""
    later = intent["capture_method"] == "automatic_async"
    world.totals["charge"] += amount
    world.change(charge, captured=True, amount_captured=amount)
    if amount < charge["amount"]:
        charge["amount_refunded"] = charge["amount"] - amount
    world.change(intent, status="succeeded", amount_received=amount, amount_capturable=0)
    if later:
        world.unsettled.append(charge["id"])
    else:
        booked(world, charge)
    world.emit("charge.captured" if intent["capture_method"] == "manual" else "charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def settle_late(world: World) -> None:
    """Charges captured without a balance transaction get it now, and the world is told."""
    for charge in [world.objects[each] for each in world.unsettled]:
        world.emit("charge.updated", charge, before=booked(world, charge))
        if world.hidden[charge["id"]]["card"] == "createDispute":
            from tests.fakes.stripe import disputes  # a circle of acts, not of files

            disputes.raise_dispute(world, charge, reason="fraudulent")
    world.unsettled.clear()


def booked(world: World, charge: dict[str, Any]) -> dict[str, Any]:
    amount, currency = charge["amount_captured"], charge["currency"]
    at_once = world.hidden[charge["id"]]["card"] == "bypassPending"
    movement = world.move(
        "charge", amount, currency, source=charge["id"], fee=card_fee(amount, currency), against=CARDS,
        available_on=None if at_once else world.now() + world.settle_days * DAY, description=charge["description"],
    )  # fmt: skip
    return world.change(charge, balance_transaction=movement["id"])


# --- refunds ---------------------------------------------------------------------------------------------------------------------------


def charge_to_refund(world: World, params: dict[str, Any]) -> dict[str, Any]:
    if "charge" in params and "payment_intent" in params:
        intent = world.find("payment_intent", params["payment_intent"], param="payment_intent")
        if intent["latest_charge"] != params["charge"]:
            raise Refusal("The charge does not belong to the payment_intent.", param="charge")
    if "charge" in params:
        return world.find("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise Refusal(
            "One of the following params should be provided for this request: payment_intent or charge.", code="parameter_missing"
        )
    intent = world.find("payment_intent", params["payment_intent"], param="payment_intent")
    if not intent["latest_charge"] or intent["status"] != "succeeded":
        raise not_done(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent")
    return world.objects[intent["latest_charge"]]


def refund(world: World, params: dict[str, Any]) -> dict[str, Any]:
    charge = charge_to_refund(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise not_done(f"Charge {charge['id']} has not succeeded: it cannot be refunded.", param="charge")
    if charge["disputed"] and not world.hidden[charge["id"]].get("refundable", False):
        raise not_done(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise not_done(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    check_fraction(amount, charge["currency"])
    if amount > left:
        raise not_done(
            f"Refund amount ({shown(amount, charge['currency'])}) is greater than unrefunded amount on charge ({shown(left, charge['currency'])})",
            param="amount",
        )
    identity = world.identity("re_")
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    made: dict[str, Any] = {
        "id": identity, "object": "refund", "amount": amount, "balance_transaction": None, "charge": charge["id"], "created": world.now(),
        "currency": charge["currency"], "destination_details": {"card": card, "type": "card"}, "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"], "reason": params.get("reason"), "receipt_number": None, "source_transfer_reversal": None,
        "status": "pending", "transfer_reversal": None,
    }  # fmt: skip
    world.add(made)
    before = world.change(
        charge, amount_refunded=charge["amount_refunded"] + amount, refunded=charge["amount_refunded"] + amount == charge["amount"]
    )
    pay_back(world, made, charge)
    world.emit("refund.created", made)
    world.emit("charge.refunded", charge, before=before)
    if world.hidden[charge["id"]]["card"] == "refundFail":
        world.hidden[identity]["fails"] = True
    return made


def pay_back(world: World, made: dict[str, Any], charge: dict[str, Any]) -> bool:
    """Take the refund's money from the balance: of a charge not yet settled from what is pending, else from what is available. With
    too little there the refund waits."""
    amount, currency = made["amount"], made["currency"]
    origin = world.objects.get(charge["balance_transaction"] or "")
    waits = origin is None or origin["status"] == "pending"
    if origin is None:
        made["pending_reason"] = "charge_pending"
        return False
    there = world.pending(currency) if waits else world.available(currency)
    if there < amount and world.available(currency) < amount:
        made["pending_reason"] = "insufficient_funds"
        return False
    on = origin["available_on"] if waits and there >= amount else None
    movement = world.move("refund", -amount, currency, source=made["id"], against=CARDS, available_on=on, description="REFUND FOR CHARGE")
    made.pop("pending_reason", None)
    waiting = world.hidden[charge["id"]]["card"] == "pendingRefund" and not world.hidden[made["id"]].get("waited")
    if waiting:
        world.hidden[made["id"]]["waited"] = True
        made["pending_reason"] = "processing"
    world.change(made, balance_transaction=movement["id"], status="pending" if waiting else "succeeded")
    return True


def retry_refunds(world: World) -> None:
    """Refunds that waited for money or for the bank go through where they can."""
    for made in reversed(world.all("refund")):
        if made["status"] != "pending":
            continue
        charge = world.objects[made["charge"]]
        if made["balance_transaction"] is not None or pay_back(world, made, charge):
            made.pop("pending_reason", None)
            before = world.change(made, status="succeeded") or {"status": "pending"}
            world.emit("refund.updated", made, before=before)
            world.emit("charge.refund.updated", made, before=before)


def fail_refund(world: World, made: dict[str, Any], reason: str = "lost_or_stolen_card") -> dict[str, Any]:
    """The bank sends a refund back: the money returns to the balance, the charge has that much more left."""
    if made["status"] not in ("succeeded", "pending") or made["balance_transaction"] is None or not made["id"].startswith("re_"):
        raise ValueError(f"refund {made['id']} is {made['status']}")
    charge = world.objects[made["charge"]]
    movement = world.move(
        "refund_failure", made["amount"], made["currency"], source=made["id"], against=CARDS, description="REFUND FAILURE"
    )
    before = world.change(made, status="failed", failure_balance_transaction=movement["id"], failure_reason=reason)
    made.pop("pending_reason", None)
    world.change(charge, amount_refunded=charge["amount_refunded"] - made["amount"], refunded=False)
    for kind in ("refund.failed", "refund.updated", "charge.refund.updated"):
        world.emit(kind, made, before=None if kind == "refund.failed" else before)
    return made


# --- intents made by the API -----------------------------------------------------------------------------------------------------------


def method_of(world: World, name: str) -> str:
    if name not in METHODS:
        raise no_such("PaymentMethod", name, "payment_method")
    return METHODS[name]


def create_intent(world: World, params: dict[str, Any]) -> dict[str, Any]:
    check_charge(params["amount"], params["currency"])
    taken = {
        k: v
        for k, v in params.items()
        if k in ("description", "metadata", "transfer_group", "receipt_email", "capture_method", "allowed_payment_method_types")
    }
    if "statement_descriptor_suffix" in params:
        taken["statement_descriptor_suffix"] = params["statement_descriptor_suffix"]
    if (methods := params.get("automatic_payment_methods")) is not None:
        taken["automatic_payment_methods"] = {"allow_redirects": methods.get("allow_redirects", "always"), "enabled": methods["enabled"]}
    method = method_of(world, params["payment_method"]) if "payment_method" in params else None
    if params.get("confirm") and method is None:
        raise Refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", code="payment_intent_unexpected_state"
        )
    intent = new_intent(world, params["amount"], params["currency"], **taken)
    if method:
        world.change(intent, status="requires_confirmation", payment_method=world.identity("pm_"))
        world.hidden[intent["id"]]["card"] = method
    if params.get("confirm"):
        take(world, intent, method or "")
    return intent


def confirm_intent(world: World, intent: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    if "payment_method" in params:
        world.hidden[intent["id"]]["card"] = method_of(world, params["payment_method"])
    if intent["status"] not in ("requires_payment_method", "requires_confirmation") or "card" not in world.hidden[intent["id"]]:
        raise unexpected(intent, "confirm")
    take(world, intent, world.hidden[intent["id"]]["card"])
    return intent


def capture_intent(world: World, intent: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "capture")
    amount = params.get("amount_to_capture", intent["amount_capturable"])
    if amount > intent["amount_capturable"]:
        raise not_done(
            "The amount to capture is greater than the amount that can be captured.", code="amount_too_large", param="amount_to_capture"
        )
    captured(world, intent, world.objects[intent["latest_charge"]], amount)
    return intent


def cancel_intent(world: World, intent: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise unexpected(intent, "cancel")
    if intent["status"] == "requires_capture":
        charge = world.objects[intent["latest_charge"]]
        world.change(charge, refunded=True, amount_refunded=charge["amount"])
    world.change(
        intent, status="canceled", canceled_at=world.now(), amount_capturable=0, cancellation_reason=params.get("cancellation_reason")
    )
    world.emit("payment_intent.canceled", intent)
    return intent


def unexpected(intent: dict[str, Any], act: str) -> Refusal:
    return not_done(
        f"You cannot {act} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state", payment_intent=dict(intent),
    )  # fmt: skip


__all__ = ["PLATFORM"]
