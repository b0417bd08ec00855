"""Reading holds: what is set aside for what, and whether the books say the same."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.holds import rules
from hub.core.holds.models import Hold
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, Purpose
from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_


def held(subject: str, currency: str) -> int:
    """Minor units held for `subject` now."""
    left = Hold.funded_minor - Hold.awarded_minor - Hold.fee_minor - Hold.refunded_minor
    return int(db.session.scalar(select(func.sum(left)).where(Hold.subject == subject, Hold.currency == currency)) or 0)


def holds_of(subject: str) -> list[Hold]:
    return list(db.session.scalars(select(Hold).where(Hold.subject == subject).order_by(Hold.id)))


def holds_by(organisation_id: int) -> list[Hold]:
    """What the organisation has set aside, the newest first."""
    return list(db.session.scalars(select(Hold).where(Hold.organisation_id == organisation_id).order_by(Hold.id.desc())))


def locked_hold(subject: str, currency: str) -> Hold | None:
    """The hold, read afresh and kept from others until this unit of work ends."""
    return next((hold for hold in locked_holds(subject) if hold.currency == currency), None)


def locked_holds(subject: str) -> list[Hold]:
    db.session.flush()
    chosen = select(Hold).where(Hold.subject == subject).order_by(Hold.id).with_for_update()
    return list(db.session.scalars(chosen.execution_options(populate_existing=True)))


def bookkeepers(organisation_id: int) -> list[int]:
    """Ids of the people whom the organisation's money news goes to."""
    return organisations.member_ids(organisation_id, (Role.OWNER, Role.FINANCE))


def came_since_the_last_return(account_id: int) -> int:
    """What came into a hold, in minor units, after all that it had was last given back."""
    returned = (
        select(func.max(Posting.id))
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Posting.account_id == account_id, Transaction.kind == Kind.REFUND)
        .scalar_subquery()
    )
    came = select(func.sum(Posting.minor)).where(Posting.account_id == account_id, Posting.minor > 0)
    return int(db.session.scalar(came.where(Posting.id > func.coalesce(returned, 0))) or 0)


def check_payer(subject: str, organisation_id: int, amount: Money) -> None:
    """One subject's money comes from one organisation, in one currency. Raises Conflict (other_payer), Invalid (currency_differs)."""
    for hold in holds_of(subject) if subject else ():
        if hold.organisation_id != organisation_id:
            raise other_payer()
        if hold.left_minor:
            accounts.same_currency(amount, hold.currency)


def other_payer() -> Conflict:
    return Conflict(N_("Another organisation pays for this already."), code="other_payer")


def verify(report: Report) -> None:
    """Add to `report` where holds do not say the same as the books. Wants one moment's view of the database."""
    checks.verify_values(report, Hold.currency, CURRENCIES)
    if report.unreadable:
        return
    _verify_holds(report)
    checks.verify_causes(report, "hold", Hold.id)


def _verify_holds(report: Report) -> None:
    for above, last in checks.slices(Hold.id):
        chosen = select(Hold, Account).outerjoin(Account, Account.id == Hold.account_id)
        holds = db.session.execute(checks.afresh(chosen.where(Hold.id > above, Hold.id <= last))).all()
        moved = checks.moved_by_kind([hold.account_id for hold, _ in holds])
        fees = checks.fees_of([hold.ref for hold, _ in holds])
        for hold, account in holds:
            sums = moved.get(hold.account_id, {})
            _verify_hold(report, hold, account, sums, fees.get(hold.ref, 0))
    lonely = select(Account.id).outerjoin(Hold, Hold.account_id == Account.id).where(Account.purpose == Purpose.HOLD, Hold.id.is_(None))
    lonely = lonely.where(Account.subject.not_like(rules.PLEDGES))
    for account_id in db.session.scalars(lonely.order_by(Account.id)):
        report.add("hold_missing", f"account:{account_id}", "The account keeps money aside, but no hold says what for.")


def _verify_hold(report: Report, hold: Hold, account: Account | None, sums: dict[Kind, int], fee: int) -> None:
    if account is None or account.ref != accounts.hold_of(hold.organisation_id, hold.subject, hold.currency):
        report.add("hold_account", hold.ref, f"The hold's account:{hold.account_id} is not the account of {hold.subject}.")
        return
    out = -sums.get(Kind.AWARD, 0)
    kept = (hold.funded_minor, hold.awarded_minor, hold.fee_minor, hold.refunded_minor)
    posted = (sum(sums.get(kind, 0) for kind in rules.COMES_IN), out - fee, fee, -sums.get(Kind.REFUND, 0))
    if kept != posted:
        names = "funded, awarded, fee, refunded"
        report.add("hold_counters", hold.ref, f"The hold says ({names}) = {kept} in minor units, but its postings say {posted}.")
    if max(sum(kept[1:]) - kept[0], sum(posted[1:]) - posted[0]) > 0:
        report.add("hold_over_released", hold.ref, f"More went out than came in: {kept} in the hold, {posted} in the postings.")
    if hold.left_minor != account.balance:
        report.add("hold_balance", hold.ref, f"The hold has {hold.left_minor} minor units left, but its account {account.balance}.")
