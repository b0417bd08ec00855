"""The endpoints: for each a method, an address, the parameters it takes, and what it does."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.stripe import checkout, connect, payments
from tests.fakes.stripe.errors import Refusal, no_such
from tests.fakes.stripe.forms import EXPAND, ONE, PAGES, Address, Currency, Flag, ListOf, Mail, Meta, OneOf, Shape, Text, Whole, listing
from tests.fakes.stripe.world import PLATFORM, World


@dataclass(frozen=True)
class Call:
    """One request, its parameters read. `owner` is the account of the Stripe-Account header, or the platform."""

    world: World
    params: dict[str, Any]
    path: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class Endpoint:
    method: str
    pattern: re.Pattern[str]
    address: str
    shape: Shape
    act: Callable[[Call], Any]
    connected: bool  # may be asked of a connected account


ENDPOINTS: list[Endpoint] = []
Act = Callable[[Call], Any]
EXPANDABLE = {
    "checkout.session": "payment_intent customer line_items",
    "payment_intent": "latest_charge customer payment_method",
    "charge": "balance_transaction payment_intent refunds transfer source_transfer failure_balance_transaction",
    "refund": "charge payment_intent balance_transaction failure_balance_transaction",
    "transfer": "destination destination_payment balance_transaction source_transaction",
    "transfer_reversal": "transfer balance_transaction destination_payment_refund source_refund",
    "payout": "balance_transaction failure_balance_transaction destination",
    "dispute": "charge payment_intent",
    "balance_transaction": "source",
}


def endpoint(method: str, address: str, shape: Shape, *, connected: bool = False) -> Callable[[Act], Act]:
    pattern = re.compile(re.sub(r"<\w+>", r"([A-Za-z0-9_]+)", address))

    def keep(act: Act) -> Act:
        ENDPOINTS.append(Endpoint(method, pattern, address, shape, act, connected))
        return act

    return keep


def route(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    for each in ENDPOINTS:
        match = each.pattern.fullmatch(path)
        if match and each.method == method:
            return each, match.groups()
    raise Refusal(f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing slash.", status=404)


# --- answers ---------------------------------------------------------------------------------------------------------------------------


def answer(call: Call, thing: dict[str, Any]) -> dict[str, Any]:
    """A copy to send, with what `expand` asks for."""
    sent = copy.deepcopy(thing)
    for path in call.params.get("expand", []):
        if path.count(".") > 3:
            raise Refusal("You cannot expand more than 4 levels of a property", param="expand")
        expand(call.world, sent, path.split("."), path)
    return sent


def expand(world: World, thing: Any, names: list[str], whole: str) -> None:
    if isinstance(thing, list):
        for each in thing:
            expand(world, each, names, whole)
        return
    if names and names[0] == "data" and thing.get("object") == "list":
        expand(world, thing["data"], names[1:], whole)
        return
    if not names or thing is None:
        return
    name = names[0]
    if name not in EXPANDABLE.get(thing.get("object", ""), "").split():
        raise Refusal(f"This property cannot be expanded ({whole}).", param="expand[0]")
    if name == "line_items":
        lines = copy.deepcopy(world.hidden[thing["id"]]["lines"])
        thing[name] = {"object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{thing['id']}/line_items"}
    elif name == "refunds":
        found = [copy.deepcopy(each) for each in world.all("refund", None) if each["charge"] == thing["id"]]
        thing[name] = {"object": "list", "data": found, "has_more": False, "url": f"/v1/charges/{thing['id']}/refunds"}
    elif isinstance(thing.get(name), str):
        thing[name] = copy.deepcopy(world.objects.get(thing[name], thing[name]))
    if isinstance(thing.get(name), dict):
        expand(world, thing[name], names[1:], whole)


def page(call: Call, found: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """A page of a list that runs from the newest to the oldest."""
    params, world = call.params, call.world
    found = [each for each in found if within(each.get("created", 0), params.get("created"))]
    limit = params.get("limit", 10)
    if "starting_after" in params and "ending_before" in params:
        raise Refusal("You may only specify one of these parameters: starting_after, ending_before.", param="starting_after")
    names = [each["id"] for each in found]
    for cursor in ("starting_after", "ending_before"):
        if cursor in params and params[cursor] not in names:
            raise no_such("object", params[cursor], cursor)
    if "ending_before" in params:
        before = found[: names.index(params["ending_before"])]
        data, more = before[-limit:], len(before) > limit
    else:
        start = names.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        data, more = found[start : start + limit], len(found) > start + limit
    sent = {"object": "list", "data": copy.deepcopy(data), "has_more": more, "url": url}
    for path in params.get("expand", []):
        if not path.startswith("data."):
            raise Refusal(
                f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead.", param="expand[0]"
            )
        expand(world, sent, path.split("."), path)
    return sent


def within(moment: int, limits: Any) -> bool:
    if limits is None or isinstance(limits, int):
        return limits is None or moment == limits
    tests = {"gt": moment.__gt__, "gte": moment.__ge__, "lt": moment.__lt__, "lte": moment.__le__}
    return all(tests[name](limit) for name, limit in limits.items())


def update(call: Call, thing: dict[str, Any], *names: str) -> dict[str, Any]:
    """Metadata is merged, an empty value unsets a key; the other fields named are set."""
    if "metadata" in call.params:
        new = call.params["metadata"]
        thing["metadata"] = {k: v for k, v in (thing["metadata"] | new).items() if v != ""} if new else {}
    for name in names:
        if name in call.params:
            thing[name] = call.params[name]
    return answer(call, thing)


# --- balance ---------------------------------------------------------------------------------------------------------------------------


@endpoint("GET", "/v1/balance", ONE, connected=True)
def balance(call: Call) -> Any:
    def sums(bucket: str) -> list[dict[str, Any]]:
        found = call.world.books.currencies(call.owner) or ["usd"]
        amounts = [(currency, call.world.books.balance(call.owner, bucket, currency)) for currency in found]
        return [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in amounts]

    return {"object": "balance", "available": sums("available"), "livemode": False, "pending": sums("pending")}


MOVEMENTS = listing(currency=Currency(), payout=Text(), source=Text(), type=Text())


@endpoint("GET", "/v1/balance_transactions", MOVEMENTS, connected=True)
def balance_transactions(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("currency", "source", "type") if name in call.params}
    found = [each for each in call.world.all("balance_transaction", call.owner) if all(each[k] == v for k, v in wanted.items())]
    if "payout" in call.params:
        payout = call.world.find("payout", call.params["payout"], owner=call.owner, param="payout")
        if not payout["automatic"]:
            raise Refusal("Balance transaction history can only be filtered on automatic payouts, not manual.", param="payout")
        found = [each for each in found if each["source"] in {payout["id"], *call.world.hidden[payout["id"]].get("sources", [])}]
    return page(call, found, "/v1/balance_transactions")


@endpoint("GET", "/v1/balance_transactions/<id>", ONE, connected=True)
def balance_transaction(call: Call) -> Any:
    return answer(call, call.world.find("balance_transaction", call.path[0], owner=call.owner, named="balance transaction"))


# --- checkout --------------------------------------------------------------------------------------------------------------------------

PRODUCT = Shape(
    {"name!": Text(), "description": Text(), "metadata": Meta(), "images": ListOf(Address(), 8)}, "tax_code tax_details unit_label"
)
PRICE = Shape(
    {"currency!": Currency(), "product_data": PRODUCT, "unit_amount": Whole(0)}, "product recurring tax_behavior unit_amount_decimal"
)
LINE = Shape({"price_data": PRICE, "quantity": Whole(1), "metadata": Meta()}, "adjustable_quantity price tax_rates")
INTENT_DATA = Shape(
    {
        "description": Text(1000), "metadata": Meta(), "receipt_email": Mail(), "statement_descriptor": Text(22), "transfer_group": Text(),
        "capture_method": OneOf("automatic", "automatic_async", "manual"),
    },
    "application_fee_amount on_behalf_of setup_future_usage shipping statement_descriptor_suffix transfer_data",
)  # fmt: skip
METHOD_KINDS = ListOf(OneOf("card", "sepa_debit", "us_bank_account", "customer_balance", "link", "alipay", "wechat_pay", "ideal"))
SESSION = Shape(
    {
        "mode!": OneOf("payment", elsewhere=("setup", "subscription")), "success_url": Address(), "cancel_url": Address(), "line_items": ListOf(LINE),
        "payment_intent_data": INTENT_DATA, "metadata": Meta(), "client_reference_id": Text(200), "customer_email": Text(800), "currency": Currency(),
        "expires_at": Whole(1), "expand": EXPAND, "submit_type": OneOf("auto", "book", "donate", "pay", "subscribe"),
        "ui_mode": OneOf("hosted_page", elsewhere=("elements", "embedded_page", "form")), "customer_creation": OneOf("always", "if_required"),
        "locale": OneOf(*"""auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru
                        sk sl sv th tr vi zh zh-HK zh-TW""".split()),
        "allowed_payment_method_types": METHOD_KINDS,
    },
    """adaptive_pricing after_expiration allow_promotion_codes automatic_tax billing_address_collection
    branding_settings consent_collection custom_fields custom_text customer customer_account customer_update discounts
    excluded_payment_method_types integration_identifier invoice_creation managed_payments name_collection optional_items origin_context
    payment_method_collection payment_method_configuration payment_method_data payment_method_options permissions phone_number_collection
    redirect_on_completion return_url saved_payment_method_options setup_intent_data shipping_address_collection shipping_options
    subscription_data tax_id_collection wallet_options""",
)  # fmt: skip


@endpoint("POST", "/v1/checkout/sessions", SESSION)
def create_session(call: Call) -> Any:
    return answer(call, checkout.create(call.world, call.params))


@endpoint(
    "GET",
    "/v1/checkout/sessions",
    listing(
        "customer customer_account customer_details payment_link subscription",
        payment_intent=Text(),
        status=OneOf("open", "complete", "expired"),
    ),
)
def list_sessions(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("payment_intent", "status") if name in call.params}
    found = [each for each in call.world.all("checkout.session") if all(each[k] == v for k, v in wanted.items())]
    return page(call, found, "/v1/checkout/sessions")


@endpoint("GET", "/v1/checkout/sessions/<id>", ONE)
def retrieve_session(call: Call) -> Any:
    return answer(call, call.world.find("checkout.session", call.path[0]))


@endpoint(
    "POST",
    "/v1/checkout/sessions/<id>",
    Shape({"metadata": Meta(), "expand": EXPAND}, "collected_information line_items payment_intent_data shipping_options"),
)
def update_session(call: Call) -> Any:
    return update(call, call.world.find("checkout.session", call.path[0]))


@endpoint("GET", "/v1/checkout/sessions/<id>/line_items", PAGES)
def session_lines(call: Call) -> Any:
    session = call.world.find("checkout.session", call.path[0])
    return page(call, call.world.hidden[session["id"]]["lines"], f"/v1/checkout/sessions/{session['id']}/line_items")


@endpoint("POST", "/v1/checkout/sessions/<id>/expire", ONE)
def expire_session(call: Call) -> Any:
    return answer(call, checkout.expire(call.world, call.world.find("checkout.session", call.path[0])))


# --- payment intents, charges, refunds -------------------------------------------------------------------------------------------------

INTENT = Shape(
    {
        "amount!": Whole(1), "currency!": Currency(), "confirm": Flag(), "payment_method": Text(), "metadata": Meta(), "description": Text(1000),
        "allowed_payment_method_types": ListOf(OneOf("card")), "capture_method": OneOf("automatic", "automatic_async", "manual"), "transfer_group": Text(),
        "receipt_email": Mail(), "statement_descriptor_suffix": Text(22), "expand": EXPAND, "return_url": Address(),
        "automatic_payment_methods": Shape({"enabled!": Flag(), "allow_redirects": OneOf("always", "never")}),
    },
    """amount_details application_fee_amount confirmation_method confirmation_token customer customer_account
    error_on_requires_action excluded_payment_method_types hooks mandate mandate_data off_session on_behalf_of payment_details
    payment_method_configuration payment_method_data payment_method_options radar_options setup_future_usage shipping statement_descriptor
    transfer_data use_stripe_sdk""",
)  # fmt: skip


@endpoint("POST", "/v1/payment_intents", INTENT)
def create_intent(call: Call) -> Any:
    return answer(call, payments.create_intent(call.world, call.params))


@endpoint("GET", "/v1/payment_intents", listing("customer customer_account"))
def list_intents(call: Call) -> Any:
    return page(call, call.world.all("payment_intent"), "/v1/payment_intents")


@endpoint("GET", "/v1/payment_intents/<id>", Shape({"expand": EXPAND}, "client_secret"))
def retrieve_intent(call: Call) -> Any:
    return answer(call, call.world.find("payment_intent", call.path[0]))


CONFIRM = Shape(
    {"payment_method": Text(), "return_url": Address(), "expand": EXPAND},
    """allowed_payment_method_types amount_details amount_to_confirm capture_method confirmation_token error_on_requires_action
    excluded_payment_method_types hooks mandate mandate_data off_session payment_details payment_method_data payment_method_options radar_options
    receipt_email setup_future_usage shipping use_stripe_sdk""",
)
CAPTURE = Shape(
    {"amount_to_capture": Whole(1), "expand": EXPAND},
    """amount_details application_fee_amount final_capture hooks metadata payment_details statement_descriptor statement_descriptor_suffix
    transfer_data""",
)


@endpoint("POST", "/v1/payment_intents/<id>/confirm", CONFIRM)
def confirm_intent(call: Call) -> Any:
    return answer(call, payments.confirm_intent(call.world, call.world.find("payment_intent", call.path[0]), call.params))


@endpoint("POST", "/v1/payment_intents/<id>/capture", CAPTURE)
def capture_intent(call: Call) -> Any:
    return answer(call, payments.capture_intent(call.world, call.world.find("payment_intent", call.path[0]), call.params))


CANCEL = Shape({"cancellation_reason": OneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned"), "expand": EXPAND})


@endpoint("POST", "/v1/payment_intents/<id>/cancel", CANCEL)
def cancel_intent(call: Call) -> Any:
    return answer(call, payments.cancel_intent(call.world, call.world.find("payment_intent", call.path[0]), call.params))


@endpoint("GET", "/v1/charges/<id>", ONE, connected=True)
def retrieve_charge(call: Call) -> Any:
    return answer(call, call.world.find("charge", call.path[0], owner=call.owner))


@endpoint("GET", "/v1/charges", listing("customer", payment_intent=Text(), transfer_group=Text()), connected=True)
def list_charges(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("payment_intent", "transfer_group") if name in call.params}
    found = [each for each in call.world.all("charge", call.owner) if all(each[k] == v for k, v in wanted.items())]
    return page(call, found, "/v1/charges")


REFUND = Shape(
    {
        "amount": Whole(1), "charge": Text(), "payment_intent": Text(), "metadata": Meta(), "expand": EXPAND,
        "reason": OneOf("duplicate", "fraudulent", "requested_by_customer"),
    },
    "currency customer instructions_email origin refund_application_fee reverse_transfer",
)  # fmt: skip


@endpoint("POST", "/v1/refunds", REFUND)
def create_refund(call: Call) -> Any:
    return answer(call, payments.refund(call.world, call.params))


@endpoint("GET", "/v1/refunds", listing(charge=Text(), payment_intent=Text()))
def list_refunds(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("charge", "payment_intent") if name in call.params}
    found = [each for each in call.world.all("refund") if all(each[k] == v for k, v in wanted.items())]
    return page(call, found, "/v1/refunds")


@endpoint("GET", "/v1/refunds/<id>", ONE)
def retrieve_refund(call: Call) -> Any:
    return answer(call, call.world.find("refund", call.path[0]))


@endpoint("POST", "/v1/refunds/<id>", Shape({"metadata": Meta(), "expand": EXPAND}))
def update_refund(call: Call) -> Any:
    return update(call, call.world.find("refund", call.path[0]))


@endpoint("GET", "/v1/disputes", listing(charge=Text(), payment_intent=Text()))
def list_disputes(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("charge", "payment_intent") if name in call.params}
    found = [each for each in call.world.all("dispute") if all(each[k] == v for k, v in wanted.items())]
    return page(call, found, "/v1/disputes")


@endpoint("GET", "/v1/disputes/<id>", ONE)
def retrieve_dispute(call: Call) -> Any:
    return answer(call, call.world.find("dispute", call.path[0]))


# --- connected accounts ----------------------------------------------------------------------------------------------------------------

WISH = Shape({"requested": Flag()})
CONTROLLER = Shape(
    {
        "fees": Shape({"payer": OneOf("account", "application")}), "losses": Shape({"payments": OneOf("application", "stripe")}),
        "requirement_collection": OneOf("application", "stripe"), "stripe_dashboard": Shape({"type": OneOf("express", "full", "none")}),
    },
)  # fmt: skip
CAPABILITIES = Shape(
    {"transfers": WISH, "card_payments": WISH},
    """acss_debit_payments affirm_payments afterpay_clearpay_payments alma_payments amazon_pay_payments app_distribution
    au_becs_debit_payments bacs_debit_payments bancontact_payments bank_transfer_payments billie_payments bizum_payments blik_payments
    blik_recurring_payments boleto_payments card_issuing cartes_bancaires_payments cashapp_payments crypto_payments eps_payments
    fpx_payments gb_bank_transfer_payments giropay_payments grabpay_payments ideal_payments india_international_payments jcb_payments
    jp_bank_transfer_payments kakao_pay_payments klarna_payments konbini_payments kr_card_payments legacy_payments link_payments
    mb_way_payments mobilepay_payments multibanco_payments mx_bank_transfer_payments naver_pay_payments nz_bank_account_becs_debit_payments
    oxxo_payments p24_payments pay_by_bank_payments payco_payments paynow_payments paypay_payments payto_payments pix_payments
    promptpay_payments revolut_pay_payments samsung_pay_payments satispay_payments scalapay_payments sepa_bank_transfer_payments
    sepa_debit_payments sequra_payments sofort_payments sunbit_payments swish_payments tax_reporting_us_1099_k tax_reporting_us_1099_misc
    treasury twint_payments upi_payments us_bank_account_ach_payments us_bank_transfer_payments wero_payments zip_payments""",
)
PROFILE = Shape({"mcc": Text(), "name": Text(), "product_description": Text(), "url": Address(), "support_email": Mail()},
                """annual_revenue estimated_worker_count minority_owned_business_designation monthly_estimated_revenue
                specified_commercial_transactions_act_url support_address support_phone support_url""")  # fmt: skip
ACCOUNT_FIELDS: dict[str, Any] = {
    "email": Text(800), "business_type": OneOf("company", "government_entity", "individual", "non_profit"), "metadata": Meta(), "expand": EXPAND,
    "capabilities": CAPABILITIES, "business_profile": PROFILE, "default_currency": Currency(),
}  # fmt: skip
NOT_OF_ACCOUNTS = "account_token company documents external_account groups individual settings tos_acceptance"
ACCOUNT = Shape(
    ACCOUNT_FIELDS | {"type": OneOf("express", elsewhere=("custom", "standard")), "country": Text(2), "controller": CONTROLLER},
    NOT_OF_ACCOUNTS,
)


def account_of(call: Call) -> dict[str, Any]:
    try:
        found = call.world.find("account", call.path[0])
    except Refusal:
        found = {}
    if not found or call.world.hidden[found["id"]].get("gone"):
        raise Refusal(
            f"The provided key 'sk_test_*' does not have access to account '{call.path[0]}' (or that account does not exist)."
            " Application access may have been revoked.",
            status=403, code="account_invalid",
        )  # fmt: skip
    return found


@endpoint("POST", "/v1/accounts", ACCOUNT)
def create_account(call: Call) -> Any:
    return answer(call, connect.create_account(call.world, call.params))


@endpoint("GET", "/v1/accounts", listing())
def list_accounts(call: Call) -> Any:
    return page(call, [each for each in call.world.all("account") if not call.world.hidden[each["id"]].get("gone")], "/v1/accounts")


@endpoint("GET", "/v1/accounts/<id>", ONE)
def retrieve_account(call: Call) -> Any:
    return answer(call, account_of(call))


@endpoint("POST", "/v1/accounts/<id>", Shape(ACCOUNT_FIELDS, NOT_OF_ACCOUNTS))
def update_account(call: Call) -> Any:
    account = account_of(call)
    for name, wish in call.params.get("capabilities", {}).items():
        if wish.get("requested"):
            account["capabilities"].setdefault(name, "active" if account["payouts_enabled"] else "inactive")
        else:
            account["capabilities"].pop(name, None)
    if "business_profile" in call.params:
        account["business_profile"].update(call.params["business_profile"])
    return update(call, account, "email", "business_type", "default_currency")


@endpoint("POST", "/v1/accounts/<id>/login_links", ONE)
def login_link(call: Call) -> Any:
    account = account_of(call)
    if not account["details_submitted"]:
        raise Refusal("Cannot create a login link for an account that has not completed onboarding.", kept=True)
    return {"object": "login_link", "created": call.world.now(), "url": f"{call.world.base}/express/{account['id']}"}


LINK = Shape(
    {
        "account!": Text(), "type!": OneOf("account_onboarding", "account_update"), "refresh_url": Address(), "return_url": Address(),
        "collect": OneOf("currently_due", "eventually_due"), "expand": EXPAND,
        "collection_options": Shape({"fields": OneOf("currently_due", "eventually_due"), "future_requirements": OneOf("include", "omit")}),
    },
)  # fmt: skip


@endpoint("POST", "/v1/account_links", LINK)
def create_link(call: Call) -> Any:
    return connect.create_link(call.world, call.params)


TRANSFER = Shape(
    {
        "amount": Whole(1), "currency!": Currency(), "destination!": Text(), "description": Text(), "metadata": Meta(), "source_transaction": Text(),
        "transfer_group": Text(), "source_type": OneOf("card", "bank_account", "fpx"), "expand": EXPAND,
    },
)  # fmt: skip


@endpoint("POST", "/v1/transfers", TRANSFER)
def create_transfer(call: Call) -> Any:
    return answer(call, connect.create_transfer(call.world, call.params))


@endpoint("GET", "/v1/transfers", listing(destination=Text(), transfer_group=Text()))
def list_transfers(call: Call) -> Any:
    wanted = {name: call.params[name] for name in ("destination", "transfer_group") if name in call.params}
    found = [each for each in call.world.all("transfer") if all(each[k] == v for k, v in wanted.items())]
    return page(call, found, "/v1/transfers")


@endpoint("GET", "/v1/transfers/<id>", ONE)
def retrieve_transfer(call: Call) -> Any:
    return answer(call, call.world.find("transfer", call.path[0]))


@endpoint("POST", "/v1/transfers/<id>", Shape({"description": Text(), "metadata": Meta(), "expand": EXPAND}))
def update_transfer(call: Call) -> Any:
    return update(call, call.world.find("transfer", call.path[0]), "description")


REVERSAL = Shape({"amount": Whole(1), "description": Text(), "metadata": Meta(), "expand": EXPAND}, "refund_application_fee")


@endpoint("POST", "/v1/transfers/<id>/reversals", REVERSAL)
def create_reversal(call: Call) -> Any:
    return answer(call, connect.reverse(call.world, call.world.find("transfer", call.path[0]), call.params))


@endpoint("GET", "/v1/transfers/<id>/reversals", PAGES)
def list_reversals(call: Call) -> Any:
    transfer = call.world.find("transfer", call.path[0])
    return page(call, transfer["reversals"]["data"], f"/v1/transfers/{transfer['id']}/reversals")


@endpoint("GET", "/v1/transfers/<id>/reversals/<reversal>", ONE)
def retrieve_reversal(call: Call) -> Any:
    transfer = call.world.find("transfer", call.path[0])
    found = call.world.find("transfer_reversal", call.path[1], named="transfer reversal")
    if found["transfer"] != transfer["id"]:
        raise no_such("transfer reversal", call.path[1])
    return answer(call, found)


PAYOUT = Shape(
    {
        "amount!": Whole(1), "currency!": Currency(), "description": Text(), "metadata": Meta(), "method": OneOf("standard", elsewhere=("instant",)),
        "statement_descriptor": Text(22), "source_type": OneOf("card", "bank_account", "fpx"), "expand": EXPAND,
    },
    "destination payout_method",
)  # fmt: skip


@endpoint("POST", "/v1/payouts", PAYOUT, connected=True)
def create_payout(call: Call) -> Any:
    return answer(call, connect.create_payout(call.world, call.owner, call.params))


@endpoint(
    "GET",
    "/v1/payouts",
    listing("arrival_date destination", status=OneOf("pending", "in_transit", "paid", "failed", "canceled")),
    connected=True,
)
def list_payouts(call: Call) -> Any:
    found = [each for each in call.world.all("payout", call.owner) if call.params.get("status") in (None, each["status"])]
    return page(call, found, "/v1/payouts")


@endpoint("GET", "/v1/payouts/<id>", ONE, connected=True)
def retrieve_payout(call: Call) -> Any:
    return answer(call, call.world.find("payout", call.path[0], owner=call.owner))


# --- events ----------------------------------------------------------------------------------------------------------------------------


@endpoint("GET", "/v1/events", listing(type=Text(), types=ListOf(Text(), 20), delivery_success=Flag()), connected=True)
def list_events(call: Call) -> Any:
    params = call.params
    if "type" in params and "types" in params:
        raise Refusal("You may only specify one of these parameters: type, types.", param="type")
    wanted = params.get("types", [params["type"]] if "type" in params else [])
    pattern = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in wanted)) if wanted else None
    oldest = call.world.now() - 30 * 86400
    found = [each for each in call.world.all("event", call.owner) if each["created"] >= oldest]
    found = [each for each in found if pattern is None or pattern.fullmatch(each["type"])]
    if "delivery_success" in params:
        found = [each for each in found if (each["pending_webhooks"] == 0) == params["delivery_success"]]
    return page(call, found, "/v1/events")


@endpoint("GET", "/v1/events/<id>", ONE, connected=True)
def retrieve_event(call: Call) -> Any:
    return answer(call, call.world.find("event", call.path[0], owner=call.owner))


__all__ = ["ENDPOINTS", "PLATFORM", "Call", "route"]
