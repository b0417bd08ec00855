"""Money in: asked for, received, set aside. Each step moves the books and says so; none commits, so a step is whole or never was."""

from __future__ import annotations

from typing import Any

from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.holds.models import Hold
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import AccountRef, Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.payments import events, queries, rules
from hub.core.payments.gateway import PROCESSOR
from hub.core.payments.gateway_bank_transfer import BANK_TRANSFER
from hub.core.payments.models import Funding
from hub.core.payments.policy import BOOKS, FUNDINGS, OWN, BooksAct
from hub.core.payments.states import FUNDING, FundingAct, FundingState
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_


def request_funding(*, actor: Actor, organisation_id: int, subject: str, amount: Money, label: str) -> Funding:
    """Ask for `amount`, to be held for `subject` ("challenge:2"), or for the organisation's own balance if `subject` is empty.

    The funding's `reference` goes onto the bank transfer. Asking again for the same returns the open request. Raises NotAllowed,
    Invalid (amount_zero, amount_negative, amount_too_large, currency_differs), Conflict (funding_open, other_payer).
    """
    BOOKS.require(actor, BooksAct.PAY_IN, organisation_id)
    accounts.positive(amount)
    holds_read.check_payer(subject, organisation_id, amount)
    if subject and (open_one := queries.open_funding(subject)) is not None:
        if open_one.organisation_id == organisation_id and open_one.amount == amount:
            return open_one
        raise Conflict(
            N_("There is an open request for %(amount)s with the reference %(reference)s: cancel it before you ask for another amount."),
            code="funding_open",
            amount=str(open_one.amount),
            reference=open_one.reference,
        )
    return _requested(actor, _new_funding(actor, OwnerKind.ORGANISATION, organisation_id, subject, amount, label))


def request_top_up(*, actor: Actor, person_id: int, amount: Money, label: str) -> Funding:
    """A person asks to pay `amount` onto the own balance. Raises NotAllowed, Invalid (amount_zero, amount_negative, amount_too_large)."""
    OWN.require(actor, BooksAct.PAY_IN, person_id)
    accounts.positive(amount)
    return _requested(actor, _new_funding(actor, OwnerKind.PERSON, person_id, "", amount, label))


def _requested(actor: Actor, funding: Funding) -> Funding:
    db.session.add(funding)
    db.session.flush()
    event = events.FundingRequested(
        funding.id, funding.organisation_id, funding.subject, funding.label, funding.minor, funding.currency, funding.person_id
    )
    journal.record(event, actor=actor, subject=funding.ref, scope=funding.scope)
    return funding


def confirm_funding(*, actor: Actor, funding: Funding, received: Money, bank_reference: str = "") -> Funding:
    """Write down money that came: into the hold as far as it was asked for, the rest onto the organisation's balance.

    Less than due leaves the funding open for the rest. One transfer counts once: a second one with the same `bank_reference` (without
    references: of the same amount) is refused. Raises NotAllowed, Invalid, NotNow (not open), Conflict (transfer_known).
    """
    FUNDINGS.require(actor, FundingAct.CONFIRM, funding)
    key = f"funding:{funding.id}:{rules.bank_reference(bank_reference, required=False) or received.minor}"
    queries.lock(funding)
    _refuse_known(key)
    _receive(actor, funding, received, accounts.bank(received.currency), key)
    return funding


def receive_from_processor(*, actor: Actor, funding: Funding, received: Money, key: str) -> Transaction:
    """Write down money that the payment processor has taken for `funding`: as a transfer, but nobody can send it back.

    So what comes after the funding was closed, or for something that another organisation pays for by now, lands on the owner's balance:
    nothing is lost. The same `key` again returns the first transaction. Raises NotAllowed, Invalid (currency_differs).
    """
    FUNDINGS.require(actor, FundingAct.CONFIRM, funding)
    if (before := books.by_key(key)) is not None:
        return before
    queries.lock(funding)
    funding.gateway = PROCESSOR
    source = accounts.of_site(Purpose.PROCESSOR, received.currency)
    if funding.state is FundingState.OPEN and queries.may_fill_hold(funding):
        return _receive(actor, funding, received, source, key)
    accounts.same_currency(accounts.positive(received), funding.currency)
    funding.balance_minor += received.minor
    if funding.state is FundingState.OPEN and not funding.due:  # only now: what it was for is paid by another
        FUNDING.fire(funding, FundingAct.CONFIRM)
        funding.closed_at = clock.now()
    transaction = _post_received(actor, funding, source, rules.Landing(0, received.minor, 0), key)
    facts = (transaction.id, funding.organisation_id, received.minor, received.currency, queries.payers(funding), funding.person_id)
    journal.record(events.DepositTaken(*facts), actor=actor, subject=transaction.ref, scope=funding.scope)
    return transaction


def _receive(actor: Actor, funding: Funding, received: Money, source: AccountRef, key: str) -> Transaction:
    """Into the hold as far as it was asked for, the rest onto the balance; the funding is locked."""
    land = queries.landing(funding, received)
    FUNDING.fire(funding, FundingAct.RECEIVE_PART if land.rest_due else FundingAct.CONFIRM)
    funding.held_minor += land.to_hold
    funding.balance_minor += land.to_balance
    funding.closed_at = None if land.rest_due else clock.now()
    if land.to_hold:
        _hold_for(funding).funded_minor += land.to_hold
    transaction = _post_received(actor, funding, source, land, key)
    _say_received(actor, funding, transaction, received, land)
    return transaction


def _post_received(actor: Actor, funding: Funding, source: AccountRef, land: rules.Landing, key: str) -> Transaction:
    return ledger.post(
        actor=actor,
        kind=Kind.FUNDING,
        key=key,
        legs=rules.received_legs(source, funding.owner_kind, funding.owner_id, funding.subject, land),
        memo=funding.label or funding.reference,
        cause=funding.ref,
        subject=funding.subject,
    ).transaction


def _say_received(actor: Actor, funding: Funding, transaction: Transaction, received: Money, land: rules.Landing) -> None:
    facts: dict[str, Any] = {
        "funding_id": funding.id,
        "transaction_id": transaction.id,
        "organisation_id": funding.organisation_id,
        "person_id": funding.person_id,
        "subject": funding.subject,
        "label": funding.label,
        "currency": funding.currency,
        "tell": queries.payers(funding),
    }
    event: events.FundingPartlyReceived | events.FundingConfirmed
    if land.rest_due:
        event = events.FundingPartlyReceived(**facts, minor=received.minor, rest_minor=land.rest_due)
    else:
        event = events.FundingConfirmed(**facts, minor=funding.minor, surplus_minor=funding.received.minor - funding.minor)
    journal.record(event, actor=actor, subject=transaction.ref, scope=funding.scope)


def cancel_funding(*, actor: Actor, funding: Funding) -> Funding:
    """Stop expecting the rest. What came already stays in its hold. Raises NotAllowed, NotNow."""
    FUNDINGS.require(actor, FundingAct.CANCEL, funding)
    queries.lock(funding)
    _close_funding(actor, funding)
    return funding


def _close_funding(actor: Actor, funding: Funding) -> None:
    FUNDING.fire(funding, FundingAct.CANCEL)
    funding.closed_at = clock.now()
    event = events.FundingCancelled(
        funding_id=funding.id,
        organisation_id=funding.organisation_id,
        person_id=funding.person_id,
        subject=funding.subject,
        label=funding.label,
        minor=funding.minor,
        kept_minor=funding.received.minor,
        currency=funding.currency,
        tell=queries.payers(funding),
    )
    journal.record(event, actor=actor, subject=funding.ref, scope=funding.scope)


def take_deposit(*, actor: Actor, organisation_id: int, received: Money, bank_reference: str, memo: str = "") -> Transaction:
    """Write down money that nobody had asked for (a late or doubled transfer) onto the organisation's balance.

    Raises NotAllowed, NotFound, Invalid, Conflict (transfer_known).
    """
    BOOKS.require(actor, BooksAct.TAKE_DEPOSIT, organisation_id)
    organisations.get(organisation_id)
    accounts.positive(received)
    key = f"deposit:{organisation_id}:{rules.bank_reference(bank_reference)}"
    _refuse_known(key)
    posted = ledger.post(
        actor=actor,
        kind=Kind.FUNDING,
        key=key,
        legs=rules.received_legs(
            accounts.bank(received.currency), OwnerKind.ORGANISATION, organisation_id, "", rules.Landing(0, received.minor, 0)
        ),
        memo=memo[:300],
        cause=f"organisation:{organisation_id}",
    )
    if not posted.fresh:  # another administrator was confirming it at this very moment
        _refuse_known(key)
    transaction = posted.transaction
    event = events.DepositTaken(transaction.id, organisation_id, received.minor, received.currency, queries.bookkeepers(organisation_id))
    journal.record(event, actor=actor, subject=transaction.ref, scope=f"organisation:{organisation_id}")
    return transaction


def fund_from_balance(*, actor: Actor, organisation_id: int, subject: str, amount: Money, label: str, key: str) -> Funding:
    """Set `amount` of the organisation's own balance aside for `subject`. The same `key` again returns the first one.

    Raises NotAllowed, Invalid (amount_*, currency_differs, over_balance), Conflict (other_payer, idempotency_key_reused).
    """
    BOOKS.require(actor, BooksAct.PAY_IN, organisation_id)
    accounts.positive(amount)
    if (before := books.by_key(key)) is not None:
        return _same_funding(before, organisation_id, subject, amount)
    if not subject:
        raise one_field("subject", N_("Say what the money is set aside for."), code="subject_missing")
    holds_read.check_payer(subject, organisation_id, amount)
    funding = _new_funding(actor, OwnerKind.ORGANISATION, organisation_id, subject, amount, label)
    funding.gateway, funding.state, funding.closed_at = "balance", FundingState.CONFIRMED, clock.now()
    funding.held_minor = amount.minor
    db.session.add(funding)
    db.session.flush()
    _hold_for(funding).funded_minor += amount.minor
    posted = ledger.post(
        actor=actor,
        kind=Kind.SET_ASIDE,
        key=key,
        legs=rules.set_aside_legs(organisation_id, subject, amount),
        memo=funding.label,
        cause=funding.ref,
        subject=subject,
        shortage=queries.over_balance(OwnerKind.ORGANISATION, organisation_id, amount.currency),
    )
    _say_received(actor, funding, posted.transaction, amount, rules.Landing(amount.minor, 0, 0))
    return funding


def _new_funding(actor: Actor, owner_kind: OwnerKind, owner_id: int, subject: str, amount: Money, label: str) -> Funding:
    return Funding(
        reference=queries.free_reference(),
        gateway=BANK_TRANSFER.name,
        owner_kind=owner_kind,
        owner_id=owner_id,
        subject=subject,
        label=label.strip()[:200],
        minor=amount.minor,
        currency=amount.currency,
        held_minor=0,
        balance_minor=0,
        requested_by=actor.person_id,
        created_at=clock.now(),
    )


def _same_funding(before: Transaction, organisation_id: int, subject: str, amount: Money) -> Funding:
    """What an idempotency key did the first time, provided it is asked for the same again."""
    funding = queries.funding_of(before)
    if funding is None or (funding.organisation_id, funding.subject, funding.amount) != (organisation_id, subject, amount):
        raise Conflict(N_("This key was used before for another movement of money."), code="idempotency_key_reused")
    return funding


def refund(*, actor: Actor, subject: str, key: str) -> list[Transaction]:
    """Return all that is left of the subject's holds (`holds.return_rest`) and stop expecting more money for it."""
    for funding in queries.open_fundings_for(subject):
        queries.lock(funding)
        if funding.state is FundingState.OPEN:
            _close_funding(actor, funding)
    return holds.return_rest(actor=actor, subject=subject, key=key)


def pay_out_of(
    *, actor: Actor, organisation_id: int, subject: str, gross: Money, fee_bp: int, key: str, memo: str, to_person_id: int
) -> Transaction:
    """Pay `gross` for `subject` to a person: from what is held for it, and what is lacking from the organisation's balance.

    The same `key` pays once. Raises Invalid (amount_*, over_balance), and what `holds.release` raises.
    """
    lacking = gross.minor - holds_read.held(subject, gross.currency)
    if lacking > 0 and books.by_key(key) is None:
        part = gross.of(min(lacking, gross.minor))
        fund_from_balance(actor=actor, organisation_id=organisation_id, subject=subject, amount=part, label=memo, key=f"{key}:lacking")
    return holds.release(actor=actor, subject=subject, to_person_id=to_person_id, gross=gross, fee_bp=fee_bp, key=key, memo=memo)


def _hold_for(funding: Funding) -> Hold:
    """The hold that the funding fills."""
    return holds.opened(organisation_id=funding.owner_id, subject=funding.subject, currency=funding.currency, label=funding.label)


def _refuse_known(key: str) -> None:
    if books.by_key(key) is not None:
        raise Conflict(N_("This bank transfer was confirmed already."), code="transfer_known")
