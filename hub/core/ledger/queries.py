"""Reading the books: balances, statements, and from a balance down to the fact behind each posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import aliased

from hub.core.ledger.models import Account, Pending, PendingLeg, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind, Purpose
from hub.core.ledger.states import PendingState
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Membership, Organisation
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.prepared import Prepared
from hub.db.types import NO_DUE
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.kernel.words import N_

Row = TypeVar("Row")
_REF = (Account.owner_kind, Account.owner_id, Account.purpose, Account.currency, Account.subject)


def balance(ref: AccountRef) -> int:
    """Minor units on the account; 0 if it was never used."""
    return db.session.scalar(_of(ref).with_only_columns(Account.balance)) or 0


def available(ref: AccountRef) -> int:
    """Minor units that may still be spent: the balance without what is pending out of it."""
    return db.session.scalar(_of(ref).with_only_columns(Account.balance - Account.pending_out)) or 0


def money_page(organisation_id: int | None) -> str:
    """Where whoever is concerned reads of their money: an organisation's people, or a person (None)."""
    return "/my/earnings" if organisation_id is None else f"/orgs/{organisations.card(organisation_id).slug}/money"


def balances(kind: OwnerKind, owner_id: int, purpose: Purpose = Purpose.BALANCE) -> list[Money]:
    """What an owner has for one purpose, per currency, empty accounts left out."""
    rows = db.session.execute(
        select(Account.currency, func.sum(Account.balance))
        .where(Account.owner_kind == kind, Account.owner_id == owner_id, Account.purpose == purpose, Account.balance != 0)
        .group_by(Account.currency)
        .order_by(Account.currency)
    )
    return [Money(int(minor), currency) for currency, minor in rows]


def available_balances(kind: OwnerKind, owner_id: int) -> list[Money]:
    """What an owner may spend of its balances now, per currency: without what is pending out of them. Empty ones are left out."""
    free = Account.balance - Account.pending_out
    rows = db.session.execute(
        select(Account.currency, free)
        .where(Account.owner_kind == kind, Account.owner_id == owner_id, Account.purpose == Purpose.BALANCE, free > 0)
        .order_by(Account.currency)
    )
    return [Money(int(minor), currency) for currency, minor in rows]


@dataclass(frozen=True)
class Line:
    """One posting as its owner reads it. `id` is the posting's, for paging; `after` the account's balance then."""

    id: int
    at: datetime
    transaction_id: int
    kind: Kind
    memo: str
    cause: str
    subject: str
    purpose: Purpose
    amount: Money
    after: Money


def statement(
    kind: OwnerKind, owner_id: int, *, purposes: Sequence[Purpose] = tuple(Purpose), before: int | None = None, limit: int = 50
) -> list[Line]:
    """The owner's postings, the newest first, those below posting id `before`."""
    return _lines(
        select(Posting.account_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.owner_kind == kind, Account.owner_id == owner_id, Account.purpose.in_(purposes)),
        before,
        limit,
    )


def lines_of(account_id: int, *, before: int | None = None, limit: int = 50) -> list[Line]:
    """One account's postings, the newest first."""
    return _lines(
        select(Posting.account_id).join(Account, Account.id == Posting.account_id).where(Posting.account_id == account_id), before, limit
    )


def _lines(base: Select[Any], before: int | None, limit: int) -> list[Line]:
    wanted = base.join(Transaction, Transaction.id == Posting.transaction_id).with_only_columns(
        Posting.id,
        Transaction.at,
        Transaction.id,
        Transaction.kind,
        Transaction.memo,
        Transaction.cause,
        Transaction.subject,
        Account.purpose,
        Posting.minor,
        Posting.balance_after,
        Posting.currency,
    )
    if before is not None:
        wanted = wanted.where(Posting.id < before)
    rows = db.session.execute(wanted.order_by(Posting.id.desc()).limit(limit))
    return [Line(*row[:8], amount=Money(row[8], row[10]), after=Money(row[9], row[10])) for row in rows]


Legs = list[tuple[Account, Money]]


def legs_of(transaction_ids: Sequence[int]) -> dict[int, Legs]:
    """Every leg of these transactions, in the order they were written."""
    found: dict[int, Legs] = {number: [] for number in transaction_ids}
    if not transaction_ids:
        return found
    rows = db.session.execute(
        select(Posting.transaction_id, Account, Posting.minor, Posting.currency)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.transaction_id.in_(transaction_ids))
        .order_by(Posting.id)
    )
    for transaction_id, account, minor, currency in rows:
        found[transaction_id].append((account, Money(minor, currency)))
    return found


def sides_of(transaction_ids: Sequence[int]) -> dict[int, list[tuple[AccountRef, int]]]:
    """Every leg of these transactions as (account, minor units), in the order they were written, read without loading any account."""
    found: dict[int, list[tuple[AccountRef, int]]] = {}
    known: dict[tuple[Any, ...], AccountRef] = {}
    rows = db.session.connection().execute(
        select(Posting.transaction_id, Posting.minor, *_REF)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.transaction_id.in_(transaction_ids))
        .order_by(Posting.id)
    )
    for row in rows:
        named: tuple[Any, ...] = row[2:]
        ref = known.get(named) or known.setdefault(named, AccountRef(*named))
        found.setdefault(row[0], []).append((ref, row[1]))
    return found


def transactions_of(cause: str) -> list[Transaction]:
    """What was posted because of one thing ("funding:5"), in order."""
    return list(db.session.scalars(select(Transaction).where(Transaction.cause == cause).order_by(Transaction.id)))


def transactions_on(kind: OwnerKind, owner_id: int, what: Kind, *, before: int | None = None, limit: int = 50) -> list[Transaction]:
    """Transactions of one kind that touched the owner's balances, the newest first, those below transaction id `before`."""
    chosen = (
        select(Transaction)
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.owner_kind == kind, Account.owner_id == owner_id, Account.purpose == Purpose.BALANCE, Transaction.kind == what)
    )
    return list(db.session.scalars(older(chosen, Transaction.id, before, limit)))


def by_key(key: str) -> Transaction | None:
    return db.session.scalars(select(Transaction).where(Transaction.key == key)).one_or_none()


def reversal_of(transaction_id: int) -> Transaction | None:
    """What reversed this transaction."""
    return db.session.scalars(select(Transaction).where(Transaction.reverses_id == transaction_id)).one_or_none()


def locked_transaction(transaction_id: int) -> Transaction:
    """The transaction, kept from others' reversing until this unit of work ends. Raises NotFound."""
    return _found(db.session.scalars(select(Transaction).where(Transaction.id == transaction_id).with_for_update()).one_or_none())


def ref_legs(transaction_id: int) -> list[Leg]:
    """The legs that the transaction was posted with."""
    rows = db.session.execute(
        select(*_REF, Posting.minor).join(Account, Account.id == Posting.account_id).where(Posting.transaction_id == transaction_id)
    )
    return [Leg(AccountRef(*row[:5]), row[5]) for row in rows]


def pending_by_key(key: str) -> Pending | None:
    return db.session.scalars(select(Pending).where(Pending.key == key)).one_or_none()


def locked_pending(pending_id: int) -> tuple[Pending, list[Leg]]:
    """The pending transaction, read afresh and kept from others until this unit of work ends, and its legs. Raises NotFound."""
    db.session.flush()
    chosen = select(Pending).where(Pending.id == pending_id).with_for_update().execution_options(populate_existing=True)
    pending = _found(db.session.scalars(chosen).one_or_none())
    rows = db.session.execute(
        select(*_REF, PendingLeg.minor).join(Account, Account.id == PendingLeg.account_id).where(PendingLeg.pending_id == pending_id)
    )
    return pending, [Leg(AccountRef(*row[:5]), row[5]) for row in rows]


def pending_sides(ids: Sequence[int]) -> dict[int, tuple[PendingState, dict[AccountRef, int]]]:
    """The state of these pending transactions, and what each will move on each account. Two statements; none for none."""
    if not ids:
        return {}
    rows = db.session.execute(select(Pending.id, Pending.state).where(Pending.id.in_(ids)))
    found: dict[int, tuple[PendingState, dict[AccountRef, int]]] = {row.id: (row.state, {}) for row in rows}
    legs = select(PendingLeg.pending_id, PendingLeg.minor, *_REF).join(Account, Account.id == PendingLeg.account_id)
    for row in db.session.execute(legs.where(PendingLeg.pending_id.in_(found))):
        found[row[0]][1][AccountRef(*row[2:7])] = row[1]
    return found


def pending(pending_id: int) -> Pending:
    """Raises NotFound."""
    return _found(db.session.get(Pending, pending_id))


def pending_of(transaction_id: int) -> Pending | None:
    """What was pending before this transaction was posted."""
    return db.session.scalars(select(Pending).where(Pending.transaction_id == transaction_id)).one_or_none()


def pendings(*, state: PendingState | None = None, before: int | None = None, limit: int = 50) -> list[Pending]:
    """The newest first, those below id `before`."""
    chosen = select(Pending)
    if state is not None:
        chosen = chosen.where(Pending.state == state)
    return list(db.session.scalars(older(chosen, Pending.id, before, limit)))


def waiting_on(account_id: int, *, limit: int = 50) -> list[tuple[Pending, Money]]:
    """What is pending on one account, the oldest first, each with its amount there."""
    rows = db.session.execute(
        select(Pending, PendingLeg.minor, PendingLeg.currency)
        .join(PendingLeg, PendingLeg.pending_id == Pending.id)
        .where(PendingLeg.account_id == account_id, Pending.state == PendingState.PENDING)
        .order_by(Pending.id)
        .limit(limit)
    )
    return [(one, Money(minor, currency)) for one, minor, currency in rows]


def pending_legs(pending_ids: Sequence[int]) -> dict[int, Legs]:
    """Every leg of these pending transactions, in the order they were written."""
    found: dict[int, Legs] = {number: [] for number in pending_ids}
    rows = db.session.execute(
        select(PendingLeg.pending_id, Account, PendingLeg.minor, PendingLeg.currency)
        .join(Account, Account.id == PendingLeg.account_id)
        .where(PendingLeg.pending_id.in_(pending_ids))
        .order_by(PendingLeg.id)
    )
    for pending_id, account, minor, currency in rows:
        found[pending_id].append((account, Money(minor, currency)))
    return found


def overdue_pendings(limit: int) -> list[int]:
    """Ids of what nobody decided in time, the longest waiting first."""
    overdue = select(Pending.id).where(Pending.state == PendingState.PENDING, Pending.expires_at <= clock.now())
    return list(db.session.scalars(overdue.order_by(Pending.expires_at, Pending.id).limit(limit)))


def account_ids(refs: Sequence[AccountRef]) -> dict[AccountRef, int]:
    """The ids of those accounts that were opened."""
    names, statement = _finding(len(refs))
    told = [value for ref in refs for value in (str(ref.owner_kind), ref.owner_id, str(ref.purpose), ref.subject, ref.currency)]
    rows = statement(db.session.connection(), dict(zip(names, told, strict=True)))
    return {refs[place]: number for place, number in rows}


@cache
def _finding(count: int) -> tuple[list[str], Prepared]:
    """The statement that finds `count` accounts, (place, id) of each; and the names of the values that it is told, _NAMES of each."""
    number, words = "CAST(:{} AS BIGINT)", "CAST(:{} AS VARCHAR)"
    rows = " UNION ALL ".join(
        f"SELECT {place} AS place, "
        + ", ".join(f"{(number if name == 'o' else words).format(name + str(place))} AS {column}" for name, column in _NAMES)
        for place in range(count)
    )
    same = " AND ".join(f"account.{column} = d.{column}" for _, column in _NAMES)
    names = [f"{name}{place}" for place in range(count) for name, _ in _NAMES]
    return names, Prepared(text(f"SELECT d.place, account.id FROM ({rows}) AS d JOIN account ON {same}"))  # noqa: S608


_NAMES = (("k", "owner_kind"), ("o", "owner_id"), ("p", "purpose"), ("s", "subject"), ("c", "currency"))


def transaction(transaction_id: int) -> Transaction:
    """Raises NotFound."""
    return _found(db.session.get(Transaction, transaction_id))


def account(account_id: int) -> Account:
    """Raises NotFound."""
    return _found(db.session.get(Account, account_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such page in the books."))
    return row


@dataclass(frozen=True)
class Total:
    """All accounts of one purpose and currency together; `pending` is what undecided transactions will take from them."""

    purpose: Purpose
    accounts: int
    amount: Money
    pending: Money


def totals() -> list[Total]:
    """The balance sheet: per currency and purpose."""
    rows = db.session.execute(
        select(Account.currency, Account.purpose, func.count(), func.sum(Account.balance), func.sum(Account.pending_out))
        .group_by(Account.currency, Account.purpose)
        .order_by(Account.currency, Account.purpose)
    )
    return [Total(purpose, count, Money(int(minor), code), Money(int(out), code)) for code, purpose, count, minor, out in rows]


def accounts(
    *, purpose: Purpose | None = None, currency: str = "", subject: str = "", offset: int = 0, limit: int = 50
) -> tuple[int, list[Account]]:
    """How many accounts match, and one page of them, the fullest first."""
    chosen = select(Account)
    if purpose is not None:
        chosen = chosen.where(Account.purpose == purpose)
    if currency:
        chosen = chosen.where(Account.currency == currency)
    if subject:
        chosen = chosen.where(Account.subject == subject)
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page = chosen.order_by(func.abs(Account.balance).desc(), Account.id).offset(offset).limit(limit)
    return total, list(db.session.scalars(page))


def _of(ref: AccountRef) -> Select[tuple[Account]]:
    return select(Account).where(
        Account.owner_kind == ref.owner_kind,
        Account.owner_id == ref.owner_id,
        Account.purpose == ref.purpose,
        Account.subject == ref.subject,
        Account.currency == ref.currency,
    )


@hinders_leaving
def own_money(person_id: int) -> list[Hindrance]:
    """Money on the person's accounts, and on those of organisations that nobody else owns."""
    mine = (
        select(Account.currency.label("detail"), Account.currency.label("key"), NO_DUE)
        .where(Account.owner_kind == OwnerKind.PERSON, Account.owner_id == person_id, Account.balance != 0)
        .distinct()
    )
    other = aliased(Membership)
    others = select(other.id).where(other.organisation_id == Organisation.id, other.person_id != person_id, other.role == Role.OWNER)
    theirs = (
        select(Organisation.name.label("detail"), Organisation.slug.label("key"), NO_DUE)
        .join(Account, (Account.owner_kind == OwnerKind.ORGANISATION) & (Account.owner_id == Organisation.id) & (Account.balance != 0))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Membership.role == Role.OWNER, ~others.exists())
        .distinct()
    )
    return [
        Hindrance(mine, N_("Money of yours is in the books"), "/my/earnings", N_("Have it paid out, or wait until it has arrived")),
        Hindrance(
            theirs, N_("It has money, and you are its only owner"), "/orgs/{}/money", N_("Have it paid out, or make somebody else an owner")
        ),
    ]
