"""Recomputing the books from their postings, and what other rooms need to check that they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, String, func, select, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.checks.rules import Progress, Report
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind, Purpose
from hub.db.extensions import db
from hub.kernel.money import CURRENCIES, Money

Chosen = TypeVar("Chosen", bound=Executable)

CHUNK = 2000
"""How many rows a check of the books reads at once: its memory does not grow with the books."""


def afresh(chosen: Chosen) -> Chosen:
    """What the database holds, whatever this session read before."""
    return chosen.execution_options(populate_existing=True)


def slices(column: InstrumentedAttribute[int]) -> Iterator[tuple[int, int]]:
    """The ids of a table as ranges (above, up to) of CHUNK rows."""
    above = 0
    while True:
        ids = select(column).where(column > above).order_by(column).limit(CHUNK).subquery()
        last = db.session.scalar(select(func.max(ids.c[0])))
        if last is None:
            return
        yield above, last
        above = last


def moved_by_kind(account_ids: Sequence[int]) -> dict[int, dict[Kind, int]]:
    """What each kind of transaction moved on each account, in minor units."""
    found: dict[int, dict[Kind, int]] = {}
    rows = db.session.execute(
        select(Posting.account_id, Transaction.kind, func.sum(Posting.minor))
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Posting.account_id.in_(account_ids))
        .group_by(Posting.account_id, Transaction.kind)
    )
    for account_id, kind, minor in rows:
        found.setdefault(account_id, {})[kind] = int(minor)
    return found


def fees_of(causes: Sequence[str]) -> dict[str, int]:
    """The fees of each cause's awards, in minor units."""
    rows = db.session.execute(
        select(Transaction.cause, func.sum(Posting.minor))
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Transaction.cause.in_(causes), Transaction.kind == Kind.AWARD, Account.purpose == Purpose.FEES)
        .group_by(Transaction.cause)
    )
    return {cause: int(minor) for cause, minor in rows}


def moved_by_cause(causes: Sequence[str]) -> dict[str, Counter[tuple[Kind, Purpose]]]:
    """What each cause's transactions moved, by their kind and the purpose of the account."""
    found: dict[str, Counter[tuple[Kind, Purpose]]] = {cause: Counter() for cause in causes}
    rows = db.session.execute(
        select(Transaction.cause, Transaction.kind, Account.purpose, func.sum(Posting.minor))
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Transaction.cause.in_(causes))
        .group_by(Transaction.cause, Transaction.kind, Account.purpose)
    )
    for cause, kind, purpose, minor in rows:
        found[cause][kind, purpose] += int(minor)
    return found


def verify(report: Report, progress: Progress = lambda what, done: None) -> None:
    """Recompute the books from their postings, in slices, and add what is wrong to `report`. Wants one moment's view of the database."""
    for column, allowed in (
        (Account.owner_kind, OwnerKind),
        (Account.purpose, Purpose),
        (Account.currency, CURRENCIES),
        (Transaction.kind, Kind),
    ):
        verify_values(report, column, allowed)
    if not report.ok:
        return
    _verify_transactions(report, progress)
    _verify_orphans(report)
    _verify_accounts(report, progress)
    totals_by_currency = select(Account.currency, func.sum(Account.balance)).group_by(Account.currency)
    for currency, total in db.session.execute(totals_by_currency.order_by(Account.currency)):
        if total:
            text = f"All {currency} accounts together hold {_shown(total, currency)}; they must add up to zero."
            report.add("books_unbalanced", f"currency:{currency}", text)


def verify_values(report: Report, column: InstrumentedAttribute[Any], allowed: Iterable[str]) -> None:
    """Rows with a word that means nothing here. They cannot even be read, so what reads them waits until they are mended."""
    table, word = column.class_.__tablename__, type_coerce(column, String)
    rows = db.session.execute(select(column.class_.id, word).where(word.not_in([str(one) for one in allowed])).limit(CHUNK))
    for number, said in rows:
        report.add("value_unknown", f"{table}:{number}", f"{column.key} is {said!r}, which means nothing here; nothing else was checked.")


def verify_causes(report: Report, name: str, column: InstrumentedAttribute[int]) -> None:
    """Each transaction that was made for a `name` ("funding") names one that exists; `column` is its id."""
    for above, last in slices(Transaction.id):
        wanted = select(Transaction.id, Transaction.cause).where(Transaction.id > above, Transaction.id <= last)
        rows = db.session.execute(wanted.where(Transaction.cause.like(f"{name}:%"))).all()
        named = {number: _number(cause) for number, cause in rows}
        known = set(db.session.scalars(select(column).where(column.in_(set(named.values())))))
        for number, cause_id in named.items():
            if cause_id not in known:
                text = f"The transaction was made for a {name} that does not exist."
                report.add("cause_missing", f"transaction:{number}", text)


def _verify_transactions(report: Report, progress: Progress) -> None:
    for above, last in slices(Transaction.id):
        legs: dict[int, list[tuple[Any, ...]]] = {}
        rows = db.session.execute(
            select(Posting.transaction_id, Posting.id, Posting.currency, Posting.minor, *_REF)
            .outerjoin(Account, Account.id == Posting.account_id)
            .where(Posting.transaction_id > above, Posting.transaction_id <= last)
            .order_by(Posting.id)
        )
        for row in rows:
            legs.setdefault(row[0], []).append(tuple(row[1:]))
        wanted = select(*_TOLD).where(Transaction.id > above, Transaction.id <= last).order_by(Transaction.id)
        for transaction in db.session.execute(wanted):
            _verify_transaction(report, transaction, legs.get(transaction.id, []))
            report.transactions += 1
        progress("transactions", report.transactions)


_TOLD = (
    Transaction.id,
    Transaction.sealed_id,
    Transaction.kind,
    Transaction.memo,
    Transaction.cause,
    Transaction.subject,
    Transaction.body,
)

_REF = (Account.id, Account.owner_kind, Account.owner_id, Account.purpose, Account.currency, Account.subject)


def _verify_transaction(report: Report, transaction: Any, legs: list[tuple[Any, ...]]) -> None:
    """`transaction` has the columns _TOLD, `legs` are (posting id, currency, minor, *_REF)."""
    ref = f"transaction:{transaction.id}"
    if transaction.sealed_id != transaction.id:
        report.add("transaction_open", ref, "The transaction was never sealed, so nothing checked that it adds up.")
    if len(legs) < 2:
        report.add("transaction_short", ref, f"The transaction has {len(legs)} of at least two postings.")
    sums: Counter[str] = Counter()
    for number, currency, minor, account_id, *identity in legs:
        sums[currency] += minor
        if account_id is None:
            report.add("posting_without_account", f"posting:{number}", f"The posting of {ref} is on an account that does not exist.")
        elif identity[3] != currency:
            text = f"The posting of {ref} is in {currency}, but account:{account_id} is kept in {identity[3]}."
            report.add("posting_currency", f"posting:{number}", text)
    for currency, total in sums.items():
        if total:
            report.add("transaction_unbalanced", ref, f"The postings add up to {_shown(total, currency)} instead of zero.")
    if all(leg[3] is not None for leg in legs):
        kept = [Leg(AccountRef(*leg[4:]), leg[2]) for leg in legs]
        body = accounts.body(kind=transaction.kind, memo=transaction.memo, cause=transaction.cause, subject=transaction.subject, legs=kept)
        if body != transaction.body:
            report.add("transaction_altered", ref, "The transaction or its postings differ from what its fingerprint was made of.")


def _verify_orphans(report: Report) -> None:
    """Postings of transactions that do not exist."""
    for above, last in slices(Posting.id):
        rows = db.session.execute(
            select(Posting.id, Posting.transaction_id)
            .outerjoin(Transaction, Transaction.id == Posting.transaction_id)
            .where(Posting.id > above, Posting.id <= last, Transaction.id.is_(None))
        )
        for number, transaction_id in rows:
            report.add("posting_orphan", f"posting:{number}", f"The posting belongs to transaction:{transaction_id}, which does not exist.")


def _verify_accounts(report: Report, progress: Progress) -> None:
    for above, last in slices(Account.id):
        wanted = select(Account.id, Account.currency, Account.guarded, Account.balance, Account.purpose)
        rows = db.session.execute(wanted.where(Account.id > above, Account.id <= last).order_by(Account.id)).all()
        sums = _running_sums(report, above, last, progress)
        for number, currency, guarded, kept, purpose in rows:
            report.accounts += 1
            ref, computed = f"account:{number}", sums.get(number, 0)
            if kept != computed:
                text = f"The balance says {_shown(kept, currency)}, but the postings add up to {_shown(computed, currency)}."
                report.add("balance_wrong", ref, text)
            if kept < 0 and (guarded or purpose is not Purpose.BANK):
                report.add("balance_negative", ref, f"The balance is {_shown(kept, currency)}; it must never be below zero.")


def _running_sums(report: Report, above: int, last: int, progress: Progress) -> dict[int, int]:
    """What the postings of these accounts add up to; says where a posting's own `balance_after` stops agreeing."""
    sums: dict[int, int] = {}
    astray: set[int] = set()
    place = (above, 0x7FFF_FFFF_FFFF_FFFF)
    while True:
        chosen = select(Posting.account_id, Posting.id, Posting.minor, Posting.balance_after, Posting.currency)
        chosen = chosen.where(tuple_(Posting.account_id, Posting.id) > place, Posting.account_id <= last)
        rows = db.session.execute(chosen.order_by(Posting.account_id, Posting.id).limit(CHUNK)).all()
        if not rows:
            return sums
        for account_id, number, minor, after, currency in rows:
            sums[account_id] = sums.get(account_id, 0) + minor
            if after != sums[account_id] and account_id not in astray:
                astray.add(account_id)
                told, computed = _shown(after, currency), _shown(sums[account_id], currency)
                text = f"The balance of account:{account_id} after it says {told}, but the postings up to it add up to {computed}."
                report.add("running_balance", f"posting:{number}", text)
        report.postings += len(rows)
        progress("postings", report.postings)
        place = (rows[-1].account_id, rows[-1].id)


def _shown(minor: int, currency: str) -> str:
    """Like Money's own text, also for a currency that we do not know: the books may be damaged."""
    return str(Money(minor, currency)) if currency in CURRENCIES else f"{minor} {currency!r}"


def _number(ref: str) -> int:
    """The number in "funding:5"; 0 if there is none."""
    said = ref.partition(":")[2]
    return int(said) if said.isdecimal() and len(said) < 19 else 0
