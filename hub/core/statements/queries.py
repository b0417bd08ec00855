"""What owners read of their money: statements, months, earnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, desc, func, select, type_coerce
from sqlalchemy.orm import aliased

from hub.core.billing.rules import THE_SITE, Owner
from hub.core.holds.models import Hold
from hub.core.ledger import queries as books
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.papers import queries as papers
from hub.core.papers import rules
from hub.core.papers.models import Paper
from hub.core.papers.rules import Draft, PaperKind
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import NotFound
from hub.kernel.money import Money, split
from hub.kernel.words import N_

MOST_LINES = 5000
"""A statement with more movements than this shows one line per day, account's purpose and kind instead of each."""


def statement(
    owner_kind: str,
    owner_id: int,
    *,
    purposes: Sequence[Purpose] = tuple(Purpose),
    currency: str = "",
    kind: Kind | None = None,
    subject: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[books.Line]:
    """The owner's postings, the newest first, those below posting id `before`, as far as they match."""
    wanted = (
        select(
            Posting.id, Transaction.at, Transaction.id, Transaction.kind, Transaction.memo, Transaction.cause, Transaction.subject,
            Account.purpose, Posting.minor, Posting.balance_after, Posting.currency,
        )
        .join(Account, Account.id == Posting.account_id)
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Account.owner_kind == OwnerKind(owner_kind), Account.owner_id == owner_id, Account.purpose.in_(purposes))
    )  # fmt: skip
    if currency:
        wanted = wanted.where(Posting.currency == currency)
    if kind is not None:
        wanted = wanted.where(Transaction.kind == kind)
    if subject:
        wanted = wanted.where(Transaction.subject == subject)
    if before is not None:
        wanted = wanted.where(Posting.id < before)
    rows = db.session.execute(wanted.order_by(Posting.id.desc()).limit(limit))
    return [books.Line(*row[:8], amount=Money(row[8], row[10]), after=Money(row[9], row[10])) for row in rows]


def every_line(owner_kind: str, owner_id: int, *, portion: int = 1000, **wanted: Any) -> Iterator[list[books.Line]]:
    """The same in portions, to the end: for an export."""
    last: int | None = None
    while lines := statement(owner_kind, owner_id, before=last, limit=portion, **wanted):
        last = lines[-1].id
        yield lines


# Earnings


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


@dataclass(frozen=True)
class Source:
    """What one piece of work brought in one month."""

    month: str
    subject: str
    memo: str
    count: int
    last: datetime
    gross: Money
    fee: Money
    net: Money


def _month() -> ColumnElement[str]:
    """A transaction's month in UTC, as text."""
    if db.session.get_bind().dialect.name == "sqlite":
        return func.substr(type_coerce(Transaction.at, String), 1, 7)
    return func.to_char(func.timezone("UTC", Transaction.at), "YYYY-MM")


def _earned_by(person_id: int) -> tuple[ColumnElement[bool], ...]:
    mine = Account.owner_kind == OwnerKind.PERSON, Account.owner_id == person_id, Account.purpose == Purpose.BALANCE
    return *mine, Transaction.kind == Kind.AWARD


def _alone() -> ColumnElement[bool]:
    """Was one alone paid by the transaction, who then bears all of its fee?"""
    legs, account = aliased(Posting), aliased(Account)
    paid = select(func.count()).select_from(legs).join(account, account.id == legs.account_id)
    return (
        paid.where(legs.transaction_id == Transaction.id, account.purpose == Purpose.BALANCE).correlate(Transaction).scalar_subquery() == 1
    )


def _sources(person_id: int, year: int | None, currency: str) -> Select[Any]:
    theirs = select(func.sum(Posting.minor)).join(Account, Account.id == Posting.account_id).where(Posting.transaction_id == Transaction.id)
    fee = case((_alone(), theirs.where(Account.purpose == Purpose.FEES).correlate(Transaction).scalar_subquery()), else_=0)
    month = _month().label("month")
    inner = (
        select(
            month, Transaction.subject, Transaction.memo, Transaction.at, Posting.currency, Posting.minor,
            func.coalesce(fee, 0).label("fee"),
        )
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(*_earned_by(person_id))
    )  # fmt: skip
    if year is not None:
        inner = inner.where(month.startswith(f"{year}-"))
    if currency:
        inner = inner.where(Posting.currency == currency)
    each = inner.subquery()
    return select(
        each.c.month, each.c.subject, func.max(each.c.memo).label("memo"), func.count().label("count"), func.max(each.c.at).label("last"),
        each.c.currency, func.sum(each.c.minor).label("net"), func.sum(each.c.fee).label("fee"),
    ).group_by(each.c.month, each.c.subject, each.c.currency)  # fmt: skip


def sources(person_id: int, *, year: int | None = None, currency: str = "", offset: int = 0, limit: int = 30) -> tuple[int, list[Source]]:
    """How many pieces of work and months there are, and one page of what each brought, the latest first."""
    found = _sources(person_id, year, currency)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = db.session.execute(found.order_by(desc("month"), desc("last")).offset(offset).limit(limit))
    return total, _with_shared_fees(person_id, [_source(*row) for row in rows])


def _source(month: str, subject: str, memo: str, count: int, last: datetime, currency: str, net: int, fee: int) -> Source:
    parts = (Money(int(net) + int(fee), currency), Money(int(fee), currency), Money(int(net), currency))
    return Source(month, subject, memo, count, last, *parts)


def _with_shared_fees(person_id: int, found: list[Source]) -> list[Source]:
    """Where a team was paid by one transaction, each bears its part of the fee: those few are read one by one."""
    wanted = (
        select(Transaction)
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(*_earned_by(person_id), ~_alone(), Transaction.subject.in_([one.subject for one in found]))
    )
    shared = list(db.session.scalars(wanted)) if found else []
    legs = books.legs_of([transaction.id for transaction in shared])
    fees: Counter[tuple[str, str, str]] = Counter()
    for transaction in shared:
        one = _earning(transaction, legs[transaction.id], person_id)
        fees[rules.month_of(one.at), one.subject, one.fee.currency] += one.fee.minor
    return [_plus_fee(one, fees[one.month, one.subject, one.net.currency]) for one in found]


def _plus_fee(one: Source, minor: int) -> Source:
    more = Money(minor, one.net.currency)
    return replace(one, fee=one.fee + more, gross=one.gross + more)


def years_of(person_id: int) -> list[int]:
    """The years in which the person earned anything, the latest first."""
    year = func.substr(_sources(person_id, None, "").subquery().c.month, 1, 4)
    return [int(said) for said in db.session.scalars(select(year).distinct().order_by(year.desc()))]


# Months


def this_month() -> str:
    return rules.month_of(clock.now())


def month_asked(said: str) -> str:
    """The month, if it has begun. Raises NotFound."""
    try:
        rules.bounds(said)
    except ValueError:
        said = ""
    if not said or said > this_month():
        raise NotFound(N_("There is no such month."))
    return said


def month(owner: Owner, asked: str, *, currency: str = "", most: int = MOST_LINES) -> dict[str, dict[str, Any]]:
    """Per currency the owner's month: `opening`, `accounts`, every movement in `lines`, `closing`; plain facts, amounts in minor units.

    opening + the sum of the lines == closing, of each account and of all together. Currencies without money and movements are left out.
    """
    start, end = rules.bounds(asked)
    ours = [Account.owner_kind == owner.kind, Account.owner_id == owner.id, *([Account.currency == currency] if currency else [])]
    rows = db.session.execute(
        select(
            Account.currency, Account.purpose, Account.subject, func.max(Hold.label),
            func.sum(case((Transaction.at < start, Posting.minor), else_=0)), func.sum(Posting.minor),
            func.sum(case((Transaction.at >= start, 1), else_=0)),
        )
        .join(Posting, Posting.account_id == Account.id)
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .outerjoin(Hold, Hold.account_id == Account.id)
        .where(*ours, Transaction.at < end)
        .group_by(Account.id, Account.currency, Account.purpose, Account.subject)
        .order_by(Account.currency, Account.purpose, Account.id)
    ).all()  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    moves = 0
    for name, purpose, subject, label, opening, closing, count in rows:
        if not (opening or closing or count):
            continue
        known = found.setdefault(name, {"opening": 0, "closing": 0, "accounts": [], "lines": []})
        known["opening"] += int(opening)
        known["closing"] += int(closing)
        about = {"purpose": purpose.value, "label": label or "", "subject": subject}
        known["accounts"].append(about | {"opening": int(opening), "closing": int(closing)})
        moves += int(count)
    for name, line in _each(ours, start, end) if moves <= most else _by_day(ours, start, end):
        found[name]["lines"].append(line)
    return found


def _in_month(columns: Sequence[Any], ours: Sequence[Any], start: datetime, end: datetime) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Transaction)
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(*ours, Transaction.at >= start, Transaction.at < end)
    )


def _each(ours: Sequence[Any], start: datetime, end: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = (
        Posting.currency, Transaction.at, Transaction.kind, Account.purpose, Transaction.memo, Posting.minor, Posting.balance_after,
    )  # fmt: skip
    for name, at, kind, purpose, memo, minor, after in db.session.execute(
        _in_month(columns, ours, start, end).order_by(Transaction.at, Posting.id)
    ):
        yield name, {
            "at": at.isoformat(timespec="seconds"), "kind": kind.value, "purpose": purpose.value, "memo": memo, "minor": minor,
            "after": after,
        }  # fmt: skip


def _by_day(ours: Sequence[Any], start: datetime, end: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    text = type_coerce(Transaction.at, String)
    day = func.substr(text, 1, 10) if db.session.get_bind().dialect.name == "sqlite" else func.to_char(
        func.timezone("UTC", Transaction.at), "YYYY-MM-DD"
    )  # fmt: skip
    columns = (Posting.currency, day, Transaction.kind, Account.purpose, func.sum(Posting.minor), func.count())
    grouped = _in_month(columns, ours, start, end).group_by(Posting.currency, day, Transaction.kind, Account.purpose)
    for name, at, kind, purpose, minor, count in db.session.execute(grouped.order_by(day, Transaction.kind, Account.purpose)):
        yield name, {"at": at, "kind": kind.value, "purpose": purpose.value, "memo": "", "minor": int(minor), "count": count}


def draft(owner: Owner, currency: str, asked: str) -> Draft:
    """The monthly statement as a paper: issued by the site when the month is over."""
    found = month(owner, asked, currency=currency)[currency]
    end = rules.bounds(asked)[1] - timedelta(seconds=1)
    empty = Draft(PaperKind.STATEMENT, THE_SITE, owner, f"month:{asked}:{currency}", currency, (), happened_at=end, period=asked)
    return replace(empty, statement=found)


def months_to_close() -> list[str]:
    """The months that are over for a day at least and not closed yet, the earliest first."""
    done = papers.progress()
    first = rules.next_month(done.closed_month) if done is not None and done.closed_month else papers.first_month()
    current = rules.month_of(clock.now() - timedelta(days=1))
    return [one for one in rules.months(first, current) if one < current] if first else []


def without_statement(asked: str) -> list[tuple[Owner, str]]:
    """The owners and currencies with movements in the month and no statement of it yet."""
    start, end = rules.bounds(asked)
    same = (
        select(Paper.id)
        .where(Paper.kind == PaperKind.STATEMENT, Paper.period == asked, Paper.currency == Account.currency)
        .where(Paper.recipient_kind == Account.owner_kind, Paper.recipient_id == Account.owner_id)
        .exists()
    )
    columns = (Account.owner_kind, Account.owner_id, Account.currency)
    wanted = _in_month(columns, [Account.owner_kind != OwnerKind.SITE, ~same], start, end).distinct().order_by(*columns)
    return [(Owner(row.owner_kind, row.owner_id), row.currency) for row in db.session.execute(wanted)]


def papers_of_month(owner: Owner, asked: str) -> dict[str, str]:
    """The numbers of the month's statements, per currency."""
    wanted = select(Paper.currency, Paper.number).where(Paper.kind == PaperKind.STATEMENT, Paper.period == asked)
    mine = wanted.where(Paper.recipient_kind == owner.kind, Paper.recipient_id == owner.id)
    return {row.currency: row.number for row in db.session.execute(mine)}
