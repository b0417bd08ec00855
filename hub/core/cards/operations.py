"""Money by card: asked for, received, refunded, disputed. Each step moves the books and says so; none speaks to the processor itself."""

from __future__ import annotations

from typing import Any

from hub.core.cards import events, queries, rules
from hub.core.cards.models import CardDispute, CardFoundRefund, CardPayment, CardRefund
from hub.core.cards.policy import CARDS, CardAct
from hub.core.cards.rules import Frozen
from hub.core.cards.states import (
    DISPUTE,
    FOUND_REFUND,
    PAYMENT,
    REFUND,
    DisputeAct,
    DisputeState,
    FoundAct,
    FoundState,
    PaymentAct,
    PaymentState,
    RefundAct,
    RefundState,
)
from hub.core.gateways import operations as gateways
from hub.core.gateways import rules as processing
from hub.core.gateways.gateway import Object
from hub.core.gateways.models import GatewayCall
from hub.core.holds import queries as holds
from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind, Leg
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.core.payments.models import Funding
from hub.core.payments.states import FundingState
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import HubError, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def start(*, actor: Actor, funding: Funding, base_url: str) -> tuple[CardPayment, GatewayCall]:
    """Have the processor open a page on which what is due of `funding` is paid by card; the door makes the call at once.

    A page that is still open is used again. `base_url` is this site's address. Raises NotAllowed, NotNow (funding_closed), Invalid
    (card_cannot).
    """
    CARDS.require(actor, CardAct.PAY, funding)
    require_verified(actor)
    payments_read.lock(funding)
    if funding.state is not FundingState.OPEN:
        raise NotNow(N_("Nothing is due any more."), code="funding_closed")
    if reason := queries.cannot_pay(funding):
        raise one_field("amount", reason, code="card_cannot")
    visit = queries.open_visit(funding) or _new_visit(actor, funding)
    group = funding.subject or funding.ref
    params = rules.checkout(
        amount=visit.amount, name=funding.label or funding.reference, reference=funding.reference, group=group,
        success_url=f"{base_url}/pay/{funding.id}/done?payment={visit.id}", cancel_url=f"{base_url}/pay/{funding.id}",
        expires_at=visit.expires_at,
    )  # fmt: skip
    call = gateways.want(actor=actor, key=visit.ref, name=rules.CREATE, params=params, cause=visit.ref, at_once=True)
    return visit, call


def _new_visit(actor: Actor, funding: Funding) -> CardPayment:
    now = clock.now().replace(microsecond=0)
    visit = CardPayment(
        funding_id=funding.id, minor=funding.due.minor, currency=funding.currency, paid_minor=0, refunded_minor=0, disputed_minor=0,
        requested_by=actor.person_id, created_at=now, looked_at=now, expires_at=now + rules.OPEN_FOR,
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    event = events.CardPaymentStarted(visit.id, funding.id, visit.minor, visit.currency)
    journal.record(event, actor=actor, subject=visit.ref, scope=funding.scope)
    return visit


def note_visit(*, payment: CardPayment, session: Object) -> None:
    """What the processor's page says now: paid (the funding receives the money, once), expired, or nothing new."""
    payments_read.lock(payment)
    payment.looked_at = clock.now()
    if payment.state is not PaymentState.OPEN:
        return
    if session.get("payment_status") == "paid":
        received = processing.from_processor(int(session["amount_total"]), str(session["currency"]))
        _note_paid(payment, received, rules.id_of(session, "payment_intent"))
    elif session.get("status") == "expired":
        _close(payment, PaymentAct.EXPIRE)


def _note_paid(payment: CardPayment, received: Money, intent_id: str) -> None:
    PAYMENT.fire(payment, PaymentAct.PAY)
    payment.paid_minor, payment.intent_id, payment.closed_at = received.minor, intent_id, clock.now()
    funding = payments_read.funding(payment.funding_id)
    transaction = payments.receive_from_processor(actor=SYSTEM, funding=funding, received=received, key=payment.ref)
    event = events.CardPaid(payment.id, funding.id, transaction.id, received.minor, received.currency)
    journal.record(event, actor=SYSTEM, subject=payment.ref, scope=funding.scope)


def note_refused_visit(*, payment: CardPayment, reason: str) -> None:
    """The processor would not open a page for it; the funding can be paid by bank transfer all the same."""
    payments_read.lock(payment)
    if payment.state is PaymentState.OPEN:
        payment.trouble = reason[:300]
        _close(payment, PaymentAct.REFUSE)


def _close(payment: CardPayment, act: PaymentAct) -> None:
    PAYMENT.fire(payment, act)
    payment.closed_at = clock.now()
    event = events.CardPaymentClosed(payment.id, payment.funding_id, payment.state.value)
    journal.record(event, actor=SYSTEM, subject=payment.ref)


def note_cost(*, payment: CardPayment, movement: Object) -> None:
    """What the payment cost the site: the fee in the processor's own books (a balance transaction). Once."""
    payments_read.lock(payment)
    if payment.fee_minor is not None:
        return
    fee = processing.from_processor(int(movement["fee"]), str(movement["currency"]))
    payment.fee_minor = fee.minor if fee.currency == payment.currency else 0
    _post_fee(fee, str(movement["id"]), payment.ref if fee.currency == payment.currency else f"funding:{payment.funding_id}")


def _post_fee(fee: Money, movement_id: str, cause: str) -> None:
    if fee:
        ledger.post(actor=SYSTEM, kind=Kind.PROCESSOR_FEE, key=f"processor_fee:{movement_id}", legs=rules.fee_legs(fee), cause=cause)


# Refunds


def ask_refund(*, actor: Actor, payment: CardPayment, amount: Money) -> CardRefund:
    """Send `amount` from the owner's balance back to the card that paid. It leaves the balance at once and returns if the bank refuses.

    Raises NotAllowed, NotNow (not_paid, payment_disputed), Invalid (amount_*, currency_differs, over_refund, over_balance, card_cannot).
    """
    funding = payments_read.funding(payment.funding_id)
    CARDS.require(actor, CardAct.REFUND, funding)
    require_verified(actor)
    payments_read.lock(payment)
    check_refund(payment=payment, amount=amount)
    refund = CardRefund(
        payment_id=payment.id, minor=amount.minor, currency=amount.currency, requested_by=actor.person_id, created_at=clock.now()
    )
    db.session.add(refund)
    payment.refunded_minor += amount.minor
    db.session.flush()
    owner = queries.owner_of(funding)
    short = payments_read.over_balance(owner.kind, owner.id, owner.currency)
    asked = _post(actor, Kind.CARD_REFUND_ASKED, refund.ref, "asked", rules.refund_asked_legs(owner, amount.minor), funding, short)
    params = {"payment_intent": payment.intent_id, "amount": processing.to_processor(amount)}
    gateways.want(actor=actor, key=refund.ref, name=rules.REFUND, params=params, cause=refund.ref)
    event = events.CardRefundAsked(refund.id, payment.id, amount.minor, amount.currency, asked.id)
    journal.record(event, actor=actor, subject=refund.ref, scope=funding.scope)
    return refund


def check_refund(*, payment: CardPayment, amount: Money) -> None:
    """Whether so much of the payment can go back now. Writes nothing. Raises as `ask_refund`."""
    accounts.same_currency(accounts.positive(amount), payment.currency)
    if reason := processing.cannot_take(amount):
        raise one_field("amount", reason, code="card_cannot")
    if payment.state is not PaymentState.PAID:
        raise NotNow(N_("Only what was paid by card can go back to it."), code="not_paid")
    if any(dispute.state is DisputeState.OPEN for dispute in queries.disputes_of(payment.id)):
        raise NotNow(N_("The payment is disputed: its bank decides first."), code="payment_disputed")
    if amount.minor > payment.refundable.minor:
        message = N_("%(left)s of this payment can still go back to the card.")
        raise one_field("amount", message, code="over_refund", left=str(payment.refundable))


def note_refund(*, refund: CardRefund, found: Object) -> None:
    """What the processor says of a refund now: on its way or there, or sent back by the bank. One that still waits for money there (it
    has no balance transaction) has not left."""
    if found.get("status") in {"failed", "canceled"}:
        note_refund_failed(refund=refund, reason=str(found.get("failure_reason") or found["status"]))
        return
    if not found.get("balance_transaction"):
        return
    payments_read.lock(refund)
    if refund.state is not RefundState.ASKED:
        return
    REFUND.fire(refund, RefundAct.SEND)
    refund.was_sent, refund.closed_at = True, clock.now()
    funding = _funding_of(refund.payment_id)
    legs = rules.refund_sent_legs(queries.owner_of(funding), refund.minor)
    moved = _post(SYSTEM, Kind.CARD_REFUND_SENT, refund.ref, "sent", legs, funding)
    facts = (refund.id, funding.organisation_id, funding.label, refund.minor, refund.currency, payments_read.payers(funding), moved.id)
    journal.record(events.CardRefundSent(*facts), actor=SYSTEM, subject=moved.ref, scope=funding.scope)


def note_refund_failed(*, refund: CardRefund, reason: str) -> None:
    """The money is back on the balance, and people are told."""
    payment = queries.payment(refund.payment_id)
    payments_read.lock(payment)
    payments_read.lock(refund)
    if refund.state is RefundState.FAILED:
        return
    funding = payments_read.funding(payment.funding_id)
    REFUND.fire(refund, RefundAct.FAIL)
    refund.failure, refund.closed_at = reason[:300] or "failed", clock.now()
    payment.refunded_minor -= refund.minor
    legs = rules.refund_failed_legs(queries.owner_of(funding), refund.minor, was_sent=refund.was_sent)
    moved = _post(SYSTEM, Kind.CARD_REFUND_RETURNED, refund.ref, "returned", legs, funding)
    facts = (refund.id, funding.organisation_id, funding.label, refund.minor, refund.currency, refund.failure)
    event = events.CardRefundFailed(*facts, tell=payments_read.payers(funding), transaction_id=moved.id)
    journal.record(event, actor=SYSTEM, subject=moved.ref, scope=funding.scope)


def note_found_refund(*, payment: CardPayment, found: Object) -> CardFoundRefund | None:
    """What the processor says of a refund of ours that this site never asked for. It waits for an administrator; None while nothing left.

    Raises NotNow (not_paid; refunds_open, while a refund of our own that there is no money for any more is not known to be refused).
    """
    payments_read.lock(payment)
    known = queries.found_named(str(found["id"]))
    if found.get("status") in {"failed", "canceled"}:
        return _found_failed(payment, known, str(found.get("failure_reason") or found["status"])) if known is not None else None
    if known is not None or not found.get("balance_transaction"):
        return known
    if payment.state is not PaymentState.PAID:
        raise NotNow("The payment is not known to be paid yet.", code="not_paid")
    amount = accounts.same_currency(processing.from_processor(int(found["amount"]), str(found["currency"])), payment.currency)
    if amount.minor > payment.paid_minor - payment.refunded_minor:
        raise NotNow("A refund of this payment is still to be refused.", code="refunds_open")
    payment.refunded_minor += amount.minor
    row = CardFoundRefund(
        payment_id=payment.id, remote_id=str(found["id"]), minor=amount.minor, currency=amount.currency, created_at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    funding = payments_read.funding(payment.funding_id)
    event = events.CardRefundFound(row.id, payment.id, funding.label or funding.reference, row.minor, row.currency)
    journal.record(event, actor=SYSTEM, subject=row.ref, scope=funding.scope)
    return row


def adopt_refund(*, actor: Actor, found: CardFoundRefund) -> CardFoundRefund:
    """Take it over into the books: from what is left of the funding's hold, then from the balance; the rest is the site's loss.

    Raises NotAllowed, NotNow (it was taken over, or failed).
    """
    funding = _funding_of(found.payment_id)
    CARDS.require(actor, CardAct.ADOPT, funding)
    payments_read.lock(queries.payment(found.payment_id))
    payments_read.lock(found)
    taken = queries.to_freeze(funding, found.minor)
    FOUND_REFUND.fire(found, FoundAct.ADOPT)
    found.hold_minor, found.balance_minor = taken.hold, taken.balance
    found.adopted_at, found.adopted_by = clock.now(), actor.person_id
    _change_hold(funding, -taken.hold)
    legs = rules.refund_found_legs(queries.owner_of(funding), funding.subject, taken, found.minor)
    moved = _post(actor, Kind.CARD_REFUND_FOUND, found.ref, "adopted", legs, funding)
    facts = (found.id, funding.organisation_id, funding.label, found.minor, taken.minor, found.minor - taken.minor, found.currency)
    event = events.CardRefundAdopted(*facts, payments_read.payers(funding), moved.id)
    journal.record(event, actor=actor, subject=moved.ref, scope=funding.scope)
    return found


def _found_failed(payment: CardPayment, found: CardFoundRefund, reason: str) -> CardFoundRefund:
    payments_read.lock(found)
    if found.state is FoundState.FAILED:
        return found
    funding, moved = payments_read.funding(payment.funding_id), None
    if found.state is FoundState.ADOPTED:
        taken = Frozen(found.hold_minor, found.balance_minor)
        legs = rules.found_refund_failed_legs(queries.owner_of(funding), taken, found.minor)
        moved = _post(SYSTEM, Kind.CARD_REFUND_RETURNED, found.ref, "returned", legs, funding)
    FOUND_REFUND.fire(found, FoundAct.FAIL)
    found.failure = reason[:300]
    payment.refunded_minor -= found.minor
    facts = (found.id, funding.organisation_id, funding.label, found.minor, found.taken.minor, found.currency, found.failure)
    event = events.CardFoundRefundFailed(*facts, payments_read.payers(funding) if moved else [], moved.id if moved else None)
    journal.record(event, actor=SYSTEM, subject=moved.ref if moved else found.ref, scope=funding.scope)
    return found


# Disputes


def note_dispute(*, payment: CardPayment, found: Object) -> CardDispute | None:
    """What the processor says of a dispute now: freeze, give back or write off, once each and in whatever order it is told.

    None for a mere question, which takes no money. Raises NotNow (not_paid) before the payment itself is known: come again then.
    """
    payments_read.lock(payment)
    if payment.state is not PaymentState.PAID:
        raise NotNow("The payment is not known to be paid yet.", code="not_paid")
    status = str(found.get("status"))
    dispute = queries.dispute_named(str(found["id"]))
    if dispute is None:
        if status not in rules.WITHDRAWN or (status == "won" and not found.get("balance_transactions")):
            return None
        dispute = _open_dispute(payment, found)
    payments_read.lock(dispute)
    for movement in found.get("balance_transactions") or []:
        fee = processing.from_processor(int(movement["fee"]), str(movement["currency"]))
        _post_fee(fee, str(movement["id"]), dispute.ref)
    if dispute.state is DisputeState.OPEN and status in rules.GIVEN_BACK:
        _win(payment, dispute)
    elif dispute.state is DisputeState.OPEN and status == "lost":
        _lose(payment, dispute)
    return dispute


def _open_dispute(payment: CardPayment, found: Object) -> CardDispute:
    amount = processing.from_processor(int(found["amount"]), str(found["currency"]))
    accounts.same_currency(amount, payment.currency)
    funding = payments_read.funding(payment.funding_id)
    frozen = queries.to_freeze(funding, amount.minor)
    dispute = CardDispute(
        payment_id=payment.id, remote_id=str(found["id"]), minor=amount.minor, currency=amount.currency, created_at=clock.now(),
        reason=str(found.get("reason") or "")[:60], hold_minor=frozen.hold, balance_minor=frozen.balance,
    )  # fmt: skip
    db.session.add(dispute)
    payment.disputed_minor += amount.minor
    db.session.flush()
    _change_hold(funding, -frozen.hold)
    legs = rules.opened_legs(queries.owner_of(funding), funding.subject, frozen, amount.minor)
    moved = _post(SYSTEM, Kind.DISPUTE_OPENED, dispute.ref, "opened", legs, funding)
    facts = (dispute.id, payment.id, funding.organisation_id, funding.label, amount.minor, frozen.minor, amount.currency)
    event = events.DisputeOpened(*facts, dispute.reason, payments_read.payers(funding), moved.id)
    journal.record(event, actor=SYSTEM, subject=moved.ref, scope=funding.scope)
    return dispute


def _win(payment: CardPayment, dispute: CardDispute) -> None:
    DISPUTE.fire(dispute, DisputeAct.WIN)
    dispute.closed_at = clock.now()
    payment.disputed_minor -= dispute.minor
    funding = payments_read.funding(payment.funding_id)
    frozen = Frozen(dispute.hold_minor, dispute.balance_minor)
    hold = holds.locked_hold(funding.subject, funding.currency) if frozen.hold else None
    goes_on = hold is not None and not hold.refunded_minor
    if goes_on:
        _change_hold(funding, frozen.hold)
    legs = rules.won_legs(queries.owner_of(funding), funding.subject, frozen, dispute.minor, back_to_hold=goes_on)
    moved = _post(SYSTEM, Kind.DISPUTE_WON, dispute.ref, "won", legs, funding)
    facts = (dispute.id, funding.organisation_id, funding.label, frozen.minor, dispute.currency, payments_read.payers(funding), moved.id)
    journal.record(events.DisputeWon(*facts), actor=SYSTEM, subject=moved.ref, scope=funding.scope)


def _lose(payment: CardPayment, dispute: CardDispute) -> None:
    DISPUTE.fire(dispute, DisputeAct.LOSE)
    dispute.closed_at = clock.now()
    funding = payments_read.funding(payment.funding_id)
    frozen = Frozen(dispute.hold_minor, dispute.balance_minor)
    more = queries.to_freeze(funding, dispute.minor - frozen.minor)
    dispute.hold_minor += more.hold
    dispute.balance_minor += more.balance
    _change_hold(funding, -more.hold)
    moved = None
    if dispute.frozen:
        legs = rules.lost_legs(queries.owner_of(funding), funding.subject, frozen, more)
        moved = _post(SYSTEM, Kind.DISPUTE_LOST, dispute.ref, "lost", legs, funding)
    taken = dispute.frozen.minor
    facts = (dispute.id, funding.organisation_id, funding.label, dispute.minor, taken, dispute.minor - taken, dispute.currency)
    event = events.DisputeLost(*facts, payments_read.payers(funding), moved.id if moved else None)
    journal.record(event, actor=SYSTEM, subject=moved.ref if moved else dispute.ref, scope=funding.scope)


def _change_hold(funding: Funding, minor: int) -> None:
    """Money that was disputed counts as not funded while it is away."""
    if minor:
        hold = holds.locked_hold(funding.subject, funding.currency)
        assert hold is not None
        hold.funded_minor += minor


def _funding_of(payment_id: int) -> Funding:
    return payments_read.funding(queries.payment(payment_id).funding_id)


def _post(
    actor: Actor, kind: Kind, ref: str, step: str, legs: list[Leg], funding: Funding, shortage: HubError | None = None
) -> Transaction:
    values: dict[str, Any] = {"memo": funding.label or funding.reference, "cause": ref, "subject": funding.subject}
    return ledger.post(actor=actor, kind=kind, key=f"{ref}:{step}", legs=legs, shortage=shortage, **values).transaction
