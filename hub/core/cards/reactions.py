"""What follows from the processor's answers and notices: each reads the thing afresh, so that neither order nor repetition matters."""

from __future__ import annotations

import logging
from typing import Any

from hub.core.accounts import queries as people
from hub.core.cards import operations, queries, rules
from hub.core.cards.events import (
    CardFoundRefundFailed,
    CardPaid,
    CardRefundAdopted,
    CardRefundFailed,
    CardRefundFound,
    CardRefundSent,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
)
from hub.core.cards.states import PaymentState
from hub.core.gateways import operations as gateways
from hub.core.gateways import queries as gateways_read
from hub.core.gateways.events import GatewayAnswered, GatewayForbidden, GatewayNotice, GatewayRefused
from hub.core.gateways.gateway import Busy, Refused, Unreachable
from hub.core.gateways.reactions import fresh, processor
from hub.core.gateways.rules import FORBIDDEN
from hub.core.gateways.states import CallState
from hub.core.ledger import queries as books
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.money import Money
from hub.kernel.words import N_

log = logging.getLogger("hub.cards")


def _number(cause: str, name: str) -> int | None:
    kind, _, number = cause.partition(":")
    return int(number) if kind == name and number.isdecimal() else None


@reacts_to(GatewayNotice)
def take_notice(event: GatewayNotice, fact: Fact) -> None:
    """Checkout pages, charges, refunds and disputes of ours; and what the processor pays to our bank account."""
    payment_id, refund_id = _number(event.cause, "card_payment"), _number(event.cause, "card_refund")
    if event.kind == "payout" and not event.account:
        gateways.note_sweep(found=fresh("payout", event.object_id))
    elif event.kind == "refund" and refund_id is not None:
        found = fresh("refund", event.object_id)
        operations.note_refund(refund=queries.refund(refund_id), found=found)
    elif payment_id is None:
        return
    elif event.kind == "refund":
        look_at_found_refund(payment_id, event.object_id)
    elif event.kind == "checkout.session":
        look_at_visit(payment_id, event.object_id)
    elif event.kind in {"charge", "payment_intent"}:
        look_at_visit(payment_id)
        find_cost(payment_id)
    elif event.kind == "dispute":
        look_at_dispute(payment_id, event.object_id)


@reacts_to(GatewayAnswered)
def take_answer(event: GatewayAnswered, fact: Fact) -> None:
    refund_id = _number(event.cause, "card_refund")
    if refund_id is not None and event.name == rules.REFUND:
        found = fresh("refund", event.remote_id)
        operations.note_refund(refund=queries.refund(refund_id), found=found)


@reacts_to(GatewayRefused)
def take_refusal(event: GatewayRefused, fact: Fact) -> None:
    refund_id, payment_id = _number(event.cause, "card_refund"), _number(event.cause, "card_payment")
    if refund_id is not None:
        operations.note_refund_failed(refund=queries.refund(refund_id), reason=event.message or event.code)
    elif payment_id is not None:
        operations.note_refused_visit(payment=queries.payment(payment_id), reason=event.message or event.code)


@reacts_to(CardPaid)
def learn_the_cost(event: CardPaid, fact: Fact) -> None:
    find_cost(event.payment_id)


def look_at_visit(payment_id: int, session_id: str = "") -> None:
    """Read the processor's page afresh and write down what it says. Called inside a writing unit of work."""
    payment = queries.payment(payment_id)
    name = session_id or queries.session_id(payment)
    if payment.state is not PaymentState.OPEN or not name:
        return
    session = fresh("checkout.session", name)
    operations.note_visit(payment=queries.payment(payment_id), session=session)


def find_cost(payment_id: int) -> None:
    """Read what the payment cost the site; the processor may know it a little later only (then a notice or the clock brings us back)."""
    payment = queries.payment(payment_id)
    if payment.state is not PaymentState.PAID or payment.fee_minor is not None or not payment.intent_id:
        return
    intent_id = payment.intent_id
    charge_id = rules.id_of(fresh("payment_intent", intent_id), "latest_charge")
    movement_id = rules.id_of(fresh("charge", charge_id), "balance_transaction") if charge_id else ""
    if movement_id:
        movement = fresh("balance_transaction", movement_id)
        operations.note_cost(payment=queries.payment(payment_id), movement=movement)


def look_at_dispute(payment_id: int, dispute_id: str) -> None:
    """A dispute may be told before the payment: then that is read first."""
    look_at_visit(payment_id)
    found = fresh("dispute", dispute_id)
    operations.note_dispute(payment=queries.payment(payment_id), found=found)


def look_at_found_refund(payment_id: int, remote_id: str) -> None:
    """A refund of one of our payments that we did not ask for; it may be told before the payment."""
    look_at_visit(payment_id)
    found = fresh("refund", remote_id)
    operations.note_found_refund(payment=queries.payment(payment_id), found=found)


def look_at_refund(refund_id: int) -> None:
    """Read what became of a refund of ours, as far as the processor was reached."""
    refund = queries.refund(refund_id)
    for call in gateways_read.calls_of(refund.ref, rules.REFUND):
        if call.state is CallState.REFUSED:
            operations.note_refund_failed(refund=refund, reason=call.refusal or call.refusal_code)
        elif call.remote_id:
            found = fresh("refund", call.remote_id)
            operations.note_refund(refund=queries.refund(refund_id), found=found)


@every(60)
def look_after_refunds() -> None:
    """All notices of a refund may be lost: what is on its way is looked at by the clock, and for some weeks what was sent."""
    if processor() is None:
        return
    for refund_id in queries.refunds_to_look_at():
        queries.refund(refund_id).looked_at = clock.now()
        work.commit()
        work.start_writing()
        try:
            look_at_refund(refund_id)
        except (Unreachable, Busy, Refused) as error:
            log.warning("card refund %s could not be looked at: %s", refund_id, error)


@every(60)
def look_after_payments() -> None:
    """Notices may be lost: what is open for a while is looked at by the clock."""
    if processor() is None:
        return
    for payment_id in queries.to_look_at():
        queries.payment(payment_id).looked_at = clock.now()
        work.commit()
        work.start_writing()
        try:
            look_at_visit(payment_id)
            find_cost(payment_id)
        except (Unreachable, Busy, Refused) as error:
            log.warning("card payment %s could not be looked at: %s", payment_id, error)


LOST = N_("The dispute about “%(label)s” is lost: %(taken)s were the payer’s, %(loss)s are this site’s loss.")
DISPUTED = N_(
    "The card payment of %(amount)s for “%(label)s” is disputed by the cardholder. Until the bank decides, %(frozen)s are frozen."
)
NOT_SENT = N_("%(amount)s for “%(label)s” could not go back to the card (%(reason)s): the money is back on the balance.")
ADOPTED = N_("%(amount)s for “%(label)s” went back to the card that paid; %(taken)s of it were taken from your money.")
NEWS: dict[type, tuple[str, str]] = {
    CardRefundSent: (N_("%(amount)s for “%(label)s” went back to the card that paid."), ""),
    CardRefundFailed: (NOT_SENT, ""),
    DisputeOpened: (DISPUTED, N_("A card payment of %(amount)s for “%(label)s” is disputed. Send the evidence in time.")),
    DisputeWon: (N_("The dispute about “%(label)s” is won: %(frozen)s are free again."), ""),
    DisputeLost: (N_("The dispute about “%(label)s” is lost: %(taken)s went back to the cardholder."), LOST),
    CardRefundAdopted: (ADOPTED, ""),
    CardFoundRefundFailed: (N_("%(amount)s for “%(label)s” did not reach the card (%(reason)s): %(taken)s are on your balance."), ""),
}
"""What the payer is told, and what the administrators are. Whoever did the thing is not."""


def tell_payer(event: Any, fact: Fact) -> None:
    names = {"minor": "amount", "frozen_minor": "frozen", "taken_minor": "taken", "loss_minor": "loss"}
    words = {names[name]: str(Money(value, event.currency)) for name, value in vars(event).items() if name in names}
    words |= {"label": event.label, "reason": getattr(event, "reason", "")}
    to_payer, to_admins = NEWS[type(event)]
    _tell(event.tell, fact, to_payer, books.money_page(event.organisation_id), words)
    if to_admins:
        _tell(people.with_duty(Duty.ADMIN), fact, to_admins, "/admin/payments/cards", words)


def _tell(to: list[int], fact: Fact, text: str, link: str, words: dict[str, str]) -> None:
    messages.notify(actor=SYSTEM, person_ids=to, but=fact.actor_id, text=text, values=words, link=link, kind=Kind.MONEY)


for _event in NEWS:
    reacts_to(_event, formerly=["hub.core.messages.reactions.tell_payer"])(tell_payer)


OVERVIEW = "/admin/payments/cards"


@reacts_to(CardRefundFound)
def tell_found_refund(event: CardRefundFound, fact: Fact) -> None:
    text = N_("A refund of %(amount)s for “%(label)s” was made at the payment processor. Take it over into the books.")
    words = {"amount": str(Money(event.minor, event.currency)), "label": event.label}
    _tell(people.with_duty(Duty.ADMIN), fact, text, f"{OVERVIEW}/refunds/{event.found_id}", words)


@reacts_to(GatewayForbidden)
def tell_forbidden(event: GatewayForbidden, fact: Fact) -> None:
    text = N_(
        "The payment processor does not let this site’s key do “%(name)s” (%(reason)s). Mend the key within a day: then it is given up."
    )
    _tell(people.with_duty(Duty.ADMIN), fact, text, OVERVIEW, {"name": event.name, "reason": event.message})


@reacts_to(GatewayRefused)
def tell_given_up(event: GatewayRefused, fact: Fact) -> None:
    if event.code == FORBIDDEN:
        text = N_("Given up after a day: the payment processor does not let this site’s key do “%(name)s” (%(reason)s).")
        _tell(people.with_duty(Duty.ADMIN), fact, text, OVERVIEW, {"name": event.name, "reason": event.message})
