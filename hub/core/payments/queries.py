"""Reading fundings, holds and payouts: what owners see, what waits for administrators, what other rooms ask."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments import rules
from hub.core.payments.models import Funding, Hold
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.states import FundingState
from hub.db.extensions import db
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import Invalid, NotAllowed, NotFound, one_field
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_

Row = TypeVar("Row", Funding, Hold)


def held(subject: str, currency: str) -> int:
    """Minor units held for `subject` now."""
    left = Hold.funded_minor - Hold.awarded_minor - Hold.fee_minor - Hold.refunded_minor
    return int(db.session.scalar(select(func.sum(left)).where(Hold.subject == subject, Hold.currency == currency)) or 0)


def holds_of(subject: str) -> list[Hold]:
    return list(db.session.scalars(select(Hold).where(Hold.subject == subject).order_by(Hold.id)))


def holds_by(organisation_id: int) -> list[Hold]:
    """What the organisation has set aside, the newest first."""
    return list(db.session.scalars(select(Hold).where(Hold.organisation_id == organisation_id).order_by(Hold.id.desc())))


def balances(owner_kind: str, owner_id: int) -> list[Money]:
    """The owner's free money per currency ("person" or "organisation"); empty balances are left out."""
    return books.balances(OwnerKind(owner_kind), owner_id)


def funding(funding_id: int) -> Funding:
    """Raises NotFound."""
    return _found(db.session.get(Funding, funding_id))


def funding_for(actor: Actor, funding_id: int) -> Funding:
    """The funding, for those who see the organisation's money. Raises NotFound for everybody else."""
    found = db.session.get(Funding, funding_id)
    return _found(found if found is not None and BOOKS.can(actor, BooksAct.SEE, found.organisation_id) else None)


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such payment."))
    return row


def see_money(actor: Actor, organisation_id: int) -> None:
    """Raises NotAllowed for those who do not see the organisation's money."""
    if not BOOKS.can(actor, BooksAct.SEE, organisation_id):
        raise NotAllowed(N_("The organisation's owners, managers and finance people see its money."))


def organisation_seen(actor: Actor, slug: str) -> int:
    """The organisation's id, for those who see its money. Raises NotFound, NotAllowed."""
    organisation = organisations.by_slug(slug)
    see_money(actor, organisation.id)
    return organisation.id


def fundings_of(organisation_id: int, *, before: int | None = None, limit: int = 50) -> list[Funding]:
    """The organisation's requests to pay in, the newest first."""
    chosen = select(Funding).where(Funding.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(Funding.id < before)
    return list(db.session.scalars(chosen.order_by(Funding.id.desc()).limit(limit)))


def open_funding(subject: str) -> Funding | None:
    return next(iter(open_fundings_for(subject)), None)


def open_fundings_for(subject: str) -> list[Funding]:
    return list(
        db.session.scalars(select(Funding).where(Funding.subject == subject, Funding.state == FundingState.OPEN).order_by(Funding.id))
    )


def open_fundings_by(organisation_ids: Sequence[int], limit: int) -> list[tuple[Funding, str]]:
    """Transfers that these organisations still have to make, the oldest first, each with the address name of who pays. One statement."""
    if not organisation_ids:
        return []
    chosen = select(Funding, Organisation.slug).join(Organisation, Organisation.id == Funding.organisation_id)
    chosen = chosen.where(Funding.organisation_id.in_(organisation_ids), Funding.state == FundingState.OPEN)
    return [(funding, slug) for funding, slug in db.session.execute(chosen.order_by(Funding.id).limit(limit))]


def funding_by_reference(reference: str) -> Funding | None:
    return db.session.scalars(select(Funding).where(Funding.reference == reference)).one_or_none()


def free_reference() -> str:
    """A reference that no funding has."""
    while funding_by_reference(found := rules.reference(secrets.randbelow(rules.CODES))) is not None:
        pass
    return found


def funding_of(transaction: Transaction) -> Funding | None:
    """The funding that a transaction belongs to."""
    kind, _, number = transaction.cause.partition(":")
    return db.session.get(Funding, int(number)) if kind == "funding" else None


def find_fundings(
    *, state: FundingState | None = FundingState.OPEN, text: str = "", after: int | None = None, offset: int = 0, limit: int = 50
) -> tuple[int, list[Funding]]:
    """How many fundings match and one page of them, the oldest first. `text` is a reference, or a part of one or of the label."""
    chosen = select(Funding)
    if state is not None:
        chosen = chosen.where(Funding.state == state)
    if text:
        exact = rules.read_reference(text)
        like = f"%{text.strip().lower().replace('%', '').replace('_', '')}%"
        chosen = chosen.where(
            Funding.reference == exact if exact else func.lower(Funding.reference).like(like) | func.lower(Funding.label).like(like)
        )
    return page_of(chosen, Funding.id, after, offset, limit)


def page_of(chosen: Select[Row], number: InstrumentedAttribute[int], after: int | None, offset: int, limit: int) -> tuple[int, list[Row]]:
    """How many rows match and one page of them, the lowest id first."""
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if after is not None:
        chosen = chosen.where(number > after)
    return total, list(db.session.scalars(chosen.order_by(number).offset(offset).limit(limit)))


def landing(funding: Funding, received: Money) -> rules.Landing:
    """Where `received` would go. Raises Invalid: amount_*, currency_differs."""
    accounts.same_currency(accounts.positive(received), funding.currency)
    return rules.landing(asked=funding.minor, already=funding.received.minor, received=received.minor, has_hold=bool(funding.subject))


def over_balance(owner: OwnerKind, owner_id: int, currency: str) -> Invalid:
    """The refusal of an amount that the balance does not have."""
    left = Money(books.balance(accounts.balance_of(owner, owner_id, currency)), currency)
    return one_field("amount", N_("The balance is %(left)s: ask for that much or less."), code="over_balance", left=str(left))


def waiting_fundings() -> int:
    """Fundings whose transfer has not (all) come."""
    return db.session.scalar(select(func.count()).where(Funding.state == FundingState.OPEN)) or 0


def lock(row: object) -> None:
    """Read the row afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)


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


def payers(funding: Funding) -> list[int]:
    """The bookkeepers and who asked."""
    return sorted({*bookkeepers(funding.organisation_id), *([funding.requested_by] if funding.requested_by is not None else [])})


def verify(report: Report) -> None:
    """Add to `report` where holds and fundings do not say the same as the books. Wants one moment's view of the database."""
    checks.verify_values(report, Funding.state, FundingState)
    for table in (Hold, Funding):
        checks.verify_values(report, table.currency, CURRENCIES)
    if report.unreadable:
        return
    _verify_holds(report)
    _verify_fundings(report)
    checks.verify_causes(report, "funding", Funding.id)
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
    for account_id in db.session.scalars(lonely.order_by(Account.id)):
        report.add("hold_missing", f"account:{account_id}", "The account keeps money aside, but no hold says what for.")


def _verify_hold(report: Report, hold: Hold, account: Account | None, sums: dict[Kind, int], fee: int) -> None:
    if account is None or account.ref != accounts.hold_of(hold.organisation_id, hold.subject, hold.currency):
        report.add("hold_account", hold.ref, f"The hold's account:{hold.account_id} is not the account of {hold.subject}.")
        return
    out = -sums.get(Kind.AWARD, 0)
    kept = (hold.funded_minor, hold.awarded_minor, hold.fee_minor, hold.refunded_minor)
    posted = (sums.get(Kind.FUNDING, 0) + sums.get(Kind.SET_ASIDE, 0), out - fee, fee, -sums.get(Kind.REFUND, 0))
    if kept != posted:
        names = "funded, awarded, fee, refunded"
        report.add("hold_counters", hold.ref, f"The hold says ({names}) = {kept} in minor units, but its postings say {posted}.")
    if max(sum(kept[1:]) - kept[0], sum(posted[1:]) - posted[0]) > 0:
        report.add("hold_over_released", hold.ref, f"More went out than came in: {kept} in the hold, {posted} in the postings.")
    if hold.left_minor != account.balance:
        report.add("hold_balance", hold.ref, f"The hold has {hold.left_minor} minor units left, but its account {account.balance}.")


def _verify_fundings(report: Report) -> None:
    for above, last in checks.slices(Funding.id):
        fundings = db.session.scalars(checks.afresh(select(Funding).where(Funding.id > above, Funding.id <= last))).all()
        moved = checks.moved_by_cause([funding.ref for funding in fundings])
        for funding in fundings:
            sums = moved[funding.ref]
            posted = (
                sums[Kind.FUNDING, Purpose.HOLD] + sums[Kind.SET_ASIDE, Purpose.HOLD],
                sums[Kind.FUNDING, Purpose.BALANCE],
            )
            kept = (funding.held_minor, funding.balance_minor)
            if kept != posted:
                text = f"The funding says (into the hold, onto the balance) = {kept} in minor units, but its postings say {posted}."
                report.add("funding_amounts", funding.ref, text)
            if (funding.state is FundingState.CONFIRMED and funding.due) or (funding.state is FundingState.OPEN and not funding.due):
                text = f"The funding is “{funding.state}” while {funding.due} of {funding.amount} is still due."
                report.add("funding_state", funding.ref, text)
