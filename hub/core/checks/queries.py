"""Recomputing the books from their postings, and what other rooms need to check that they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, String, case, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.checks.rules import Progress, Report
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Pending, PendingLeg, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Bound, Kind, Leg, OwnerKind, Purpose
from hub.core.ledger.states import PendingState
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
        (Account.bound, Bound),
        (Transaction.kind, Kind),
        (Pending.kind, Kind),
        (Pending.state, PendingState),
    ):
        verify_values(report, column, allowed)
    if not report.ok:
        return
    _verify_transactions(report, progress)
    _verify_orphans(report)
    _verify_reversals(report)
    _verify_pendings(report, progress)
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
        legs: dict[int, list[Any]] = {}
        sides = (
            select(Posting.transaction_id, Posting.id, Posting.currency, Posting.minor, *_REF)
            .outerjoin(Account, Account.id == Posting.account_id)
            .where(Posting.transaction_id > above, Posting.transaction_id <= last)
        )
        for number, *side in db.session.connection().execute(sides):
            legs.setdefault(number, []).append(side)
        wanted = select(*_TOLD).where(Transaction.id > above, Transaction.id <= last).order_by(Transaction.id)
        for transaction in db.session.connection().execute(wanted):
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
    Transaction.reverses_id,
)

_REF = (Account.id, Account.owner_kind, Account.owner_id, Account.purpose, Account.currency, Account.subject)


def _verify_transaction(report: Report, transaction: Any, legs: list[tuple[Any, ...]]) -> None:
    """`transaction` has the columns _TOLD, `legs` are (posting id, currency, minor, *_REF)."""
    ref = f"transaction:{transaction.id}"
    if transaction.sealed_id != transaction.id:
        report.add("transaction_open", ref, "The transaction was never sealed, so nothing checked that it adds up.")
    _verify_legs(report, ref, legs)
    if all(leg[3] is not None for leg in legs):
        kept = [Leg(AccountRef(*leg[4:]), leg[2]) for leg in legs]
        told = {"kind": transaction.kind, "memo": transaction.memo, "cause": transaction.cause, "subject": transaction.subject}
        if accounts.body(**told, legs=kept, reverses=transaction.reverses_id) != transaction.body:
            report.add("transaction_altered", ref, "The transaction or its postings differ from what its fingerprint was made of.")


def _verify_legs(report: Report, ref: str, legs: list[tuple[Any, ...]]) -> None:
    """`ref` is a transaction, or one that is pending."""
    whole, part = ref.partition(":")[0], "posting" if ref.startswith("transaction:") else "pending_leg"
    if len(legs) < 2:
        report.add(f"{whole}_short", ref, f"It has {len(legs)} of at least two sides.")
    sums: Counter[str] = Counter()
    for number, currency, minor, account_id, *identity in legs:
        sums[currency] += minor
        if account_id is None:
            report.add(f"{part}_without_account", f"{part}:{number}", f"This side of {ref} is on an account that does not exist.")
        elif identity[3] != currency:
            text = f"This side of {ref} is in {currency}, but account:{account_id} is kept in {identity[3]}."
            report.add(f"{part}_currency", f"{part}:{number}", text)
    for currency, total in sums.items():
        if total:
            report.add(f"{whole}_unbalanced", ref, f"Its sides add up to {_shown(total, currency)} instead of zero.")


def _verify_reversals(report: Report) -> None:
    """Each names an earlier transaction that is no reversal, mirrors it, and is alone in doing so."""
    for above, last in slices(Transaction.id):
        chosen = select(Transaction.id, Transaction.reverses_id, Transaction.kind).where(Transaction.id > above, Transaction.id <= last)
        odd = or_(Transaction.reverses_id.is_not(None), Transaction.kind == Kind.REVERSAL)
        rows = db.session.execute(chosen.where(odd).order_by(Transaction.id)).all()
        originals = {row.reverses_id for row in rows if row.reverses_id is not None}
        known = select(Transaction.id, Transaction.reverses_id).where(Transaction.id.in_(originals))
        kinds = dict(db.session.execute(known).all())
        times = select(Transaction.reverses_id).where(Transaction.reverses_id.in_(originals)).group_by(Transaction.reverses_id)
        often = set(db.session.scalars(times.having(func.count() > 1)))
        sides = _sides([*originals, *(row.id for row in rows)])
        for row in rows:
            ref, original = f"transaction:{row.id}", f"transaction:{row.reverses_id}"
            if row.reverses_id is None:
                report.add("reversal_of_nothing", ref, "It is called a reversal, but names no transaction that it reverses.")
            elif row.reverses_id not in kinds or row.reverses_id >= row.id:
                report.add("reversal_of_nothing", ref, f"It reverses {original}, which does not exist before it.")
            elif kinds[row.reverses_id] is not None:
                report.add("reversal_of_reversal", ref, f"It reverses {original}, which is a reversal itself.")
            elif sides[row.id] != {account_id: -minor for account_id, minor in sides[row.reverses_id].items()}:
                report.add("reversal_differs", ref, f"It is not the mirror of {original}, which it reverses.")
            if row.reverses_id in often:
                report.add("reversed_twice", ref, f"It reverses {original}, and so does another.")


def _sides(transaction_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """What each of these transactions moved on each account."""
    found: dict[int, dict[int, int]] = {number: {} for number in transaction_ids}
    rows = select(Posting.transaction_id, Posting.account_id, Posting.minor).where(Posting.transaction_id.in_(found))
    for transaction_id, account_id, minor in db.session.execute(rows):
        found[transaction_id][account_id] = minor
    return found


def _verify_pendings(report: Report, progress: Progress) -> None:
    for above, last in slices(Pending.id):
        legs: dict[int, list[tuple[Any, ...]]] = {}
        rows = db.session.execute(
            select(PendingLeg.pending_id, PendingLeg.id, PendingLeg.currency, PendingLeg.minor, *_REF)
            .outerjoin(Account, Account.id == PendingLeg.account_id)
            .where(PendingLeg.pending_id > above, PendingLeg.pending_id <= last)
            .order_by(PendingLeg.id)
        )
        for row in rows:
            legs.setdefault(row[0], []).append(tuple(row[1:]))
        wanted = select(*_WAITS).where(Pending.id > above, Pending.id <= last).order_by(Pending.id)
        pendings = db.session.execute(wanted).all()
        posted = _sides([one.transaction_id for one in pendings if one.transaction_id is not None])
        for one in pendings:
            _verify_pending(report, one, legs.get(one.id, []), posted)
            report.pendings += 1
        progress("pending", report.pendings)


_WAITS = (
    Pending.id,
    Pending.body,
    Pending.kind,
    Pending.memo,
    Pending.cause,
    Pending.subject,
    Pending.expires_at,
    Pending.sealed_id,
    Pending.state,
    Pending.decided_at,
    Pending.transaction_id,
)


def _verify_pending(report: Report, one: Any, legs: list[tuple[Any, ...]], posted: dict[int, dict[int, int]]) -> None:
    """`one` has the columns _WAITS; `legs` are (leg id, currency, minor, *_REF); `posted` are the sides of transactions by their id."""
    ref = f"pending:{one.id}"
    if one.sealed_id != one.id:
        report.add("pending_open", ref, "It was never sealed, so nothing checked that it adds up.")
    _verify_legs(report, ref, legs)
    if all(leg[3] is not None for leg in legs):
        kept = [Leg(AccountRef(*leg[4:]), leg[2]) for leg in legs]
        expires = one.expires_at.isoformat() if one.expires_at else "never"
        if accounts.body(kind=one.kind, memo=one.memo, cause=one.cause, subject=one.subject, legs=kept, expires=expires) != one.body:
            report.add("pending_altered", ref, "It or its sides differ from what its fingerprint was made of.")
    late = one.expires_at is not None and one.decided_at is not None and one.decided_at >= one.expires_at
    fits = {
        PendingState.PENDING: one.decided_at is None and one.transaction_id is None,
        PendingState.POSTED: one.decided_at is not None and one.transaction_id is not None and not late,
        PendingState.VOIDED: one.decided_at is not None and one.transaction_id is None,
        PendingState.EXPIRED: late and one.transaction_id is None,
    }
    if not fits[one.state]:
        report.add("pending_state", ref, f"It is {one.state}, but its transaction or its times say something else.")
    elif one.state is PendingState.POSTED:
        most = {account_id: minor for _, _, minor, account_id, *_ in legs}
        done = posted.get(one.transaction_id or 0) or {}
        if not done or any(not accounts.within(minor, most.get(account_id, 0)) for account_id, minor in done.items()):
            report.add("pending_posting", ref, f"transaction:{one.transaction_id} is missing, or moved more than was pending.")


def _verify_orphans(report: Report) -> None:
    """Postings of transactions that do not exist, and legs of pending ones."""
    for part, column, whole in ((Posting, Posting.transaction_id, Transaction), (PendingLeg, PendingLeg.pending_id, Pending)):
        name, of = part.__tablename__, whole.__tablename__
        for above, last in slices(part.id):
            chosen = select(part.id, column).outerjoin(whole, whole.id == column)
            for number, missing in db.session.execute(chosen.where(part.id > above, part.id <= last, whole.id.is_(None))):
                report.add(f"{name}_orphan", f"{name}:{number}", f"It belongs to {of}:{missing}, which does not exist.")


def _verify_accounts(report: Report, progress: Progress) -> None:
    for above, last in slices(Account.id):
        wanted = select(*_KEPT).where(Account.id > above, Account.id <= last).order_by(Account.id)
        rows = db.session.execute(wanted).all()
        sums, waiting = _running_sums(report, above, last, progress), _waiting_sums(above, last)
        for row in rows:
            report.accounts += 1
            _verify_account(report, row, sums.get(row.id, 0), waiting.get(row.id, (0, 0)))


_KEPT = (Account.id, Account.currency, Account.bound, Account.purpose, Account.balance, Account.pending_out, Account.pending_in)


def _verify_account(report: Report, row: Any, computed: int, waiting: tuple[int, int]) -> None:
    """`row` has the columns _KEPT; `computed` and `waiting` (out, in) are what its postings and pending legs add up to."""
    ref, currency = f"account:{row.id}", row.currency
    if row.balance != computed:
        text = f"The balance says {_shown(row.balance, currency)}, but the postings add up to {_shown(computed, currency)}."
        report.add("balance_wrong", ref, text)
    if (row.pending_out, row.pending_in) != waiting:
        told, real = ([_shown(minor, currency) for minor in pair] for pair in ((row.pending_out, row.pending_in), waiting))
        text = f"It says that {told[0]} are pending out and {told[1]} in, but what waits adds up to {real[0]} and {real[1]}."
        report.add("pending_wrong", ref, text)
    bound = accounts.BOUNDS.get(row.purpose, Bound.DEBITS_WITHIN_CREDITS)
    if row.bound is not bound:
        report.add("bound_wrong", ref, f"It is kept as {row.bound}; accounts for {row.purpose} are {bound}.")
    if bound is Bound.DEBITS_WITHIN_CREDITS and row.balance < 0:
        report.add("balance_negative", ref, f"The balance is {_shown(row.balance, currency)}; it must never be below zero.")
    elif bound is Bound.DEBITS_WITHIN_CREDITS and row.balance < waiting[0]:
        report.add("pending_uncovered", ref, f"{_shown(waiting[0], currency)} are set aside of {_shown(row.balance, currency)}.")
    elif bound is Bound.CREDITS_WITHIN_DEBITS and row.balance + waiting[1] > 0:
        report.add("balance_positive", ref, f"The balance is {_shown(row.balance, currency)}; it must never be above zero.")


def _waiting_sums(above: int, last: int) -> dict[int, tuple[int, int]]:
    """What is pending out of these accounts and into them."""
    out = func.coalesce(func.sum(case((PendingLeg.minor < 0, -PendingLeg.minor))), 0)
    into = func.coalesce(func.sum(case((PendingLeg.minor > 0, PendingLeg.minor))), 0)
    rows = db.session.execute(
        select(PendingLeg.account_id, out, into)
        .join(Pending, Pending.id == PendingLeg.pending_id)
        .where(Pending.state == PendingState.PENDING, PendingLeg.account_id > above, PendingLeg.account_id <= last)
        .group_by(PendingLeg.account_id)
    )
    return {account_id: (int(minus), int(plus)) for account_id, minus, plus in rows}


def _running_sums(report: Report, above: int, last: int, progress: Progress) -> dict[int, int]:
    """What the postings of these accounts add up to; says where a posting's own `balance_after` stops agreeing."""
    sums: dict[int, int] = {}
    astray: set[int] = set()
    chosen = select(Posting.account_id, Posting.id, Posting.minor, Posting.balance_after, Posting.currency)
    chosen = chosen.where(Posting.account_id > above, Posting.account_id <= last).order_by(Posting.account_id, Posting.id)
    for rows in _streamed(chosen):
        for account_id, number, minor, after, currency in rows:
            sums[account_id] = sums.get(account_id, 0) + minor
            if after != sums[account_id] and account_id not in astray:
                astray.add(account_id)
                told, computed = _shown(after, currency), _shown(sums[account_id], currency)
                text = f"The balance of account:{account_id} after it says {told}, but the postings up to it add up to {computed}."
                report.add("running_balance", f"posting:{number}", text)
        report.postings += len(rows)
        progress("postings", report.postings)
    return sums


def _streamed(chosen: Executable) -> Iterator[Sequence[Any]]:
    """The rows in the order of an index, CHUNK at a time, as the database comes to them."""
    yield from db.session.connection().execute(chosen, execution_options={"yield_per": CHUNK}).partitions()


def _shown(minor: int, currency: str) -> str:
    """Like Money's own text, also for a currency that we do not know: the books may be damaged."""
    return str(Money(minor, currency)) if currency in CURRENCIES else f"{minor} {currency!r}"


def _number(ref: str) -> int:
    """The number in "funding:5"; 0 if there is none."""
    said = ref.partition(":")[2]
    return int(said) if said.isdecimal() and len(said) < 19 else 0
