"""Reading fundings, holds and payouts: what owners see, what waits for administrators, what other rooms ask."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Executable, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Transaction
from hub.core.ledger.rules import Kind, OwnerKind, Progress, Purpose, Report
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.payments import rules
from hub.core.payments.models import Funding, Hold, Payout
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.states import FundingState, PayoutState
from hub.db.extensions import db
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import Invalid, NotAllowed, NotFound, one_field
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_

Row = TypeVar("Row", Funding, Hold, Payout)
Chosen = TypeVar("Chosen", bound=Executable)


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


def in_transit(owner_kind: str, owner_id: int) -> list[Money]:
    """Asked for and not yet sent, per currency."""
    return books.balances(OwnerKind(owner_kind), owner_id, Purpose.IN_TRANSIT)


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
    fee = sum((money for account, money in legs if account.purpose is Purpose.FEES), Money(0, net.currency))
    return Earning(transaction.id, transaction.at, transaction.memo, transaction.subject, net + fee, fee, net)


def funding(funding_id: int) -> Funding:
    """Raises NotFound."""
    return _found(db.session.get(Funding, funding_id))


def funding_for(actor: Actor, funding_id: int) -> Funding:
    """The funding, for those who see the organisation's money. Raises NotFound for everybody else."""
    found = db.session.get(Funding, funding_id)
    return _found(found if found is not None and BOOKS.can(actor, BooksAct.SEE, found.organisation_id) else None)


def payout(payout_id: int) -> Payout:
    """Raises NotFound."""
    return _found(db.session.get(Payout, payout_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound(N_("There is no such payment."))
    return row


def see_money(actor: Actor, organisation_id: int) -> None:
    """Raises NotAllowed for those who do not see the organisation's money."""
    if not BOOKS.can(actor, BooksAct.SEE, organisation_id):
        raise NotAllowed(N_("The organisation's owners, managers and finance people see its money."))


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
    return _page(chosen, Funding.id, after, offset, limit)


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
    return _page(chosen, Payout.id, after, offset, limit)


def _page(chosen: Select[Row], number: InstrumentedAttribute[int], after: int | None, offset: int, limit: int) -> tuple[int, list[Row]]:
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if after is not None:
        chosen = chosen.where(number > after)
    return total, list(db.session.scalars(chosen.order_by(number).offset(offset).limit(limit)))


def landing(funding: Funding, received: Money) -> rules.Landing:
    """Where `received` would go. Raises Invalid: amount_*, currency_differs."""
    accounts.same_currency(accounts.positive(received), funding.currency)
    return rules.landing(asked=funding.minor, already=funding.received.minor, received=received.minor, has_hold=bool(funding.subject))


def left_after(owner_kind: str, owner_id: int, amount: Money) -> Money:
    """What a payout of `amount` would leave on the balance. Raises Invalid: amount_*, over_balance."""
    accounts.positive(amount)
    kind = OwnerKind(owner_kind)
    left = Money(books.balance(accounts.balance_of(kind, owner_id, amount.currency)), amount.currency) - amount
    if left.minor < 0:
        raise over_balance(kind, owner_id, amount.currency)
    return left


def over_balance(owner: OwnerKind, owner_id: int, currency: str) -> Invalid:
    """The refusal of an amount that the balance does not have."""
    left = Money(books.balance(accounts.balance_of(owner, owner_id, currency)), currency)
    return one_field("amount", N_("The balance is %(left)s: ask for that much or less."), code="over_balance", left=str(left))


def waiting_payouts() -> int:
    return db.session.scalar(select(func.count()).where(Payout.state == PayoutState.REQUESTED)) or 0


def waiting_fundings() -> int:
    """Fundings whose transfer has not (all) come."""
    return db.session.scalar(select(func.count()).where(Funding.state == FundingState.OPEN)) or 0


def lock(row: Funding | Payout) -> None:
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


def payees(payout: Payout) -> list[int]:
    """Whom a decision on the payout is told."""
    return [payout.owner_id] if payout.owner_kind is OwnerKind.PERSON else bookkeepers(payout.owner_id)


def verify(progress: Progress = lambda what, done: None) -> Report:
    """Check the books, then that holds, fundings and payouts say the same as the books. Wants one moment's view of the database."""
    report = Report()
    for column, allowed in ((Funding.state, FundingState), (Payout.state, PayoutState), (Payout.owner_kind, OwnerKind)):
        books.verify_values(report, column, allowed)
    for table in (Hold, Funding, Payout):
        books.verify_values(report, table.currency, CURRENCIES)
    books.verify(report, progress)
    if any(problem.code == "value_unknown" for problem in report.problems):
        return report
    _verify_holds(report)
    _verify_fundings(report)
    _verify_payouts(report)
    _verify_causes(report)
    return report


def _afresh(chosen: Chosen) -> Chosen:
    """What the database holds, whatever this session read before."""
    return chosen.execution_options(populate_existing=True)


def _verify_holds(report: Report) -> None:
    for above, last in books.slices(Hold.id):
        chosen = select(Hold, Account).outerjoin(Account, Account.id == Hold.account_id)
        holds = db.session.execute(_afresh(chosen.where(Hold.id > above, Hold.id <= last))).all()
        moved = books.moved_by_kind([hold.account_id for hold, _ in holds])
        fees = books.fees_of([hold.ref for hold, _ in holds])
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
    for above, last in books.slices(Funding.id):
        fundings = db.session.scalars(_afresh(select(Funding).where(Funding.id > above, Funding.id <= last))).all()
        moved = books.moved_by_cause([funding.ref for funding in fundings])
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


STEPS = {
    PayoutState.REQUESTED: (Kind.PAYOUT_ASKED,),
    PayoutState.PAID: (Kind.PAYOUT_ASKED, Kind.PAYOUT_SENT),
    PayoutState.REJECTED: (Kind.PAYOUT_ASKED, Kind.PAYOUT_RETURNED),
}


def _verify_payouts(report: Report) -> None:
    for above, last in books.slices(Payout.id):
        payouts = db.session.scalars(_afresh(select(Payout).where(Payout.id > above, Payout.id <= last))).all()
        moved = books.moved_by_cause([payout.ref for payout in payouts])
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


CAUSES: dict[str, type[Funding] | type[Hold] | type[Payout]] = {"funding": Funding, "hold": Hold, "payout": Payout}


def _verify_causes(report: Report) -> None:
    """Each transaction names a funding, hold or payout that exists."""
    for above, last in books.slices(Transaction.id):
        rows = db.session.execute(select(Transaction.id, Transaction.cause).where(Transaction.id > above, Transaction.id <= last)).all()
        for name, model in CAUSES.items():
            named = {number: _number(cause) for number, cause in rows if cause.startswith(f"{name}:")}
            known = set(db.session.scalars(select(model.id).where(model.id.in_(set(named.values())))))
            for number, cause_id in named.items():
                if cause_id not in known:
                    text = f"The transaction was made for a {name} that does not exist."
                    report.add("cause_missing", f"transaction:{number}", text)


def _number(ref: str) -> int:
    """The number in "funding:5"; 0 if there is none."""
    said = ref.partition(":")[2]
    return int(said) if said.isdecimal() and len(said) < 19 else 0
