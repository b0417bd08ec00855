"""Checkout sessions: one payment on Stripe's own page."""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe import payments
from tests.fakes.stripe.currencies import check_charge, check_fraction
from tests.fakes.stripe.errors import Refusal, not_done
from tests.fakes.stripe.world import DAY, World

DELAYED = ("sepa_debit", "us_bank_account", "customer_balance")


def create(world: World, params: dict[str, Any]) -> dict[str, Any]:
    items = params.get("line_items")
    if not items:
        raise Refusal("You must provide line_items in payment mode.", code="parameter_missing", param="line_items")
    if params.get("ui_mode", "hosted_page") == "hosted_page" and "success_url" not in params:
        raise Refusal("You must provide success_url when ui_mode is hosted_page.", code="parameter_missing", param="success_url")
    if "customer_email" in params and "@" not in params["customer_email"]:
        raise Refusal(f"Invalid email address: {params['customer_email']}", code="email_invalid", param="customer_email")
    currency = one_currency(items, params)
    total = sum(item["price_data"]["unit_amount"] * item["quantity"] for item in items)
    check_charge(total, currency, param="line_items[0][price_data][unit_amount]")
    now = world.now()
    expires = params.get("expires_at", now + DAY)
    if not now + 1800 <= expires <= now + DAY:
        raise Refusal("`expires_at` must be between 30 minutes and 24 hours from now.", param="expires_at")
    identity = world.identity("cs_test_a1", 56)
    session = blank(identity, params, currency, total, now, expires) | {"url": f"{world.base}/pay/{identity}"}
    session["payment_method_types"] = params.get(
        "allowed_payment_method_types", ["card", "us_bank_account"] if currency == "usd" else ["card", "sepa_debit"]
    )
    session["allowed_payment_method_types"] = params.get("allowed_payment_method_types")
    lines = [line(world, item, currency) for item in items]
    return world.add(session, lines=lines, intent=params.get("payment_intent_data", {}))


def one_currency(items: list[dict[str, Any]], params: dict[str, Any]) -> str:
    for number, item in enumerate(items):
        at = f"line_items[{number}]"
        if "price_data" not in item:
            raise Refusal(f"Missing required param: {at}[price_data].", code="parameter_missing", param=f"{at}[price_data]")
        if "quantity" not in item:
            raise Refusal("Quantity is required. Add `quantity` to `line_items[%d]`" % number, param=f"{at}[quantity]")  # noqa: UP031
        price = item["price_data"]
        if "unit_amount" not in price:
            raise Refusal(
                f"Missing required param: {at}[price_data][unit_amount].", code="parameter_missing", param=f"{at}[price_data][unit_amount]"
            )
        if "product_data" not in price:
            raise Refusal(
                f"Missing required param: {at}[price_data][product_data].",
                code="parameter_missing",
                param=f"{at}[price_data][product_data]",
            )
        check_fraction(price["unit_amount"], price["currency"], f"{at}[price_data][unit_amount]")
    found = {item["price_data"]["currency"] for item in items} | ({params["currency"]} if "currency" in params else set())
    if len(found) > 1:
        raise Refusal("All prices on a Checkout Session must be of one currency.", param="line_items")
    return str(found.pop())


def blank(identity: str, params: dict[str, Any], currency: str, total: int, now: int, expires: int) -> dict[str, Any]:
    return {
        "id": identity, "object": "checkout.session", "adaptive_pricing": {"enabled": False}, "after_expiration": None, "allow_promotion_codes": None,
        "amount_subtotal": total, "amount_total": total, "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None, "cancel_url": params.get("cancel_url"), "client_reference_id": params.get("client_reference_id"),
        "client_secret": None, "collected_information": None, "consent": None, "consent_collection": None, "created": now, "currency": currency,
        "currency_conversion": None, "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None}, "customer": None,
        "customer_account": None, "customer_creation": params.get("customer_creation", "if_required"), "customer_details": None,
        "customer_email": params.get("customer_email"), "discounts": [], "expires_at": expires, "invoice": None, "invoice_creation": None,
        "livemode": False, "locale": params.get("locale"), "metadata": params.get("metadata", {}), "mode": params["mode"], "origin_context": None,
        "payment_intent": None, "payment_link": None, "payment_method_collection": "if_required", "payment_method_configuration_details": None,
        "payment_method_options": {}, "payment_method_types": [], "payment_status": "unpaid", "permissions": None,
        "phone_number_collection": {"enabled": False}, "recovered_from": None, "saved_payment_method_options": None, "setup_intent": None,
        "shipping_address_collection": None, "shipping_cost": None, "shipping_options": [], "status": "open",
        "submit_type": params.get("submit_type"), "subscription": None, "success_url": params.get("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted_page", "wallet_options": None,
    }  # fmt: skip


def line(world: World, item: dict[str, Any], currency: str) -> dict[str, Any]:
    price, quantity = item["price_data"], item["quantity"]
    total = price["unit_amount"] * quantity
    shape = {
        "id": world.identity("price_"), "object": "price", "active": False, "billing_scheme": "per_unit", "created": world.now(), "currency": currency,
        "custom_unit_amount": None, "livemode": False, "lookup_key": None, "metadata": {}, "nickname": None, "product": world.identity("prod_", 14),
        "recurring": None, "tax_behavior": "unspecified", "tiers_mode": None, "transform_quantity": None, "type": "one_time",
        "unit_amount": price["unit_amount"], "unit_amount_decimal": str(price["unit_amount"]),
    }  # fmt: skip
    return {
        "id": world.identity("li_"), "object": "item", "adjustable_quantity": None, "amount_discount": 0, "amount_subtotal": total, "amount_tax": 0,
        "amount_total": total, "currency": currency, "description": price["product_data"]["name"], "metadata": {}, "price": shape,
        "quantity": quantity,
    }  # fmt: skip


def expire(world: World, session: dict[str, Any]) -> dict[str, Any]:
    if session["status"] != "open":
        raise not_done(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {session["status"]}.',
        )
    world.change(session, status="expired", url=None)
    world.emit("checkout.session.expired", session)
    return session


def expire_due(world: World) -> None:
    for session in reversed(world.all("checkout.session")):
        if session["status"] == "open" and session["expires_at"] <= world.now():
            expire(world, session)


def pay(
    world: World, session: dict[str, Any], *, card: str = "4242424242424242", email: str | None = None, delayed: bool = False
) -> dict[str, Any]:
    """The person pays on the page. delayed: by a bank debit, that is told at once and settled days later (finish_delayed)."""
    if session["status"] != "open":
        raise not_done(f"This Checkout Session is {session['status']}.")
    if delayed and not set(session["payment_method_types"]) & set(DELAYED):
        raise not_done("This Checkout Session takes cards alone.")
    data = world.hidden[session["id"]]["intent"]
    intent = world.objects.get(session["payment_intent"] or "")
    if intent is None:
        wanted = {
            name: data[name]
            for name in ("description", "transfer_group", "receipt_email", "statement_descriptor", "capture_method")
            if name in data
        }
        intent = payments.new_intent(
            world, session["amount_total"], session["currency"], metadata=dict(data.get("metadata", {})),
            payment_method_types=list(session["payment_method_types"]), **wanted,
        )  # fmt: skip
        session["payment_intent"] = intent["id"]
    if delayed:
        world.hidden[session["id"]]["charge"] = payments.new_charge(world, intent, "bank")["id"]
        world.change(intent, status="processing", latest_charge=world.hidden[session["id"]]["charge"])
        world.emit("payment_intent.processing", intent)
        world.emit("charge.pending", world.objects[intent["latest_charge"]])
    else:
        payments.take(world, intent, payments.card_of(card))
    nobody = {"city": None, "country": "US", "line1": None, "line2": None, "postal_code": "42424", "state": None}
    email = email or session["customer_email"] or "payer@example.com"
    world.change(
        session, status="complete", payment_status="unpaid" if delayed or intent["capture_method"] == "manual" else "paid", url=None,
        customer_details={"address": nobody, "business_name": None, "email": email, "individual_name": None, "name": "Test Payer", "phone": None,
                          "tax_exempt": "none", "tax_ids": []},
    )  # fmt: skip
    world.emit("checkout.session.completed", session)
    return session


def finish_delayed(world: World, session: dict[str, Any], *, paid: bool) -> dict[str, Any]:
    """The bank's answer to a debit: the money came, or it did not."""
    intent = world.objects[session["payment_intent"]]
    charge = world.objects[world.hidden[session["id"]]["charge"]]
    if intent["status"] != "processing":
        raise ValueError(f"{intent['id']} is {intent['status']}")
    if paid:
        world.change(charge, status="succeeded", paid=True)
        payments.captured(world, intent, charge, charge["amount"])
        world.change(session, payment_status="paid")
        world.emit("checkout.session.async_payment_succeeded", session)
        return session
    message = "The customer's account has insufficient funds to cover this payment."
    world.change(charge, status="failed", failure_code="insufficient_funds", failure_message=message)
    error = {"code": "insufficient_funds", "message": message, "type": "invalid_request_error", "charge": charge["id"]}
    world.change(intent, status="requires_payment_method", last_payment_error=error)
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    world.emit("checkout.session.async_payment_failed", session)
    return session


def success_address(session: dict[str, Any]) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
