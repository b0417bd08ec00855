"""Connected accounts: onboarding, transfers, their reversals, payouts to a bank."""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.currencies import shown
from tests.fakes.stripe.errors import Refusal, no_such, not_done
from tests.fakes.stripe.world import BANKS, DAY, PLATFORM, World, too_little

DUE = ["business_type", "external_account", "individual.first_name", "individual.last_name", "tos_acceptance.date", "tos_acceptance.ip"]
LINK_LASTS = 300


def requirements(due: list[str], reason: str | None) -> dict[str, Any]:
    return {
        "alternatives": [], "current_deadline": None, "currently_due": list(due), "disabled_reason": reason, "errors": [],
        "eventually_due": list(due), "past_due": list(due), "pending_verification": [],
    }  # fmt: skip


def create_account(world: World, params: dict[str, Any]) -> dict[str, Any]:
    if "controller" in params and "type" in params:
        raise Refusal("You may only specify one of these parameters: type, controller.", param="type")
    if params.get("type") != "express" and "controller" not in params:
        raise Refusal(
            "This fake of Stripe makes Express accounts: pass type=express, or a controller", status=501, kind="api_error", param="type"
        )
    control = params.get("controller", {})
    dashboard = control.get("stripe_dashboard", {}).get("type", "express" if "type" in params else "full")
    asked = {name for name, wish in params.get("capabilities", {}).items() if wish.get("requested")}
    country = params.get("country", "US")
    account: dict[str, Any] = {
        "id": world.identity("acct_", 16), "object": "account",
        "business_profile": {"mcc": None, "name": None, "product_description": None, "url": None} | params.get("business_profile", {}),
        "business_type": params.get("business_type"), "capabilities": dict.fromkeys(sorted(asked), "inactive"), "charges_enabled": False,
        "controller": {
            "fees": {"payer": control.get("fees", {}).get("payer", "application_express")}, "is_controller": True,
            "losses": {"payments": control.get("losses", {}).get("payments", "application")},
            "requirement_collection": control.get("requirement_collection", "stripe"), "stripe_dashboard": {"type": dashboard},
            "type": "application",
        },
        "country": country, "created": world.now(), "default_currency": params.get("default_currency", {"US": "usd", "GB": "gbp"}.get(country, "eur")),
        "details_submitted": False, "email": params.get("email"),
        "external_accounts": {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": ""},
        "future_requirements": requirements([], None), "metadata": params.get("metadata", {}), "payouts_enabled": False,
        "requirements": requirements(DUE, "requirements.past_due"),
        "settings": {"payouts": {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"}, "statement_descriptor": None}},
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None}, "type": params.get("type", "none"),
    }  # fmt: skip
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    return world.add(account)


def create_link(world: World, params: dict[str, Any]) -> dict[str, Any]:
    """A link that opens once, within five minutes."""
    account = world.objects.get(params["account"])
    if account is None or account["object"] != "account":
        raise Refusal(f"No such account: '{params['account']}'", code="resource_missing", param="account")
    if params["type"] == "account_update":
        raise not_done("You cannot create `account_update` type Account Links for this account.", param="type")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise Refusal(f"You must provide a {name}.", code="parameter_missing", param=name)
    token = world.identity("", 12)
    now = world.now()
    world.hidden[f"link:{token}"] = {"account": account["id"], "expires_at": now + LINK_LASTS, "used": False} | params
    url = f"{world.base}/setup/e/{account['id']}/{token}"
    return {"object": "account_link", "created": now, "expires_at": now + LINK_LASTS, "url": url}


def onboard(world: World, account: dict[str, Any], *, payouts: bool = True) -> dict[str, Any]:
    """What the hosted form does when it is filled in. payouts=False: details given, Stripe still wants a document before it pays out."""
    due = [] if payouts else ["individual.verification.document"]
    bank = {
        "id": world.identity("ba_"), "object": "bank_account", "account": account["id"], "country": account["country"], "last4": "6789",
        "currency": account["default_currency"], "default_for_currency": True, "status": "new", "bank_name": "TEST BANK", "metadata": {},
    }  # fmt: skip
    state = "active" if payouts else "inactive"
    before = world.change(
        account, details_submitted=True, payouts_enabled=payouts, charges_enabled=payouts and "card_payments" in account["capabilities"],
        capabilities=dict.fromkeys(account["capabilities"], state),
        requirements=requirements(due, None if payouts else "requirements.pending_verification"),
        external_accounts=account["external_accounts"] | {"data": [bank], "total_count": 1},
        tos_acceptance={"date": world.now(), "ip": "127.0.0.1", "user_agent": None}, business_type=account["business_type"] or "individual",
    )  # fmt: skip
    world.emit("account.updated", account, before=before, account=account["id"])
    return account


def restrict(world: World, account: dict[str, Any], *, reason: str = "requirements.past_due") -> dict[str, Any]:
    """Stripe stops an account: no transfers, no payouts until more is known."""
    before = world.change(
        account, payouts_enabled=False, charges_enabled=False, capabilities=dict.fromkeys(account["capabilities"], "inactive"),
        requirements=requirements(["individual.verification.document"], reason),
    )  # fmt: skip
    world.emit("account.updated", account, before=before, account=account["id"])
    return account


# --- transfers -------------------------------------------------------------------------------------------------------------------------


def create_transfer(world: World, params: dict[str, Any]) -> dict[str, Any]:
    if "amount" not in params:
        raise Refusal("Missing required param: amount.", code="parameter_missing", param="amount")
    amount, currency = params["amount"], params["currency"]
    account = world.objects.get(params["destination"])
    if account is None or account["object"] != "account" or world.hidden[account["id"]].get("gone"):
        raise no_such("destination", params["destination"], "destination")
    if account["capabilities"].get("transfers") != "active":
        raise not_done(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    source = world.find("charge", params["source_transaction"], param="source_transaction") if "source_transaction" in params else None
    on = check_source(world, source, params) if source else None
    if source is None and world.available(currency) < amount:
        raise too_little()
    made: dict[str, Any] = {
        "id": world.identity("tr_"), "object": "transfer", "amount": amount, "amount_reversed": 0, "balance_transaction": None,
        "created": world.now(), "currency": currency, "description": params.get("description"), "destination": account["id"],
        "destination_payment": world.identity("py_"), "livemode": False, "metadata": params.get("metadata", {}), "reversals": None,
        "reversed": False, "source_transaction": source["id"] if source else None, "source_type": "card",
        "transfer_group": params.get("transfer_group") or (source["transfer_group"] if source else None) or None,
    }  # fmt: skip
    made["reversals"] = {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": f"/v1/transfers/{made['id']}/reversals"}
    if source and not made["transfer_group"]:
        made["transfer_group"] = source["transfer_group"] = f"group_{source['id']}"
    world.add(made)
    out, back = world.pair(
        (PLATFORM, "transfer", made["id"]), (account["id"], "payment", made["destination_payment"]), amount, currency, on
    )
    made["balance_transaction"] = out["id"]
    payment = {
        "id": made["destination_payment"], "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
        "balance_transaction": back["id"], "captured": True, "created": world.now(), "currency": currency, "disputed": False, "livemode": False,
        "metadata": {}, "paid": True, "payment_intent": None, "refunded": False, "source_transfer": made["id"], "status": "succeeded",
        "transfer_group": made["transfer_group"],
    }  # fmt: skip
    world.add(payment, account["id"])
    world.emit("transfer.created", made)
    return made


def check_source(world: World, source: dict[str, Any], params: dict[str, Any]) -> int | None:
    """A transfer from a charge: of its currency, of what is left of it; its money ripens when the charge's does."""
    if source["status"] != "succeeded" or not source["captured"]:
        raise not_done("The source transaction must be a succeeded charge.", param="source_transaction")
    if source["currency"] != params["currency"]:
        raise not_done(
            f"The currency of source_transaction's balance transaction ({source['currency']}) must be the same as the transfer currency ({params['currency']})",
            param="currency",
        )
    group = params.get("transfer_group")
    if group and source["transfer_group"] and group != source["transfer_group"]:
        raise not_done("The transfer_group must be that of the source transaction.", param="transfer_group")
    used = sum(each["amount"] - each["amount_reversed"] for each in world.all("transfer") if each["source_transaction"] == source["id"])
    if used + params["amount"] > source["amount_captured"] - source["amount_refunded"]:
        whole = shown(source["amount_captured"], source["currency"])
        raise not_done(
            f"Transfers using this transaction as a source must not exceed the source amount of {whole}."
            f" (There are already transfers using this source, amounting to {shown(used, source['currency'])}.)",
            param="amount",
        )
    movement = world.objects.get(source["balance_transaction"] or "")
    if movement is None:
        return int(world.now() + world.settle_days * DAY)
    if world.available(params["currency"]) + world.pending(params["currency"]) < params["amount"]:
        raise too_little()
    return int(movement["available_on"]) if movement["status"] == "pending" else None


def reverse(world: World, transfer: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    left = transfer["amount"] - transfer["amount_reversed"]
    amount, currency = params.get("amount", left), transfer["currency"]
    if left == 0:
        raise not_done("This transfer has already been fully reversed.", param="amount")
    if amount > left:
        raise not_done(
            f"Reversal amount ({shown(amount, currency)}) is greater than unreversed amount on transfer ({shown(left, currency)})",
            param="amount",
        )
    account = transfer["destination"]
    there = world.available(currency, account)
    pending = world.pending(currency, account)
    if there < amount and pending < amount:
        raise too_little("The connected account's balance is too low for this reversal.")
    made: dict[str, Any] = {
        "id": world.identity("trr_"), "object": "transfer_reversal", "amount": amount, "balance_transaction": None, "created": world.now(),
        "currency": currency, "destination_payment_refund": None, "metadata": params.get("metadata", {}) or {}, "source_refund": None,
        "transfer": transfer["id"],
    }  # fmt: skip
    world.add(made)
    payment = world.objects[transfer["destination_payment"]]
    origin = world.objects[payment["balance_transaction"]]
    between = ("world", "between")
    refund = {"id": world.identity("pyr_"), "object": "refund", "amount": amount, "charge": payment["id"], "created": world.now(),
              "currency": currency, "metadata": {}, "status": "succeeded", "payment_intent": None, "reason": None}  # fmt: skip
    on = origin["available_on"] if origin["status"] == "pending" else None
    taken = world.move("payment_refund", -amount, currency, source=refund["id"], owner=account, against=between, available_on=on)
    given = world.move("transfer_refund", amount, currency, source=made["id"], against=between)
    refund["balance_transaction"] = taken["id"]
    world.add(refund, account)
    made["balance_transaction"], made["destination_payment_refund"] = given["id"], refund["id"]
    payment["amount_refunded"] += amount
    payment["refunded"] = payment["amount_refunded"] == payment["amount"]
    listed = transfer["reversals"]["data"]
    before = world.change(
        transfer, amount_reversed=transfer["amount_reversed"] + amount, reversed=transfer["amount_reversed"] + amount == transfer["amount"]
    )
    listed.insert(0, made)
    transfer["reversals"]["total_count"] = len(listed)
    world.emit("transfer.reversed", transfer, before=before)
    return made


# --- payouts ---------------------------------------------------------------------------------------------------------------------------


def create_payout(world: World, owner: str, params: dict[str, Any], *, automatic: bool = False) -> dict[str, Any]:
    amount, currency = params["amount"], params["currency"]
    bank = None
    if owner != PLATFORM:
        account = world.objects[owner]
        bank = next((each["id"] for each in account["external_accounts"]["data"]), None)
        if not account["payouts_enabled"] or bank is None:
            raise not_done("Payouts are not enabled for this account.", code="payouts_not_allowed")
    if world.available(currency, owner) < amount:
        raise too_little("You have insufficient funds in your Stripe account for this transfer.")
    made: dict[str, Any] = {
        "id": world.identity("po_"), "object": "payout", "amount": amount, "application_fee": None, "application_fee_amount": None,
        "arrival_date": world.now() + 2 * DAY, "automatic": automatic, "balance_transaction": None, "created": world.now(), "currency": currency,
        "description": "STRIPE PAYOUT" if automatic else params.get("description"), "destination": bank, "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "livemode": False, "metadata": params.get("metadata", {}),
        "method": params.get("method", "standard"), "original_payout": None, "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable", "reversed_by": None, "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"), "status": "in_transit", "trace_id": None, "type": "bank_account",
    }  # fmt: skip
    world.add(made, owner)
    movement = world.move("payout", -amount, currency, source=made["id"], owner=owner, against=BANKS, description="STRIPE PAYOUT")
    made["balance_transaction"] = movement["id"]
    world.emit("payout.created", made, account=None if owner == PLATFORM else owner)
    return made


def finish_payout(world: World, made: dict[str, Any], *, failure: str | None = None) -> dict[str, Any]:
    """The bank takes the money, or sends it back (`failure`: account_closed, no_account, debit_not_authorized, ...)."""
    owner = world.owner[made["id"]]
    account = None if owner == PLATFORM else owner
    if made["status"] not in ("in_transit", "pending", "paid") or (failure is None and made["status"] == "paid"):
        raise ValueError(f"payout {made['id']} is {made['status']}")
    if failure is None:
        world.change(made, status="paid")
        world.emit("payout.paid", made, account=account)
        return made
    movement = world.move("payout_failure", made["amount"], made["currency"], source=made["id"], owner=owner, against=BANKS)
    world.change(
        made, status="failed", failure_code=failure, failure_message=f"The bank account could not be paid: {failure}",
        failure_balance_transaction=movement["id"],
    )  # fmt: skip
    world.emit("payout.failed", made, account=account)
    return made
