"""Reading payouts: one's own, and what waits for administrators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from hub.core.accounts import queries as people
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.payees import queries as payees
from hub.core.payees.states import PayeeState
from hub.core.payments.queries import bookkeepers, over_balance, page_of
from hub.core.payouts import rules
from hub.core.payouts.gateway import Gateway
from hub.core.payouts.gateway_bank_transfer import BANK_TRANSFER
from hub.core.payouts.gateway_stripe import STRIPE_TRANSFER
from hub.core.payouts.models import Payout, PayoutPlan
from hub.core.payouts.schemas import Asked
from hub.core.payouts.states import WAITING, PayoutState
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import NotFound, one_field
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
    return list(db.session.scalars(older(chosen, Payout.id, before, limit)))


def find_payouts(asked: Asked = Asked(), *, after: int | None = None, offset: int = 0, limit: int = 50) -> tuple[int, list[Payout]]:
    """How many payouts match and one page of them, the oldest first."""
    return page_of(_matching(asked), Payout.id, after, offset, limit)


def next_payout(asked: Asked, after: int = 0) -> Payout | None:
    """The oldest payout that matches, beyond `after` if one is there, else from the start."""
    for floor in (after, 0) if after else (0,):
        found = db.session.scalars(_matching(asked).where(Payout.id > floor).order_by(Payout.id).limit(1)).one_or_none()
        if found is not None:
            return found
    return None


def _matching(asked: Asked) -> Select[Payout]:
    chosen = select(Payout)
    if asked.state is not None:
        chosen = chosen.where(Payout.state == asked.state)
    if asked.gateway:
        chosen = chosen.where(Payout.gateway == asked.gateway)
    if asked.currency:
        chosen = chosen.where(Payout.currency == asked.currency)
    if asked.days:
        chosen = chosen.where(Payout.created_at <= clock.now() - timedelta(days=asked.days))
    return chosen


def currencies() -> list[str]:
    """The currencies payouts were ever asked for in."""
    return list(db.session.scalars(select(Payout.currency).distinct().order_by(Payout.currency)))


def payouts_by_ids(ids: Sequence[int]) -> list[Payout]:
    """These payouts, the oldest first; unknown ids are left out."""
    return list(db.session.scalars(select(Payout).where(Payout.id.in_(ids)).order_by(Payout.id)))


WAYS: dict[str, Gateway] = {BANK_TRANSFER.name: BANK_TRANSFER, STRIPE_TRANSFER.name: STRIPE_TRANSFER}


def way(name: str) -> Gateway:
    """The way to send money of that name. Raises Invalid: gateway_unknown."""
    if name not in WAYS:
        raise one_field("gateway", N_("There is no such way to be paid."), code="gateway_unknown")
    return WAYS[name]


def target(gateway: str, kind: OwnerKind, owner_id: int, amount: Money | None, text: str) -> str:
    """Where a payout that way goes: the bank account in `text`, or the owner's account at the processor.

    Raises Invalid (gateway_unknown, destination_*, iban_wrong, amount_not_sendable), NotNow (payouts_not_enabled).
    """
    if way(gateway) is not STRIPE_TRANSFER:
        return way(gateway).destination(text)
    if amount is not None:
        rules.check_sendable(amount)
    return payees.ready_account(kind, owner_id).remote_id


def may_be_sent(plan: PayoutPlan) -> bool:
    """Could a payout of the plan be sent now?"""
    account = payees.by_remote_id(plan.destination) if plan.gateway == rules.STRIPE else None
    return plan.gateway != rules.STRIPE or (account is not None and account.state is PayeeState.READY)


def plan_of(person_id: int) -> PayoutPlan | None:
    return db.session.get(PayoutPlan, person_id)


def plans_due(month: str, limit: int = 100) -> list[PayoutPlan]:
    """Plans that have not been looked at in `month` ("2026-11") yet."""
    chosen = select(PayoutPlan).where(PayoutPlan.last_month < month).order_by(PayoutPlan.person_id)
    return list(db.session.scalars(chosen.limit(limit)))


def check_amount(kind: OwnerKind, owner_id: int, amount: Money, minimum: Mapping[str, int]) -> Money:
    """What a payout of `amount` would leave free on the balance. Persons' payouts have a minimum, organisations take out what is theirs.

    Raises Invalid: amount_*, below_minimum, over_balance.
    """
    accounts.positive(amount)
    balance = Money(books.available(accounts.balance_of(kind, owner_id, amount.currency)), amount.currency)
    if kind is OwnerKind.PERSON:
        rules.check_minimum(amount, balance, rules.minimum(minimum, amount.currency))
    if balance < amount:
        raise over_balance(kind, owner_id, amount.currency)
    return balance - amount


def available(owner_kind: str, owner_id: int) -> list[Money]:
    """What can be asked for now, per currency: the balances without what is pending out of them."""
    return books.available_balances(OwnerKind(owner_kind), owner_id)


def in_transit(owner_kind: str, owner_id: int) -> list[Money]:
    """Asked for and not yet sent, per currency."""
    return books.balances(OwnerKind(owner_kind), owner_id, Purpose.IN_TRANSIT)


@dataclass(frozen=True)
class Backlog:
    """How many payouts wait for an administrator, and since when the oldest does."""

    count: int
    oldest: datetime | None


def waiting_payouts() -> Backlog:
    """Payouts that people send and have not sent."""
    waiting = Payout.state.in_(WAITING) & (Payout.gateway == rules.BANK)
    count, oldest = db.session.execute(select(func.count(), func.min(Payout.created_at)).where(waiting)).one()
    return Backlog(count, oldest)


def names(payouts: Sequence[Payout]) -> dict[int, str]:
    """Who gets each payout, by its id."""
    persons = people.cards([payout.owner_id for payout in payouts if payout.owner_kind is OwnerKind.PERSON])
    payers = organisations.cards([payout.owner_id for payout in payouts if payout.owner_kind is OwnerKind.ORGANISATION])
    found: dict[int, str] = {}
    for payout in payouts:
        card = (persons if payout.owner_kind is OwnerKind.PERSON else payers).get(payout.owner_id)
        found[payout.id] = card.name if card else f"{payout.owner_kind} {payout.owner_id}"
    return found


def by_cause(cause: str) -> Payout | None:
    """The payout that a call to a processor was made for ("payout:5")."""
    kind, _, number = cause.partition(":")
    return db.session.get(Payout, int(number)) if kind == "payout" and number.isdecimal() and len(number) < 19 else None


def by_bank_reference(reference: str) -> Payout | None:
    """The first payout confirmed with this reference of the bank."""
    return db.session.scalars(select(Payout).where(Payout.bank_reference == reference).order_by(Payout.id).limit(1)).first()


def to_try_again(limit: int = 50) -> list[Payout]:
    """Payouts that waited for money at the processor long enough."""
    chosen = select(Payout).where(Payout.state == PayoutState.SENDING, Payout.retry_at <= clock.now())
    return list(db.session.scalars(chosen.order_by(Payout.id).limit(limit)))


def told_to(payout: Payout) -> list[int]:
    """Whom a decision on the payout is told."""
    return [payout.owner_id] if payout.owner_kind is OwnerKind.PERSON else bookkeepers(payout.owner_id)


def verify(report: Report) -> None:
    """Add to `report` where payouts do not say the same as the books. Wants one moment's view of the database."""
    checks.verify_values(report, Payout.state, PayoutState)
    checks.verify_values(report, Payout.owner_kind, OwnerKind)
    checks.verify_values(report, Payout.currency, CURRENCIES)
    checks.verify_values(report, Payout.gateway, WAYS)
    if report.unreadable:
        return
    _verify_payouts(report)
    _verify_in_transit(report)
    checks.verify_causes(report, "payout", Payout.id)


STEPS = {
    PayoutState.REQUESTED: (Kind.PAYOUT_ASKED,),
    PayoutState.SENDING: (Kind.PAYOUT_ASKED,),
    PayoutState.PAID: (Kind.PAYOUT_ASKED, Kind.PAYOUT_SENT),
    PayoutState.REJECTED: (Kind.PAYOUT_ASKED, Kind.PAYOUT_RETURNED),
    PayoutState.RETURNED: (Kind.PAYOUT_ASKED, Kind.PAYOUT_SENT),
}


def _verify_payouts(report: Report) -> None:
    for above, last in checks.slices(Payout.id):
        payouts = db.session.scalars(checks.afresh(select(Payout).where(Payout.id > above, Payout.id <= last))).all()
        moved = checks.moved_by_cause([payout.ref for payout in payouts])
        for payout in payouts:
            _verify_payout(report, payout, moved[payout.ref])


def _verify_payout(report: Report, payout: Payout, moved: Counter[tuple[Kind, Purpose]]) -> None:
    steps = {kind: abs(minor) for (kind, purpose), minor in moved.items() if purpose is Purpose.IN_TRANSIT}
    if steps != dict.fromkeys(STEPS[payout.state], payout.minor):
        text = f"The payout of {payout.amount} is “{payout.state}”, but its postings are {steps or 'none'} in minor units."
        report.add("payout_postings", payout.ref, text)
    purse = way(payout.gateway).purse(payout.currency).purpose
    if stray := {purpose for _, purpose in moved} - {Purpose.IN_TRANSIT, Purpose.BALANCE, purse}:
        text = f"The payout goes by {payout.gateway}, but its postings touch {', '.join(sorted(stray))}."
        report.add("payout_purse", payout.ref, text)
    back = moved[Kind.PAYOUT_BOUNCED, Purpose.BALANCE]
    if back != payout.returned_minor:
        text = f"{payout.returned} of the payout came back, but its postings say {back} in minor units."
        report.add("payout_returned", payout.ref, text)


def _verify_in_transit(report: Report) -> None:
    waiting = (
        select(Payout.owner_kind, Payout.owner_id, Payout.currency, func.sum(Payout.minor).label("minor"))
        .where(Payout.state.in_(WAITING))
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
