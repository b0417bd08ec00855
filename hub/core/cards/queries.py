"""Reading card payments, refunds and disputes; and whether the books say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from hub.core.cards import rules
from hub.core.cards.models import CardDispute, CardFoundRefund, CardPayment, CardRefund
from hub.core.cards.policy import CARDS, CardAct
from hub.core.cards.rules import Frozen, Owner
from hub.core.cards.states import DisputeState, FoundState, PaymentState, RefundState
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.gateways import queries as gateways
from hub.core.gateways import rules as processing
from hub.core.gateways.states import CallState
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, Purpose
from hub.core.payments import queries as payments
from hub.core.payments.models import Funding
from hub.db.extensions import db
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_


def payment(payment_id: int) -> CardPayment:
    """Raises NotFound."""
    found = db.session.get(CardPayment, payment_id)
    if found is None:
        raise NotFound(N_("There is no such payment."))
    return found


def payment_for(actor: Actor, payment_id: int) -> tuple[CardPayment, Funding]:
    """The payment and what it paid, for those who see the owner's money. Raises NotFound for everybody else."""
    found = payment(payment_id)
    return found, payments.funding_for(actor, found.funding_id)


def may_refund(actor: Actor, funding: Funding) -> bool:
    return CARDS.can(actor, CardAct.REFUND, funding)


def may_pay(actor: Actor, funding: Funding) -> bool:
    return CARDS.can(actor, CardAct.PAY, funding)


def refund(refund_id: int) -> CardRefund:
    return db.session.get_one(CardRefund, refund_id)


def found_refund(found_id: int) -> CardFoundRefund:
    """A refund made at the processor itself. Raises NotFound."""
    found = db.session.get(CardFoundRefund, found_id)
    if found is None:
        raise NotFound(N_("There is no such payment."))
    return found


def found_named(remote_id: str) -> CardFoundRefund | None:
    return db.session.scalars(select(CardFoundRefund).where(CardFoundRefund.remote_id == remote_id)).one_or_none()


def found_refunds_of(payment_id: int) -> list[CardFoundRefund]:
    chosen = select(CardFoundRefund).where(CardFoundRefund.payment_id == payment_id)
    return list(db.session.scalars(chosen.order_by(CardFoundRefund.id)))


def found_refunds(state: FoundState, *, after: int = 0, limit: int = 50) -> list[tuple[CardFoundRefund, Funding]]:
    """The oldest first, those above `after`, each with what had been paid."""
    chosen = select(CardFoundRefund, Funding).join(CardPayment, CardPayment.id == CardFoundRefund.payment_id)
    chosen = chosen.join(Funding, Funding.id == CardPayment.funding_id)
    chosen = chosen.where(CardFoundRefund.state == state, CardFoundRefund.id > after)
    return [(found, funding) for found, funding in db.session.execute(chosen.order_by(CardFoundRefund.id).limit(limit))]


def to_adopt() -> Question:
    """Refunds made at the processor that wait for an administrator: what had been paid, id and no clock."""
    chosen = select(
        func.coalesce(func.nullif(Funding.label, ""), Funding.reference).label("detail"), CardFoundRefund.id.label("key"), NO_DUE
    )
    chosen = chosen.join(CardPayment, CardPayment.id == CardFoundRefund.payment_id).join(Funding, Funding.id == CardPayment.funding_id)
    return chosen.where(CardFoundRefund.state == FoundState.FOUND)


def names_of(remote_ids: Collection[str]) -> dict[str, str]:
    """What these objects of the processor are called here: disputes, and refunds made there."""
    found: dict[str, str] = {}
    for model in (CardDispute, CardFoundRefund):
        table: Any = model
        rows = db.session.scalars(select(table).where(table.remote_id.in_(remote_ids)))
        found |= {row.remote_id: row.ref for row in rows}
    return found


def refunds_to_look_at(limit: int = 10) -> Sequence[int]:
    """Refunds that no notice came about for a while: those on their way, and for some weeks, once a day, those that were sent."""
    now, looked = clock.now(), func.coalesce(CardRefund.looked_at, CardRefund.created_at)
    waits = (CardRefund.state == RefundState.ASKED) & (looked <= now - rules.LOOK_AGAIN)
    sent = (CardRefund.state == RefundState.SENT) & (looked <= now - rules.ONCE_A_DAY) & (CardRefund.closed_at > now - rules.MAY_FAIL)
    return db.session.scalars(select(CardRefund.id).where(waits | sent).order_by(looked).limit(limit)).all()


def payments_of(funding_id: int) -> list[CardPayment]:
    """The newest first."""
    return list(db.session.scalars(select(CardPayment).where(CardPayment.funding_id == funding_id).order_by(CardPayment.id.desc())))


def refunds_of(payment_id: int) -> list[CardRefund]:
    return list(db.session.scalars(select(CardRefund).where(CardRefund.payment_id == payment_id).order_by(CardRefund.id)))


def disputes_of(payment_id: int) -> list[CardDispute]:
    return list(db.session.scalars(select(CardDispute).where(CardDispute.payment_id == payment_id).order_by(CardDispute.id)))


def dispute_named(remote_id: str) -> CardDispute | None:
    return db.session.scalars(select(CardDispute).where(CardDispute.remote_id == remote_id)).one_or_none()


def open_visit(funding: Funding) -> CardPayment | None:
    """A page on which the whole of what is due can still be paid."""
    chosen = select(CardPayment).where(CardPayment.funding_id == funding.id, CardPayment.state == PaymentState.OPEN)
    chosen = chosen.where(CardPayment.minor == funding.due.minor, CardPayment.expires_at > clock.now() + rules.STILL_GOOD)
    return db.session.scalars(chosen.order_by(CardPayment.id.desc()).limit(1)).first()


def page_of(payment: CardPayment) -> str:
    """The address of the processor's page; empty while there is none."""
    call = gateways.by_key(payment.ref)
    return str((call.answer or {}).get("url") or "") if call is not None and call.state is CallState.ANSWERED else ""


def session_id(payment: CardPayment) -> str:
    """The processor's name of the visit; empty while there is none."""
    call = gateways.by_key(payment.ref)
    return call.remote_id if call is not None else ""


def cannot_pay(funding: Funding) -> str:
    """Why what is due cannot be paid by card; empty if it can."""
    return processing.cannot_take(funding.due)


def to_look_at(limit: int = 10) -> Sequence[int]:
    """Payments that no notice came about for a while: open ones, and paid ones whose cost is not known."""
    waits = (CardPayment.state == PaymentState.OPEN) | ((CardPayment.state == PaymentState.PAID) & CardPayment.fee_minor.is_(None))
    chosen = select(CardPayment.id).where(waits, CardPayment.looked_at <= clock.now() - rules.LOOK_AGAIN)
    return db.session.scalars(chosen.order_by(CardPayment.looked_at).limit(limit)).all()


def cost_so_far(currency: str) -> tuple[Money, Money]:
    """What was paid by card in this currency in the last year, and what that cost the site."""
    since = clock.now() - timedelta(days=365)
    known = (CardPayment.currency == currency, CardPayment.fee_minor.is_not(None), CardPayment.created_at > since)
    gross, fee = db.session.execute(select(func.sum(CardPayment.paid_minor), func.sum(CardPayment.fee_minor)).where(*known)).one()
    return Money(int(gross or 0), currency), Money(int(fee or 0), currency)


def owner_of(funding: Funding) -> Owner:
    return Owner(funding.owner_kind, funding.owner_id, funding.currency)


def to_freeze(funding: Funding, disputed: int) -> Frozen:
    """What is left of the funding's hold and on the balance, up to what is disputed. Holds are locked by it."""
    in_hold = 0
    if funding.subject and funding.organisation_id is not None:
        hold = holds.locked_hold(funding.subject, funding.currency)
        if hold is not None and hold.organisation_id == funding.organisation_id:
            in_hold = min(hold.left_minor, funding.held_minor)
    return rules.freeze(disputed, in_hold=in_hold, on_balance=books.available(owner_of(funding).account(Purpose.BALANCE)))


def would_take(found: CardFoundRefund, funding: Funding) -> dict[str, Money]:
    """What taking a refund over takes, or took, of the hold, of the balance, and as the site's loss."""
    taken = to_freeze(funding, found.minor) if found.state is FoundState.FOUND else Frozen(found.hold_minor, found.balance_minor)
    rest = found.minor - taken.minor
    return {name: Money(minor, found.currency) for name, minor in (("hold", taken.hold), ("balance", taken.balance), ("loss", rest))}


def find_payments(*, offset: int = 0, limit: int = 50) -> tuple[int, list[tuple[CardPayment, Funding]]]:
    """How many there are, and one page of them, the newest first."""
    total = db.session.scalar(select(func.count(CardPayment.id))) or 0
    rows = db.session.execute(
        select(CardPayment, Funding)
        .join(Funding, Funding.id == CardPayment.funding_id)
        .order_by(CardPayment.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return total, [(paid, funding) for paid, funding in rows]


def find_disputes(limit: int = 50) -> list[tuple[CardDispute, CardPayment, Funding]]:
    """Open ones first, then the newest."""
    chosen = select(CardDispute, CardPayment, Funding).join(CardPayment, CardPayment.id == CardDispute.payment_id)
    chosen = chosen.join(Funding, Funding.id == CardPayment.funding_id)
    rows = db.session.execute(chosen.order_by(CardDispute.closed_at.is_not(None), CardDispute.id.desc()).limit(limit))
    return [(dispute, paid, funding) for dispute, paid, funding in rows]


def of_site() -> dict[Purpose, list[Money]]:
    """What stands in the books for each purpose, per currency, in one statement; empty ones left out."""
    found: dict[Purpose, list[Money]] = {purpose: [] for purpose in Purpose}
    for total in books.totals():
        if total.amount:
            found[total.purpose].append(total.amount)
    return found


# The check


def verify(report: Report) -> None:
    """Add to `report` where card payments, refunds and disputes do not say the same as the books. Wants one moment's view."""
    for column, allowed in (
        (CardPayment.state, PaymentState),
        (CardRefund.state, RefundState),
        (CardDispute.state, DisputeState),
        (CardFoundRefund.state, FoundState),
        (CardPayment.currency, CURRENCIES),
        (CardRefund.currency, CURRENCIES),
        (CardDispute.currency, CURRENCIES),
        (CardFoundRefund.currency, CURRENCIES),
    ):
        checks.verify_values(report, column, allowed)
    if report.unreadable:
        return
    _verify_payments(report)
    _verify_refunds(report)
    _verify_found_refunds(report)
    _verify_disputes(report)
    _verify_set_aside(report)
    for model in (CardPayment, CardRefund, CardFoundRefund, CardDispute):
        checks.verify_causes(report, model.__tablename__, model.id)


def _verify_payments(report: Report) -> None:
    for above, last in checks.slices(CardPayment.id):
        rows = db.session.scalars(checks.afresh(select(CardPayment).where(CardPayment.id > above, CardPayment.id <= last))).all()
        received, costs = _received([row.ref for row in rows]), checks.moved_by_cause([row.ref for row in rows])
        sums = _parts([row.id for row in rows])
        for row in rows:
            kept = (row.paid_minor, row.fee_minor or 0, row.refunded_minor, row.disputed_minor)
            fee = -costs[row.ref][Kind.PROCESSOR_FEE, Purpose.COSTS]
            posted = (received.get(row.ref, 0), fee, *sums[row.id])
            if kept != posted:
                text = (
                    f"The card payment says (paid, cost, refunded, disputed) = {kept}, but the books and what belongs to it say {posted}."
                )
                report.add("card_payment_amounts", row.ref, text)


def _received(keys: list[str]) -> dict[str, int]:
    """What each card payment brought, by the transaction's key."""
    rows = db.session.execute(
        select(Transaction.key, func.sum(Posting.minor))
        .join(Posting, Posting.transaction_id == Transaction.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Transaction.key.in_(keys), Account.purpose == Purpose.PROCESSOR)
        .group_by(Transaction.key)
    )
    return {key: -int(minor) for key, minor in rows}


def _parts(ids: list[int]) -> dict[int, tuple[int, int]]:
    """What of each payment was refunded (or is about to be), and disputed (and not won)."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place, model, gone in (
        (0, CardRefund, CardRefund.state == RefundState.FAILED),
        (0, CardFoundRefund, CardFoundRefund.state == FoundState.FAILED),
        (1, CardDispute, CardDispute.state == DisputeState.WON),
    ):
        table: Any = model
        rows = db.session.execute(
            select(table.payment_id, func.sum(table.minor)).where(table.payment_id.in_(ids), ~gone).group_by(table.payment_id)
        )
        for number, minor in rows:
            found[number][place] += int(minor)
    return defaultdict(lambda: (0, 0), {number: (both[0], both[1]) for number, both in found.items()})


def _verify_refunds(report: Report) -> None:
    for above, last in checks.slices(CardRefund.id):
        rows = db.session.scalars(checks.afresh(select(CardRefund).where(CardRefund.id > above, CardRefund.id <= last))).all()
        moved = checks.moved_by_cause([row.ref for row in rows])
        for row in rows:
            sums, minor = moved[row.ref], row.minor
            wanted = {
                RefundState.ASKED: (-minor, minor, 0),
                RefundState.SENT: (-minor, 0, minor),
                RefundState.FAILED: (0, 0, 0),
            }[row.state]
            posted = tuple(sum(value for (_, of), value in sums.items() if of is purpose) for purpose in _REFUND_PURPOSES)
            if posted != wanted or -sums[Kind.CARD_REFUND_ASKED, Purpose.BALANCE] != minor:
                text = f"The refund of {row.amount} is “{row.state}”, but its postings (balance, on its way, processor) say {posted}."
                report.add("card_refund_postings", row.ref, text)


_REFUND_PURPOSES = (Purpose.BALANCE, Purpose.RETURNING, Purpose.PROCESSOR)


def _verify_found_refunds(report: Report) -> None:
    for above, last in checks.slices(CardFoundRefund.id):
        wanted = select(CardFoundRefund).where(CardFoundRefund.id > above, CardFoundRefund.id <= last)
        rows = db.session.scalars(checks.afresh(wanted)).all()
        moved = checks.moved_by_cause([row.ref for row in rows])
        for row in rows:
            sums = dict.fromkeys((Purpose.PROCESSOR, Purpose.LOSSES, Purpose.HOLD, Purpose.BALANCE), 0)
            for (kind, purpose), value in moved[row.ref].items():
                if kind is Kind.CARD_REFUND_FOUND:
                    sums[purpose] = sums.get(purpose, 0) + value
            wanted_sums = (row.minor, row.taken.minor - row.minor, -row.hold_minor, -row.balance_minor) if row.adopted_at else (0, 0, 0, 0)
            back = moved[row.ref][Kind.CARD_REFUND_RETURNED, Purpose.PROCESSOR]
            if tuple(sums.values()) != wanted_sums or back != (-row.minor if row.adopted_at and row.state is FoundState.FAILED else 0):
                text = f"The refund of {row.amount} made at the processor is “{row.state}”, but its postings say {tuple(sums.values())}."
                report.add("card_found_refund_postings", row.ref, text)


def _verify_disputes(report: Report) -> None:
    for above, last in checks.slices(CardDispute.id):
        rows = db.session.scalars(checks.afresh(select(CardDispute).where(CardDispute.id > above, CardDispute.id <= last))).all()
        moved = checks.moved_by_cause([row.ref for row in rows])
        for row in rows:
            sums = dict.fromkeys((Purpose.DISPUTED, Purpose.LOSSES, Purpose.PROCESSOR), 0)
            for (kind, purpose), value in moved[row.ref].items():
                if kind is not Kind.PROCESSOR_FEE and purpose in sums:
                    sums[purpose] += value
            frozen = row.hold_minor + row.balance_minor
            wanted = {
                DisputeState.OPEN: (frozen, -row.minor, row.minor),
                DisputeState.WON: (0, 0, 0),
                DisputeState.LOST: (0, frozen - row.minor, row.minor),
            }[row.state]
            if tuple(sums.values()) != wanted:
                text = (
                    f"The dispute of {row.amount} is “{row.state}” with {row.frozen} frozen, but its postings say {tuple(sums.values())}."
                )
                report.add("card_dispute_postings", row.ref, text)


def _verify_set_aside(report: Report) -> None:
    """The accounts for refunds on their way and for disputes hold what open refunds and disputes say, and nothing else."""
    owner = (Funding.owner_kind, Funding.owner_id)
    for code, purpose, model, value, state in (
        ("returning", Purpose.RETURNING, CardRefund, CardRefund.minor, RefundState.ASKED),
        ("disputed", Purpose.DISPUTED, CardDispute, CardDispute.hold_minor + CardDispute.balance_minor, DisputeState.OPEN),
    ):
        table: Any = model
        chosen = select(*owner, table.currency, func.sum(value)).join(CardPayment, CardPayment.id == table.payment_id)
        chosen = chosen.join(Funding, Funding.id == CardPayment.funding_id).where(table.state == state)
        wanted = {
            (kind, number, currency): int(minor)
            for kind, number, currency, minor in db.session.execute(chosen.group_by(*owner, table.currency))
        }
        accounts = db.session.execute(
            select(Account.id, Account.owner_kind, Account.owner_id, Account.currency, Account.balance).where(Account.purpose == purpose)
        )
        for number, kind, owner_id, currency, balance in accounts:
            said = wanted.get((kind, owner_id, currency), 0)
            if balance != said:
                text = f"The account holds {Money(balance, currency)}, but what is open says {Money(said, currency)}."
                report.add(code, f"account:{number}", text)
