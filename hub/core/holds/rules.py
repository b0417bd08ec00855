"""Pure rules of money set aside: whom it goes to, and the legs of each way out."""

from __future__ import annotations

from collections.abc import Sequence

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind
from hub.kernel.money import Breakdown, Money

COMES_IN = (Kind.FUNDING, Kind.SET_ASIDE, Kind.PLEDGE_COLLECTED)
"""The transactions that fill a hold."""

PLEDGES = "pool:%:pledge:%"
"""Subjects of the accounts that keep one pledge each: the pools room keeps and checks them, no hold stands for them."""


def payee(person_id: int | None, organisation_id: int | None, currency: str) -> AccountRef:
    """The balance of the one person or the one organisation that a hold is released to. Raises ValueError for none or both."""
    if person_id is not None and organisation_id is None:
        return accounts.balance_of(OwnerKind.PERSON, person_id, currency)
    if organisation_id is not None and person_id is None:
        return accounts.balance_of(OwnerKind.ORGANISATION, organisation_id, currency)
    raise ValueError("a hold is released to one person or to one organisation")


def award_legs(organisation_id: int, subject: str, to: AccountRef, parts: Breakdown) -> list[Leg]:
    """hold -> the payee's balance and the site's fees."""
    currency = parts.gross.currency
    return [
        Leg(accounts.hold_of(organisation_id, subject, currency), -parts.gross.minor),
        Leg(to, parts.net.minor),
        Leg(accounts.fees(currency), parts.fee.minor),
    ]


def refund_legs(organisation_id: int, subject: str, left: Money, shared: Sequence[tuple[AccountRef, int]] = ()) -> list[Leg]:
    """hold -> what is `shared` to those who put it in, the rest to the organisation's balance.

    Raises ValueError if more is shared than left.
    """
    own = left.minor - sum(minor for _, minor in shared)
    if own < 0:
        raise ValueError("more is shared than is left")
    balance = accounts.balance_of(OwnerKind.ORGANISATION, organisation_id, left.currency)
    hold = accounts.hold_of(organisation_id, subject, left.currency)
    return [Leg(hold, -left.minor), Leg(balance, own), *(Leg(account, minor) for account, minor in shared)]
