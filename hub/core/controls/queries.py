"""The check of the books: every cent where each room says it is? And does the other side say the same?"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from sqlalchemy import func, select

from hub.core.batches import queries as batches
from hub.core.batches.rules import payout_named
from hub.core.cards import queries as cards
from hub.core.checks import queries as checks
from hub.core.checks.rules import Progress, Report
from hub.core.controls import rules
from hub.core.controls.models import Reconciliation, ReconciliationDifference
from hub.core.fees import queries as fees
from hub.core.gateways import queries as gateways
from hub.core.holds import queries as holds
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.papers import queries as papers
from hub.core.payees import queries as payees
from hub.core.payments import queries as payments
from hub.core.payments import rules as funding_rules
from hub.core.payouts import queries as payouts
from hub.core.pools import queries as pools
from hub.core.royalties import queries as royalties
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import tables
from hub.kernel.errors import Invalid, NotFound
from hub.kernel.money import CURRENCIES, MAX_MINOR, exponent
from hub.kernel.words import N_

Row = TypeVar("Row")

ROOMS = (
    fees.verify,
    holds.verify,
    payments.verify,
    cards.verify,
    payees.verify,
    payouts.verify,
    pools.verify,
    papers.verify,
    batches.verify,
    royalties.verify,
)
"""Each adds to the report where its own rows do not say the same as the books."""


Check = Callable[[Report], None]
_more: list[Check] = []


def also_verifies(check: Check) -> Check:
    """Register a room above that keeps rows about money: it adds to the report where they do not say the same as the books."""
    if check not in _more:
        _more.append(check)
    return check


def verify(progress: Progress = lambda what, done: None) -> Report:
    """Check the books, then that all rooms say the same as the books. Wants one moment's view of the database."""
    report = Report()
    checks.verify(report, progress)
    for room in (*ROOMS, *_more):
        room(report)
    return report


# What our books say of the money there


def movements_here(purpose: Purpose, first: datetime, end: datetime) -> list[rules.Movement]:
    """What moved on the site's account for `purpose` in [first, end). It is an asset: less on the account is more of it there."""
    rows = db.session.execute(
        select(Transaction.id, Transaction.at, Transaction.key, Transaction.cause, Transaction.memo, Posting.currency, Posting.minor)
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.owner_kind == OwnerKind.SITE, Account.purpose == purpose, Transaction.at >= first, Transaction.at < end)
        .order_by(Transaction.id)
    )
    return [
        rules.Movement(f"transaction:{number}", at, currency, -minor, rules.names_in(key, cause, memo), f"{key} {cause}")
        for number, at, key, cause, memo, currency, minor in rows
    ]


def transfers_returned(first: datetime, end: datetime) -> dict[str, str]:
    """The processor's transfers of which something came back in [first, end), each with its payout's name."""
    causes = select(Transaction.cause).where(Transaction.kind == Kind.PAYOUT_BOUNCED, Transaction.at >= first, Transaction.at < end)
    numbers = [int(cause.partition(":")[2]) for cause in db.session.scalars(causes.distinct()) if cause.startswith("payout:")]
    return {payout.bank_reference: payout.ref for payout in payouts.payouts_by_ids(numbers) if not payout.by_hand}


def names_there(sources: Collection[str]) -> dict[str, str]:
    """What the processor's objects are called in our books, as far as our own rows know: calls of ours, disputes, refunds made there."""
    found: dict[str, str] = {}
    wanted = sorted(sources)
    for place in range(0, len(wanted), checks.CHUNK):
        some = wanted[place : place + checks.CHUNK]
        found |= gateways.causes_of(some) | cards.names_of(some)
    return found


# A bank's statement


@dataclass
class Statement:
    """A bank's statement as it was read: its movements, what belongs to what, and remarks on rows that could not be used."""

    movements: list[rules.Movement] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    remarks: list[tables.Remark] = field(default_factory=list)

    @property
    def days(self) -> tuple[date, date]:
        found = [one.at.date() for one in self.movements]
        return min(found), max(found)


COLUMNS = ("date", "amount", "currency", "reference")


def read_statement(data: bytes) -> Statement:
    """A CSV file with the columns date (2026-11-21), amount (negative: money out), currency, reference and perhaps text.

    Raises Invalid about the file (import_*); a row that cannot be read is left out with a remark.
    """
    table = tables.read_csv(data, COLUMNS, ("text",))
    found = Statement(remarks=list(table.broken))
    for number, cells in table.rows:
        movement = _bank_line(number, cells, found.remarks)
        if movement is not None:
            found.movements.append(movement)
    _name_bank_lines(found)
    return found


def _bank_line(number: int, cells: dict[str, str], remarks: list[tables.Remark]) -> rules.Movement | None:
    currency = cells["currency"].strip().upper()
    at, minor = _date(cells["date"]), _minor(cells["amount"], currency)
    for name, code, message, fine in (
        ("currency", "unknown_currency", N_("We do not know this currency."), currency in CURRENCIES),
        ("date", "date_unreadable", N_("Write the date like 2026-11-21."), at is not None),
        ("amount", "amount_unreadable", N_("Write an amount in figures, like 2500.00."), minor is not None),
    ):
        if not fine:
            remarks.append(tables.Remark(number, name, cells[name].strip()[:200], tables.Weight.ERROR, code, message))
            return None
    assert at is not None and minor is not None
    said = " ".join(f"{cells['reference']} {cells.get('text', '')}".split())
    return rules.Movement(f"line {number}: {cells['reference'].strip()[:80]}", at, currency, minor, (f"line:{number}",), said)


def _date(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(12), UTC)
    except ValueError:
        return None


def _minor(text: str, currency: str) -> int | None:
    """Minor units; None for what is no amount of the currency."""
    try:
        minor = Decimal(text.strip().replace(",", "").replace(" ", "")).scaleb(exponent(currency))
    except (InvalidOperation, Invalid):
        return None
    whole = minor.is_finite() and minor == minor.to_integral_value() and 0 < abs(minor) <= MAX_MINOR
    return int(minor) if whole else None


def _name_bank_lines(found: Statement) -> None:
    """Whose each line is: by our reference in its text, or by the bank's own reference that was copied when it was confirmed."""
    for one in found.movements:
        name = _named_by(one)
        if name:
            found.also[one.names[0]] = name


def _named_by(line: rules.Movement) -> str:
    number = payout_named(line.text)
    if number is not None:
        return f"payout:{number}"
    for word in line.text.split():
        reference = funding_rules.read_reference(word)
        funding = payments.funding_by_reference(reference) if reference else None
        if funding is not None:
            return funding.ref
    bank_reference = line.ref.partition(": ")[2]
    paid = payouts.by_bank_reference(bank_reference) if bank_reference else None
    if paid is not None:
        return paid.ref
    keyed = select(Transaction.cause).where(
        Transaction.key.endswith(f":{bank_reference}", autoescape=True), Transaction.kind == Kind.FUNDING
    )
    return (db.session.scalar(keyed.limit(1)) or "") if bank_reference else ""


# What was found


def reconciliation(reconciliation_id: int) -> Reconciliation:
    """Raises NotFound."""
    return _found(db.session.get(Reconciliation, reconciliation_id))


def difference(difference_id: int) -> ReconciliationDifference:
    """Raises NotFound."""
    return _found(db.session.get(ReconciliationDifference, difference_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such reconciliation."))
    return row


def of_day(source: rules.Source, day: str) -> Reconciliation | None:
    return db.session.scalars(select(Reconciliation).where(Reconciliation.source == source, Reconciliation.day == day)).one_or_none()


def reconciliations(*, before: int | None = None, limit: int = 50) -> list[Reconciliation]:
    """The newest first."""
    chosen = select(Reconciliation)
    return list(db.session.scalars(older(chosen, Reconciliation.id, before, limit)))


def differences(reconciliation_id: int) -> list[ReconciliationDifference]:
    """In the order in which they were found."""
    chosen = select(ReconciliationDifference).where(ReconciliationDifference.reconciliation_id == reconciliation_id)
    return list(db.session.scalars(chosen.order_by(ReconciliationDifference.id)))


def unexplained(reconciliation_id: int) -> int:
    """Differences of one reconciliation that nobody has written a note on."""
    chosen = select(func.count()).where(
        ReconciliationDifference.reconciliation_id == reconciliation_id, ReconciliationDifference.note == ""
    )
    return db.session.scalar(chosen) or 0
