"""Pure rules of speaking to a payment processor: fingerprints, waiting times, amounts in its minor units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.core.ledger.rules import Leg, Purpose, of_site
from hub.kernel import money, sealing
from hub.kernel.money import Money
from hub.kernel.words import N_

LEASE = timedelta(minutes=2)
"""How long one attempt may take before another worker tries."""

HEAD_START = timedelta(seconds=30)
"""How long the worker leaves a call alone that a door makes at once."""

KEYS_HOLD = timedelta(hours=23)
"""Stripe forgets idempotency keys after 24 hours: from here on we look whether the effect is there before we ask again."""

PATIENCE = timedelta(days=1)
"""So long a call that this site's key may not make waits for somebody to mend that; then it is given up."""

FORBIDDEN = "forbidden"
"""The code of such a refusal."""

HUB_KEY, HUB_CAUSE = "hub_key", "hub_cause"

LARGEST = 99_999_999
"""Stripe takes amounts of up to eight digits in the currency's minor unit (https://docs.stripe.com/currencies, "Minimum and maximum")."""

UNCLEAR = frozenset({"UGX"})
"""Stripe lists the shilling among the zero-decimal currencies and, under "Special cases", wants it with two: we do not guess."""

MARKED = ("checkout.session.create", "refund.create", "transfer.create", "account.create", "transfer_reversal.create")
"""Operations that keep our metadata, so that their effect can be looked up by it."""

WITHOUT_EFFECT = ("account_link.create",)
"""Operations that may be repeated under another key without a second effect."""


def fingerprint(name: str, params: Mapping[str, Any], cause: str) -> str:
    """Two calls are the same if this is."""
    return sealing.digest({"name": name, "params": dict(params), "cause": cause})


def back_off(attempts: int) -> timedelta:
    """Wait after the n-th attempt without an answer: 2, 4, 8 ... seconds, at most an hour; it never gives up."""
    return timedelta(seconds=min(2 ** min(attempts, 12), 3600))


def remote_key(key: str, generation: int) -> str:
    """The idempotency key as sent: a later generation after the processor kept replaying an error of its own."""
    return f"hub:{key}" if not generation else f"hub:{key}:{generation}"


def marked(name: str, params: Mapping[str, Any], key: str, cause: str) -> dict[str, Any]:
    """The parameters as sent: our key and cause in the metadata, so that the effect is found again and its notices name their cause."""
    sent = dict(params)
    if name not in MARKED:
        return sent
    ours = {HUB_KEY: key, HUB_CAUSE: cause}
    sent["metadata"] = {**sent.get("metadata", {}), **ours}
    if name == "checkout.session.create" and sent.get("mode") == "payment":
        intent = dict(sent.get("payment_intent_data", {}))
        intent["metadata"] = {**intent.get("metadata", {}), **ours}
        sent["payment_intent_data"] = intent
    return sent


def given_up(*, forbidden_at: datetime, now: datetime, attempts: int, harmless: int) -> bool:
    """Is a call that is forbidden closed now? Never while an attempt without an answer may have had its effect."""
    return now - forbidden_at >= PATIENCE and harmless >= attempts


def look_first(*, created_at: datetime, now: datetime, attempts: int, generation: int) -> bool:
    """Should an attempt look for the effect of the earlier ones before it asks again? `attempts` counts those made before."""
    return attempts > 0 and (generation > 0 or now - created_at > KEYS_HOLD)


def search_filters(params: Mapping[str, Any], created_at: datetime) -> dict[str, Any]:
    """What narrows the list in which the effect of an earlier attempt would be."""
    filters: dict[str, Any] = {"created": {"gte": int((created_at - timedelta(minutes=5)).timestamp())}}
    filters.update({name: params[name] for name in ("payment_intent", "charge", "transfer_group") if name in params})
    if "id" in params:  # a part of a larger object, listed under it
        return {"id": params["id"]}
    return filters


def to_processor(amount: Money) -> int:
    """`amount` in the processor's minor units. Raises ValueError for one it cannot take (see `cannot_take`)."""
    if cannot_take(amount):
        raise ValueError(f"the processor cannot take {amount}")
    return amount.minor


def from_processor(minor: int, currency: str) -> Money:
    """What the processor says, as Money. It writes currencies in small letters. Raises Invalid for one we do not know."""
    return Money(minor, currency.upper())


def cannot_take(amount: Money) -> str:
    """Why an amount cannot be paid by card; empty if it can.

    Both sides count in the same minor units: none for the yen, thousandths for the dinar; but Stripe wants thousandths to end in 0
    (https://docs.stripe.com/currencies, "Three-decimal currencies").
    """
    if amount.currency in UNCLEAR:
        return N_("Cards take no amounts in this currency: pay this by bank transfer.")
    if amount.minor > LARGEST:
        return N_("Cards take smaller amounts only: pay this by bank transfer.")
    if money.exponent(amount.currency) == 3 and amount.minor % 10:
        return N_("Cards take at most two decimal places in this currency: pay this by bank transfer.")
    return ""


def swept_legs(amount: Money) -> list[Leg]:
    """The processor paid `amount` of ours to our bank account (negative: the bank sent it back)."""
    return [Leg(of_site(Purpose.PROCESSOR, amount.currency), amount.minor), Leg(of_site(Purpose.BANK, amount.currency), -amount.minor)]
