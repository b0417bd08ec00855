"""Reading payouts: one's own, and what waits for administrators."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.payments.queries import bookkeepers, over_balance, page_of
from hub.core.payouts.models import Payout
from hub.core.payouts.states import PayoutState
from hub.db.extensions import db
from hub.kernel.errors import NotFound
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_


def payout(payout_id: int) -> Payout:
    """Raises NotFound."""
    found = db.session.get(Payout, payout_id)
    if found is None:
        raise NotFound(N_("There is no such payment."))
    return found


def payouts_of(owner_kind: str, owner_id: int, *, before: int | None = None, limit: int = 50) -> list[Payout]:
    """The owner's payouts, the newest first."""
    chosen = select(Payout).where(Payout.owner_kind == OwnerKind(owner_kind), Payout.owner_id == owner_id)
    if before is not None:
        chosen = chosen.where(Payout.id < before)
    return list(db.session.scalars(chosen.order_by(Payout.id.desc()).limit(limit)))


def find_payouts(
    *, state: PayoutState | None = PayoutState.REQUESTED, after: int | None = None, offset: int = 0, limit: int = 50
) -> tuple[int, list[Payout]]:
    """How many payouts match and one page of them, the oldest first."""
    chosen = select(Payout)
    if state is not None:
        chosen = chosen.where(Payout.state == state)
    return page_of(chosen, Payout.id, after, offset, limit)


def left_after(owner_kind: str, owner_id: int, amount: Money) -> Money:
    """What a payout of `amount` would leave on the balance. Raises Invalid: amount_*, over_balance."""
    accounts.positive(amount)
    kind = OwnerKind(owner_kind)
    left = Money(books.balance(accounts.balance_of(kind, owner_id, amount.currency)), amount.currency) - amount
    if left.minor < 0:
        raise over_balance(kind, owner_id, amount.currency)
    return left


def in_transit(owner_kind: str, owner_id: int) -> list[Money]:
    """Asked for and not yet sent, per currency."""
    return books.balances(OwnerKind(owner_kind), owner_id, Purpose.IN_TRANSIT)


def waiting_payouts() -> int:
    return db.session.scalar(select(func.count()).where(Payout.state == PayoutState.REQUESTED)) or 0


def payees(payout: Payout) -> list[int]:
    """Whom a decision on the payout is told."""
    return [payout.owner_id] if payout.owner_kind is OwnerKind.PERSON else bookkeepers(payout.owner_id)


def verify(report: Report) -> None:
    """Add to `report` where payouts do not say the same as the books. Wants one moment's view of the database."""
    checks.verify_values(report, Payout.state, PayoutState)
    checks.verify_values(report, Payout.owner_kind, OwnerKind)
    checks.verify_values(report, Payout.currency, CURRENCIES)
    if report.unreadable:
        return
    _verify_payouts(report)
    _verify_in_transit(report)
    checks.verify_causes(report, "payout", Payout.id)


STEPS = {
    PayoutState.REQUESTED: (Kind.PAYOUT_ASKED,),
    PayoutState.PAID: (Kind.PAYOUT_ASKED, Kind.PAYOUT_SENT),
    PayoutState.REJECTED: (Kind.PAYOUT_ASKED, Kind.PAYOUT_RETURNED),
}


def _verify_payouts(report: Report) -> None:
    for above, last in checks.slices(Payout.id):
        payouts = db.session.scalars(checks.afresh(select(Payout).where(Payout.id > above, Payout.id <= last))).all()
        moved = checks.moved_by_cause([payout.ref for payout in payouts])
        for payout in payouts:
            steps = {kind: abs(minor) for (kind, purpose), minor in moved[payout.ref].items() if purpose is Purpose.IN_TRANSIT}
            if steps != dict.fromkeys(STEPS[payout.state], payout.minor):
                text = f"The payout of {payout.amount} is “{payout.state}”, but its postings are {steps or 'none'} in minor units."
                report.add("payout_postings", payout.ref, text)
    _verify_in_transit(report)


def _verify_in_transit(report: Report) -> None:
    waiting = (
        select(Payout.owner_kind, Payout.owner_id, Payout.currency, func.sum(Payout.minor).label("minor"))
        .where(Payout.state == PayoutState.REQUESTED)
        .group_by(Payout.owner_kind, Payout.owner_id, Payout.currency)
        .subquery()
    )
    same = (
        (waiting.c.owner_kind == Account.owner_kind) & (waiting.c.owner_id == Account.owner_id) & (waiting.c.currency == Account.currency)
    )
    asked = func.coalesce(waiting.c.minor, 0)
    rows = db.session.execute(
        select(Account.id, Account.balance, asked)
        .outerjoin(waiting, same)
        .where(Account.purpose == Purpose.IN_TRANSIT, Account.balance != asked)
        .order_by(Account.id)
    )
    for account_id, balance, minor in rows:
        text = f"The account has {balance} minor units on their way out, but the payouts that wait come to {minor}."
        report.add("in_transit", f"account:{account_id}", text)
