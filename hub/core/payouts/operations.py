"""Money out: asked for, sent, refused, come back. None commits, so a step is whole or never was."""

from __future__ import annotations

from collections.abc import Mapping

from hub.core.gateways import operations as gateways
from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.payments import rules as payments
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.queries import lock, over_balance
from hub.core.payouts import events, queries, rules
from hub.core.payouts.gateway import Gateway
from hub.core.payouts.models import Payout, PayoutPlan
from hub.core.payouts.policy import PAYOUTS
from hub.core.payouts.states import PAYOUT, PayoutAct, PayoutState
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid, NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import by_the_system, require_verified
from hub.kernel.words import N_

WAITS_FOR_MONEY = N_("Waits until enough of the site’s money at Stripe is available.")


def request_payout(
    *, actor: Actor, owner: str, owner_id: int, amount: Money, destination: str = "", gateway: str = rules.BANK,
    minimum: Mapping[str, int] | None = None,
) -> Payout:  # fmt: skip
    """Ask for money out of a balance: it is put aside at once and leaves when an administrator, or the processor, has sent it.

    `owner` is "person" (only oneself) or "organisation" (who keeps its books). By "stripe" it goes to the owner's account there. `minimum`
    is the site's smallest payout of a person, in whole units per currency. Raises NotAllowed, Invalid (amount_*, over_balance,
    below_minimum, destination_*, iban_wrong, gateway_unknown), NotNow (payouts_not_enabled).
    """
    require_verified(actor)
    kind = _payee(actor, owner, owner_id)
    queries.check_amount(kind, owner_id, amount, minimum or {})
    return _ask(actor, kind, owner_id, amount, queries.way(gateway), queries.target(gateway, kind, owner_id, amount, destination))


def _ask(actor: Actor, kind: OwnerKind, owner_id: int, amount: Money, way: Gateway, destination: str) -> Payout:
    payout = Payout(
        gateway=way.name,
        owner_kind=kind,
        owner_id=owner_id,
        minor=amount.minor,
        currency=amount.currency,
        destination=destination,
        requested_by=actor.person_id,
        created_at=clock.now(),
    )
    db.session.add(payout)
    db.session.flush()
    transaction = _move_payout(actor, payout, Kind.PAYOUT_ASKED, shortage=over_balance(kind, owner_id, amount.currency))
    event = events.PayoutRequested(*_payout_facts(payout, transaction), by_hand=payout.by_hand)
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    if not payout.by_hand:
        _start_sending(actor, payout)
        _want_transfer(actor, payout)
    return payout


def _start_sending(actor: Actor, payout: Payout) -> None:
    PAYOUT.fire(payout, PayoutAct.SEND)
    payout.sent_at = clock.now()
    journal.record(events.PayoutSending(payout.id), actor=actor, subject=payout.ref)


def _want_transfer(actor: Actor, payout: Payout) -> None:
    """Ask the processor for the transfer. A refused try had no effect and is closed for good, so the next one has a key of its own."""
    payout.tries, payout.retry_at, payout.trouble = payout.tries + 1, None, ""
    gateways.want(
        actor=actor,
        key=f"{payout.ref}:transfer:{payout.tries}",
        name="transfer.create",
        params=rules.transfer(payout.ref, payout.amount, payout.destination),
        cause=payout.ref,
    )


def try_again(*, payout: Payout) -> None:
    """Ask the processor again for a transfer that waited for money there."""
    lock(payout)
    if payout.state is PayoutState.SENDING and payout.retry_at is not None and payout.retry_at <= clock.now():
        _want_transfer(SYSTEM, payout)


def note_transfer(*, payout: Payout, transfer_id: str, reversed_minor: int = 0) -> None:
    """The processor made the transfer, and took `reversed_minor` of it back by now. In any order and however often it is said."""
    lock(payout)
    if payout.state is PayoutState.SENDING:
        confirm_payout(actor=SYSTEM, payout=payout, bank_reference=transfer_id)
    if reversed_minor and payout.state is PayoutState.PAID:
        total = Money(min(reversed_minor, payout.minor), payout.currency)
        return_payout(actor=SYSTEM, payout=payout, reason="Stripe took the transfer back.", total=total)


def note_transfer_refused(*, payout: Payout, key: str, code: str, message: str) -> None:
    """The processor made no transfer: too little of our money is available there now, so it waits; or for good, and the money goes back."""
    lock(payout)
    if payout.state is not PayoutState.SENDING or key != f"{payout.ref}:transfer:{payout.tries}":
        return
    if code == rules.NOT_ENOUGH:
        payout.trouble, payout.retry_at = WAITS_FOR_MONEY, clock.now() + rules.wait_for_money(payout.tries)
        return
    reject_payout(actor=SYSTEM, payout=payout, reason=f"Stripe: {message}"[:500])


def send_payout(*, actor: Actor, payout: Payout) -> Payout:
    """It is being sent now: it stands in a bank file. Raises NotAllowed, NotNow."""
    PAYOUTS.require(actor, PayoutAct.SEND, payout)
    _by_hand(actor, payout)
    lock(payout)
    _start_sending(actor, payout)
    return payout


def take_payout_back(*, actor: Actor, payout: Payout) -> Payout:
    """The bank file it stood in was not used: it waits again. Raises NotAllowed, NotNow."""
    PAYOUTS.require(actor, PayoutAct.TAKE_BACK, payout)
    _by_hand(actor, payout)
    lock(payout)
    PAYOUT.fire(payout, PayoutAct.TAKE_BACK)
    payout.sent_at = None
    journal.record(events.PayoutTakenBack(payout.id), actor=actor, subject=payout.ref)
    return payout


def confirm_payout(*, actor: Actor, payout: Payout, bank_reference: str) -> Payout:
    """The money was sent, as the bank's own reference shows. Raises NotAllowed, NotNow, Invalid (bank_reference_missing)."""
    PAYOUTS.require(actor, PayoutAct.CONFIRM, payout)
    reference = payments.bank_reference(bank_reference)
    _decide(actor, payout, PayoutAct.CONFIRM)
    payout.bank_reference = reference
    transaction = _move_payout(actor, payout, Kind.PAYOUT_SENT)
    event = events.PayoutConfirmed(*_payout_facts(payout, transaction), bank_reference=reference, tell=queries.told_to(payout))
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


def reject_payout(*, actor: Actor, payout: Payout, reason: str) -> Payout:
    """The money is not sent and goes back onto the balance; its owner reads `reason`. Raises NotAllowed, NotNow, Invalid."""
    PAYOUTS.require(actor, PayoutAct.REJECT, payout)
    told = rules.reason(reason)
    _decide(actor, payout, PayoutAct.REJECT)
    payout.reason = told
    transaction = _move_payout(actor, payout, Kind.PAYOUT_RETURNED)
    event = events.PayoutRejected(*_payout_facts(payout, transaction), reason=told, tell=queries.told_to(payout))
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


def return_payout(*, actor: Actor, payout: Payout, reason: str, total: Money | None = None) -> Payout:
    """What was sent came back, `total` of it by now (all, if none is given), and is on the balance again; its owner reads `reason`.

    The same or an older `total` again changes nothing. Raises NotAllowed, NotNow, Invalid (reason_missing, returned_too_much,
    currency_differs).
    """
    PAYOUTS.require(actor, PayoutAct.RETURN, payout)
    told = rules.reason(reason)
    _by_hand(actor, payout)
    lock(payout)
    back = payout.amount if total is None else accounts.same_currency(accounts.positive(total), payout.currency)
    if back.minor > payout.minor:
        raise one_field("amount", N_("No more than %(sent)s was sent."), code="returned_too_much", sent=str(payout.amount))
    if total is not None and back.minor <= payout.returned_minor:
        return payout
    PAYOUT.fire(payout, PayoutAct.RETURN if back == payout.amount else PayoutAct.RETURN_PART)
    part = back - payout.returned
    payout.reason, payout.returned_minor = told, back.minor
    transaction = _move_payout(actor, payout, Kind.PAYOUT_BOUNCED, part, step=f"payout_bounced:{back.minor}")
    facts = (payout.id, transaction.id, payout.owner_kind.value, payout.owner_id, part.minor, payout.currency)
    event = events.PayoutReturned(*facts, returned_minor=back.minor, reason=told, tell=queries.told_to(payout))
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


# Every month


def plan_payouts(*, actor: Actor, destination: str = "", gateway: str = rules.BANK) -> PayoutPlan:
    """Be paid out every month from now on, whatever one's balances hold by then, above the site's smallest payout.

    A plan there is gets the new destination. Raises NotSignedIn, NotAllowed, Invalid (destination_*, iban_wrong, gateway_unknown), NotNow
    (payouts_not_enabled).
    """
    require_verified(actor)
    assert actor.person_id is not None
    to = queries.target(gateway, OwnerKind.PERSON, actor.person_id, None, destination)
    plan = queries.plan_of(actor.person_id)
    if plan is None:
        plan = PayoutPlan(person_id=actor.person_id, since=clock.now(), last_month=rules.month_of(clock.now()))
        db.session.add(plan)
    plan.gateway, plan.destination = gateway, to
    journal.record(events.PayoutPlanMade(actor.person_id), actor=actor, subject=f"person:{actor.person_id}")
    return plan


def end_plan(*, actor: Actor) -> None:
    """No more monthly payouts. Ending what is not there changes nothing."""
    plan = queries.plan_of(actor.person_id or 0)
    if plan is not None:
        db.session.delete(plan)
        journal.record(events.PayoutPlanEnded(plan.person_id), actor=actor, subject=f"person:{plan.person_id}")


def pay_plan(*, plan: PayoutPlan, minimum: Mapping[str, int]) -> list[Payout]:
    """This month's payouts of one plan, one per currency that holds enough. A second call in the same month does nothing."""
    lock(plan)
    month = rules.month_of(clock.now())
    way = queries.way(plan.gateway)
    if plan.last_month >= month or not queries.may_be_sent(plan):
        return []
    plan.last_month = month
    free = queries.available(OwnerKind.PERSON, plan.person_id)
    due = [money for money in free if ((least := rules.minimum(minimum, money.currency)) is None or least <= money)]
    return [_ask(SYSTEM, OwnerKind.PERSON, plan.person_id, accounts.positive(money), way, plan.destination) for money in due]


def _by_hand(actor: Actor, payout: Payout) -> None:
    if not payout.by_hand and not by_the_system(actor, payout):
        raise NotNow(N_("The processor sends this payout and says what became of it."), code="decided_by_processor")


def _decide(actor: Actor, payout: Payout, act: PayoutAct) -> None:
    _by_hand(actor, payout)
    lock(payout)
    PAYOUT.fire(payout, act)
    payout.decided_by, payout.decided_at, payout.trouble, payout.retry_at = actor.person_id, clock.now(), "", None


def _move_payout(
    actor: Actor, payout: Payout, kind: Kind, amount: Money | None = None, *, step: str = "", shortage: Invalid | None = None
) -> Transaction:
    purse = queries.way(payout.gateway).purse(payout.currency)
    return ledger.post(
        actor=actor,
        kind=kind,
        key=f"{payout.ref}:{step or kind.value}",
        legs=rules.payout_legs(kind, payout.owner_kind, payout.owner_id, amount or payout.amount, purse),
        memo=(payout.reason or payout.bank_reference)[:300],
        cause=payout.ref,
        shortage=shortage,
    ).transaction


def _payout_facts(payout: Payout, transaction: Transaction) -> tuple[int, int, str, int, int, str]:
    return payout.id, transaction.id, payout.owner_kind.value, payout.owner_id, payout.minor, payout.currency


def _payee(actor: Actor, owner: str, owner_id: int) -> OwnerKind:
    if owner == OwnerKind.PERSON:
        if not actor.signed_in or actor.person_id != owner_id:
            raise NotAllowed(N_("Everybody asks for their own money alone."))
        return OwnerKind.PERSON
    if owner != OwnerKind.ORGANISATION:
        raise one_field("owner", N_("A payout goes to a person or an organisation."), code="owner_unknown")
    BOOKS.require(actor, BooksAct.PAY_OUT, owner_id)
    return OwnerKind.ORGANISATION
