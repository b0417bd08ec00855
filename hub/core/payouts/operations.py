"""Money out: asked for, sent, or refused. None commits, so a step is whole or never was."""

from __future__ import annotations

from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.payments import rules as payments
from hub.core.payments.policy import BOOKS, BooksAct
from hub.core.payments.queries import lock, over_balance
from hub.core.payouts import events, queries, rules
from hub.core.payouts.gateway_bank_transfer import BANK_TRANSFER
from hub.core.payouts.models import Payout
from hub.core.payouts.policy import PAYOUTS
from hub.core.payouts.states import PAYOUT, PayoutAct
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotAllowed, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def request_payout(*, actor: Actor, owner: str, owner_id: int, amount: Money, destination: str) -> Payout:
    """Ask for money out of a balance: it is put aside at once and leaves when an administrator has sent it.

    `owner` is "person" (only oneself) or "organisation" (who keeps its books). Raises NotAllowed, Invalid (amount_*, over_balance,
    destination_missing, destination_too_long, iban_wrong).
    """
    require_verified(actor)
    kind = _payee(actor, owner, owner_id)
    accounts.positive(amount)
    payout = Payout(
        gateway=BANK_TRANSFER.name,
        owner_kind=kind,
        owner_id=owner_id,
        minor=amount.minor,
        currency=amount.currency,
        destination=BANK_TRANSFER.destination(destination),
        requested_by=actor.person_id,
        created_at=clock.now(),
    )
    db.session.add(payout)
    db.session.flush()
    transaction = _move_payout(actor, payout, Kind.PAYOUT_ASKED, over_balance(kind, owner_id, amount.currency))
    journal.record(events.PayoutRequested(*_payout_facts(payout, transaction)), actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


def confirm_payout(*, actor: Actor, payout: Payout, bank_reference: str) -> Payout:
    """The money was sent, as the bank's own reference shows. Raises NotAllowed, NotNow, Invalid (bank_reference_missing)."""
    PAYOUTS.require(actor, PayoutAct.CONFIRM, payout)
    reference = payments.bank_reference(bank_reference)
    _decide(actor, payout, PayoutAct.CONFIRM)
    payout.bank_reference = reference
    transaction = _move_payout(actor, payout, Kind.PAYOUT_SENT)
    event = events.PayoutConfirmed(*_payout_facts(payout, transaction), bank_reference=reference, tell=queries.payees(payout))
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


def reject_payout(*, actor: Actor, payout: Payout, reason: str) -> Payout:
    """The money is not sent and goes back onto the balance; its owner reads `reason`. Raises NotAllowed, NotNow, Invalid."""
    PAYOUTS.require(actor, PayoutAct.REJECT, payout)
    told = rules.reason(reason)
    _decide(actor, payout, PayoutAct.REJECT)
    payout.reason = told
    transaction = _move_payout(actor, payout, Kind.PAYOUT_RETURNED)
    event = events.PayoutRejected(*_payout_facts(payout, transaction), reason=told, tell=queries.payees(payout))
    journal.record(event, actor=actor, subject=transaction.ref, scope=payout.ref)
    return payout


def _decide(actor: Actor, payout: Payout, act: PayoutAct) -> None:
    lock(payout)
    PAYOUT.fire(payout, act)
    payout.decided_by, payout.decided_at = actor.person_id, clock.now()


def _move_payout(actor: Actor, payout: Payout, kind: Kind, shortage: Invalid | None = None) -> Transaction:
    return ledger.post(
        actor=actor,
        kind=kind,
        key=f"{payout.ref}:{kind.value}",
        legs=rules.payout_legs(kind, payout.owner_kind, payout.owner_id, payout.amount),
        memo=(payout.bank_reference or payout.reason)[:300],
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
