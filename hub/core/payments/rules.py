"""Pure rules of money in and out: references people copy onto a transfer, where received money goes, bank accounts that can be right."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Leg, OwnerKind
from hub.kernel.errors import one_field
from hub.kernel.money import Money
from hub.kernel.words import N_

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXZ"
"""31 signs without I, L, O, U and Y, so that little is misread from a bank statement and a check sign modulo a prime fits."""

CODES = len(ALPHABET) ** 7


def reference(number: int) -> str:
    """`HUB-4F7K-92QM` from a number below CODES; the last sign is a check sign, so one wrong sign never names another funding."""
    if not 0 <= number < CODES:
        raise ValueError("out of range")
    signs = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in reversed(range(7)))
    signs += _check_sign(signs)
    return f"HUB-{signs[:4]}-{signs[4:]}"


def _check_sign(signs: str) -> str:
    """Weighted sum modulo the prime 31: every single wrong sign and every swap of neighbours changes it."""
    return ALPHABET[sum((place + 2) * ALPHABET.index(sign) for place, sign in enumerate(signs)) % len(ALPHABET)]


def read_reference(text: str) -> str | None:
    """The reference as we write it, from however it was typed; None if it cannot be one of ours."""
    signs = re.sub(r"[^0-9A-Z]", "", text.upper()).removeprefix("HUB").translate(str.maketrans("ILO", "110"))
    if len(signs) != 8 or any(sign not in ALPHABET for sign in signs) or _check_sign(signs[:7]) != signs[7]:
        return None
    return f"HUB-{signs[:4]}-{signs[4:]}"


@dataclass(frozen=True)
class Landing:
    """Where received money goes, in minor units: into the hold as far as it was asked for, the rest onto the payer's balance."""

    to_hold: int
    to_balance: int
    rest_due: int


def landing(*, asked: int, already: int, received: int, has_hold: bool) -> Landing:
    """Share out `received` when `already` of `asked` came before. Nothing is lost: to_hold + to_balance == received."""
    due = max(0, asked - already)
    part = min(received, due)
    to_hold = part if has_hold else 0
    return Landing(to_hold=to_hold, to_balance=received - to_hold, rest_due=due - part)


def bank_reference(text: str, *, required: bool = True) -> str:
    """The bank's own name of a transfer, tidied. Raises Invalid: bank_reference_missing, bank_reference_too_long."""
    tidy = re.sub(r"\s+", " ", text).strip()
    if required and not tidy:
        raise one_field("bank_reference", N_("Copy the bank's reference of this transfer."), code="bank_reference_missing")
    if len(tidy) > 80:
        raise one_field("bank_reference", N_("A bank reference has at most 80 characters."), code="bank_reference_too_long")
    return tidy


def received_legs(source: AccountRef, owner_kind: OwnerKind, owner_id: int, subject: str, land: Landing) -> list[Leg]:
    """Bank or processor -> hold (an organisation's) and the owner's balance."""
    legs = [Leg(source, -(land.to_hold + land.to_balance))]
    if land.to_hold:
        legs.append(Leg(accounts.hold_of(owner_id, subject, source.currency), land.to_hold))
    if land.to_balance:
        legs.append(Leg(accounts.balance_of(owner_kind, owner_id, source.currency), land.to_balance))
    return legs


def set_aside_legs(organisation_id: int, subject: str, amount: Money) -> list[Leg]:
    """The organisation's balance -> hold."""
    return accounts.from_to(
        accounts.balance_of(OwnerKind.ORGANISATION, organisation_id, amount.currency),
        accounts.hold_of(organisation_id, subject, amount.currency),
        amount.minor,
    )
