"""Reading holds: what is set aside for what, and whether the books say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, bindparam, cast, func, select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.holds import rules
from hub.core.holds.models import Hold, HoldStage
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, Purpose
from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.db.prepared import Prepared
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, NotFound
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_


def held(subject: str, currency: str) -> int:
    """Minor units held for `subject` now."""
    return int(db.session.scalar(select(func.sum(_LEFT)).where(Hold.subject == subject, Hold.currency == currency)) or 0)


def is_any_held(subjects: Sequence[str], currency: str) -> bool:
    """Is money held for one of these now?"""
    return db.session.scalar(select(Hold.id).where(Hold.subject.in_(subjects), Hold.currency == currency, _LEFT > 0).limit(1)) is not None


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


@dataclass(frozen=True)
class Held:
    """What a release needs to know of a hold, without the row."""

    id: int
    currency: str
    organisation_id: int
    left_minor: int

    @property
    def ref(self) -> str:
        return f"hold:{self.id}"


def locked_now(subject: str, currency: str) -> Held | None:
    """The hold as it is now, kept from others until this unit of work ends."""
    db.session.flush()
    rows = [Held(*row) for row in _LOCKING(db.session.connection(), {"about": subject})]
    return next((held for held in rows if held.currency == currency), None)


_LEFT = Hold.funded_minor - Hold.awarded_minor - Hold.fee_minor - Hold.refunded_minor
_OF = select(Hold.id, Hold.currency, Hold.organisation_id, _LEFT.label("left_minor")).where(Hold.subject == bindparam("about"))
_LOCKING = Prepared(_OF.order_by(Hold.id).with_for_update())


def stages_of(subject: str) -> list[HoldStage]:
    """The stages in which what is held for `subject` is released; none if it is released as a whole."""
    return list(db.session.scalars(select(HoldStage).where(HoldStage.subject == subject).order_by(HoldStage.number)))


def stages_of_all(subjects: Sequence[str]) -> dict[str, list[HoldStage]]:
    """The stages of several subjects. One statement; none for none."""
    found: dict[str, list[HoldStage]] = {}
    if subjects:
        chosen = select(HoldStage).where(HoldStage.subject.in_(subjects)).order_by(HoldStage.subject, HoldStage.number)
        for stage in db.session.scalars(chosen):
            found.setdefault(stage.subject, []).append(stage)
    return found


def locked_stage(subject: str, number: int) -> HoldStage:
    """The stage, read afresh and kept from others until this unit of work ends. Raises NotFound."""
    db.session.flush()
    chosen = select(HoldStage).where(HoldStage.subject == subject, HoldStage.number == number).with_for_update()
    stage = db.session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if stage is None:
        raise NotFound(N_("There is no such stage."))
    return stage


def fee_of(released: Transaction) -> Money:
    """What the site kept of a release."""
    legs = books.legs_of([released.id])[released.id]
    taken = [amount for account, amount in legs if account.purpose is Purpose.FEES]
    return taken[0] if taken else Money(0, legs[0][1].currency)


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
    for table in (Hold, HoldStage):
        checks.verify_values(report, table.currency, CURRENCIES)
    if report.unreadable:
        return
    _verify_holds(report)
    _verify_stages(report)
    _verify_consultants(report)
    checks.verify_causes(report, "hold", Hold.id)


def _verify_stages(report: Report) -> None:
    """A released stage names the release of its own amount; only a part of a hold is released under its stage's key."""
    for above, last in checks.slices(HoldStage.id):
        key = HoldStage.subject + ":stage:" + cast(HoldStage.number, String)
        chosen = select(HoldStage, Transaction).outerjoin(Transaction, Transaction.key == key)
        rows = db.session.execute(checks.afresh(chosen.where(HoldStage.id > above, HoldStage.id <= last))).all()
        legs = books.legs_of([released.id for _, released in rows if released is not None])
        for stage, released in rows:
            ref = f"hold_stage:{stage.id}"
            if stage.transaction_id != (released.id if released is not None else None):
                report.add("stage_release", ref, f"The stage names transaction:{stage.transaction_id}, but the books released another.")
            elif released is not None and Money(-stage.minor, stage.currency) not in [
                amount for account, amount in legs[released.id] if account.purpose is Purpose.HOLD
            ]:
                report.add("stage_amount", ref, f"The stage says {stage.amount}, but {released.ref} released another amount.")


def _verify_consultants(report: Report) -> None:
    """What a consultant was passed on is a part of the fee of the release it names."""
    for above, last in checks.slices(Transaction.id):
        chosen = select(Transaction).where(Transaction.id > above, Transaction.id <= last, Transaction.kind == Kind.CONSULTANT_FEE)
        passed = db.session.scalars(checks.afresh(chosen)).all()
        if not passed:
            continue
        released = {
            one.id: one for one in db.session.scalars(select(Transaction).where(Transaction.id.in_([_number(one) for one in passed])))
        }
        legs = books.legs_of([one.id for one in passed])
        for one in passed:
            source = released.get(_number(one))
            taken = -sum(amount.minor for account, amount in legs[one.id] if account.purpose is Purpose.FEES)
            if source is None or source.kind is not Kind.AWARD or taken > fee_of(source).minor:
                report.add("consultant_fee", one.ref, f"The part of the fee was taken of {one.cause}, which has no such fee.")


def _number(transaction: Transaction) -> int:
    kind, _, number = transaction.cause.partition(":")
    return int(number) if kind == "transaction" and number.isdecimal() and len(number) < 19 else 0


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
