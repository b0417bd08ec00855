"""Pure rules of money out: bank accounts that can be right, what is moved at each step."""

from __future__ import annotations

import re

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.kernel.errors import one_field
from hub.kernel.money import Money
from hub.kernel.words import N_


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


def payout_legs(kind: Kind, owner: OwnerKind, owner_id: int, amount: Money) -> list[Leg]:
    """balance -> in transit when asked for; in transit -> bank when sent; in transit -> balance when refused."""
    own = accounts.balance_of(owner, owner_id, amount.currency)
    transit = accounts.in_transit_of(owner, owner_id, amount.currency)
    source, target = {
        Kind.PAYOUT_ASKED: (own, transit),
        Kind.PAYOUT_SENT: (transit, accounts.bank(amount.currency)),
        Kind.PAYOUT_RETURNED: (transit, own),
    }[kind]
    return accounts.from_to(source, target, amount.minor)
