"""What owners read of their money: statements and earnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.core.ledger import queries as books
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.kernel.money import Money, split


def statement(
    owner_kind: str, owner_id: int, *, purposes: Sequence[Purpose] = tuple(Purpose), before: int | None = None, limit: int = 50
) -> list[books.Line]:
    """The owner's postings, the newest first, those below posting id `before`."""
    return books.statement(OwnerKind(owner_kind), owner_id, purposes=purposes, before=before, limit=limit)


@dataclass(frozen=True)
class Earning:
    """One award to a person: `gross == fee + net`."""

    id: int
    at: datetime
    memo: str
    subject: str
    gross: Money
    fee: Money
    net: Money


def earnings(person_id: int, *, before: int | None = None, limit: int = 50) -> list[Earning]:
    """The person's awards, the newest first, in two statements; `id` is the transaction's."""
    found = books.transactions_on(OwnerKind.PERSON, person_id, Kind.AWARD, before=before, limit=limit)
    legs = books.legs_of([transaction.id for transaction in found])
    return [_earning(transaction, legs[transaction.id], person_id) for transaction in found]


def _earning(transaction: Transaction, legs: books.Legs, person_id: int) -> Earning:
    net = next(money for account, money in legs if (account.owner_kind, account.owner_id) == (OwnerKind.PERSON, person_id))
    whole = sum((money for account, money in legs if account.purpose is Purpose.FEES), Money(0, net.currency))
    paid = sorted((account.owner_kind, account.owner_id, money.minor) for account, money in legs if account.purpose is Purpose.BALANCE)
    fee = split(whole, [minor for _, _, minor in paid])[paid.index((OwnerKind.PERSON, person_id, net.minor))]
    return Earning(transaction.id, transaction.at, transaction.memo, transaction.subject, net + fee, fee, net)
