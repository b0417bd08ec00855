"""Pure rules of money out: bank accounts that can be right, how much is worth sending, what is moved at each step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind
from hub.kernel.errors import one_field
from hub.kernel.money import CURRENCIES, Money, exponent
from hub.kernel.words import N_

BANK, STRIPE = "bank_transfer", "stripe"

NOT_ENOUGH = "balance_insufficient"
"""Stripe's code when the site's own balance there is too low now: what was paid in by card becomes available after some days."""

LARGEST = 99_999_999
"""Stripe takes amounts of up to eight digits in minor units (https://docs.stripe.com/currencies)."""


def wait_for_money(tries: int) -> timedelta:
    """Until the next try after the n-th found too little: 15 minutes, doubled each time, at most six hours."""
    return timedelta(minutes=min(15 * 2 ** min(tries - 1, 6), 360))


def transfer(payout_ref: str, amount: Money, destination: str) -> dict[str, Any]:
    """The parameters of a transfer to a connected account; all that moves for one payout carries its name as the transfer group."""
    return {"amount": amount.minor, "currency": amount.currency.lower(), "destination": destination, "transfer_group": payout_ref}


def check_sendable(amount: Money) -> None:
    """Raises Invalid (amount_not_sendable) for what the processor does not take."""
    if amount.minor > LARGEST or amount.currency == "UGX" or (exponent(amount.currency) == 3 and amount.minor % 10):
        text = N_("Stripe cannot send this amount: take a bank transfer, or ask for less or a rounder sum.")
        raise one_field("amount", text, code="amount_not_sendable")


def is_iban(text: str) -> bool:
    """ISO 13616: two letters, two check digits, up to 30 more; the number made of it is 1 modulo 97."""
    signs = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", signs):
        return False
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def looks_like_iban(text: str) -> bool:
    return re.match(r"\s*[A-Za-z]{2}\s?\d{2}\s?[A-Za-z0-9]{4}\s?[A-Za-z0-9]{4}", text) is not None


LEAST, MOST = 5, 200


def destination(text: str, field: str = "destination") -> str:
    """Where a payout goes, tidied. Raises Invalid: destination_missing, destination_too_long, iban_wrong."""
    tidy = re.sub(r"\s+", " ", text).strip()
    if len(tidy) < LEAST:
        raise one_field(field, N_("Write the account the money should go to."), code="destination_missing")
    if len(tidy) > MOST:
        raise one_field(field, N_("The account is longer than 200 characters."), code="destination_too_long")
    if looks_like_iban(tidy) and not is_iban(tidy):
        raise one_field(field, N_("This IBAN has a typing mistake: its check digits do not fit."), code="iban_wrong")
    return tidy


def masked(text: str) -> str:
    """The last four signs, enough to know one's own account again."""
    return "…" + re.sub(r"\s", "", text)[-4:]


def reason(text: str) -> str:
    """Why something is refused, in 3 to 500 characters. Raises Invalid: reason_missing."""
    told = text.strip()
    if not 3 <= len(told) <= 500:
        raise one_field("reason", N_("Write the reason, in 3 to 500 characters: the person reads it."), code="reason_missing")
    return told


def minimum(setting: Mapping[str, int], currency: str) -> Money | None:
    """The smallest payout in `currency`, if the site has one; `setting` is in whole units ({"USD": 10}).

    Raises Invalid: unknown_currency.
    """
    if currency not in CURRENCIES:
        exponent(currency)
    whole = setting.get(currency, 0)
    return Money(whole * 10 ** exponent(currency), currency) if whole else None


def check_minimum(amount: Money, balance: Money, least: Money | None) -> None:
    """Is it enough to be sent? Raises Invalid: below_minimum, with what is still missing on the balance."""
    if least is None or amount.minor >= least.minor:
        return
    if balance < least:
        text = N_("Payouts start at %(least)s: %(missing)s is still missing. What you earn adds up until then.")
        raise one_field("amount", text, code="below_minimum", least=str(least), missing=str(least - balance))
    raise one_field("amount", N_("Payouts start at %(least)s."), code="below_minimum", least=str(least))


def month_of(moment: datetime) -> str:
    """`2026-11`: the calendar month in UTC that a monthly payout belongs to."""
    return f"{moment:%Y-%m}"


def payout_legs(kind: Kind, owner: OwnerKind, owner_id: int, amount: Money, purse: AccountRef) -> list[Leg]:
    """balance -> in transit when asked for; in transit -> `purse` (the bank, or a processor) when sent; in transit -> balance when
    refused; `purse` -> balance when it came back."""
    own = accounts.balance_of(owner, owner_id, amount.currency)
    transit = accounts.in_transit_of(owner, owner_id, amount.currency)
    source, target = {
        Kind.PAYOUT_ASKED: (own, transit),
        Kind.PAYOUT_SENT: (transit, purse),
        Kind.PAYOUT_RETURNED: (transit, own),
        Kind.PAYOUT_BOUNCED: (purse, own),
    }[kind]
    return accounts.from_to(source, target, amount.minor)
