"""Disputes: the bank takes a charge back, with a fee; won or lost in the end."""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.currencies import exponent
from tests.fakes.stripe.world import CARDS, DAY, World

REASONS = (
    "bank_cannot_process",
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "subscription_canceled",
    "unrecognized",
)


def raise_dispute(world: World, charge: dict[str, Any], *, amount: int | None = None, reason: str = "fraudulent") -> dict[str, Any]:
    """A cardholder's bank takes `amount` (all that was not refunded) back at once: the balance may fall below nought, as Stripe's does."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if charge["status"] != "succeeded" or charge["disputed"] or not 0 < amount <= charge["amount_captured"]:
        raise ValueError(f"charge {charge['id']} cannot be disputed for {amount}")
    if reason not in REASONS:
        raise ValueError(reason)
    identity = world.identity("du_")
    evidence = dict.fromkeys(
        """access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication
        customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation
        duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date
        service_documentation shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file
        uncategorized_text""".split()
    )
    dispute: dict[str, Any] = {
        "id": identity, "object": "dispute", "amount": amount, "balance_transactions": [], "charge": charge["id"], "created": world.now(),
        "currency": charge["currency"], "enhanced_eligibility_types": [], "evidence": evidence | {"enhanced_evidence": {}},
        "evidence_details": {"due_by": world.now() + 9 * DAY, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": False, "livemode": False, "metadata": {}, "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10"}, "type": "card"},
        "reason": reason, "status": "needs_response",
    }  # fmt: skip
    world.add(dispute)
    world.hidden[charge["id"]].setdefault("disputes", []).append(identity)
    before = world.change(charge, disputed=True)
    world.emit("charge.dispute.created", dispute)
    world.emit("charge.updated", charge, before=before)
    fee = 15 * 10 ** exponent(charge["currency"])
    movement = world.move(
        "adjustment",
        -amount,
        charge["currency"],
        source=identity,
        fee=fee,
        against=CARDS,
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute["balance_transactions"].append(movement)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(world: World, dispute: dict[str, Any], *, won: bool) -> dict[str, Any]:
    """The bank's decision. Won: the money comes back (the fee does not)."""
    if dispute["status"] in ("won", "lost"):
        raise ValueError(f"dispute {dispute['id']} is {dispute['status']}")
    charge = world.objects[dispute["charge"]]
    before = world.change(dispute, status="won" if won else "lost")
    if won:
        movement = world.move(
            "adjustment", dispute["amount"], dispute["currency"], source=dispute["id"], against=CARDS,
            description=f"Chargeback reversal for {charge['id']}",
        )  # fmt: skip
        dispute["balance_transactions"].append(movement)
        world.emit("charge.dispute.funds_reinstated", dispute, before=before)
        world.hidden[charge["id"]]["refundable"] = True
    world.emit("charge.dispute.closed", dispute, before=before)
    return dispute
