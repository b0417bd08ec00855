"""What the processor said of transfers, what is due by the clock, and who is told."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from flask import current_app

from hub.core.accounts import queries as people
from hub.core.gateways.events import GatewayAnswered, GatewayNotice, GatewayRefused
from hub.core.gateways.reactions import fresh
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.payouts import operations, queries, rules
from hub.core.payouts.events import PayoutConfirmed, PayoutRejected, PayoutRequested, PayoutReturned
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.money import Money
from hub.kernel.words import N_

log = logging.getLogger("hub.payouts")

MINUTE, QUARTER_HOUR = 60, 15 * 60


@every(QUARTER_HOUR)
def pay_monthly() -> None:
    """Pay out the balances of those who wish it, once in each month (UTC). Repeating it does nothing more."""
    for plan in queries.plans_due(rules.month_of(clock.now())):
        made = operations.pay_plan(plan=plan, minimum=current_app.config["HUB"].payout_minimum)
        log.info("monthly payouts of person %s: %s", plan.person_id, len(made))


@every(MINUTE)
def try_again() -> None:
    """Transfers that waited for money at the processor."""
    for payout in queries.to_try_again():
        operations.try_again(payout=payout)


@reacts_to(GatewayAnswered)
def transferred(event: GatewayAnswered, fact: Fact) -> None:
    payout = queries.by_cause(event.cause)
    if payout is not None and event.name == "transfer.create":
        operations.note_transfer(payout=payout, transfer_id=event.remote_id)


@reacts_to(GatewayRefused)
def refused(event: GatewayRefused, fact: Fact) -> None:
    payout = queries.by_cause(event.cause)
    if payout is not None and event.name == "transfer.create":
        operations.note_transfer_refused(payout=payout, key=event.key, code=event.code, message=event.message)


@reacts_to(GatewayNotice)
def transfer_changed(event: GatewayNotice, fact: Fact) -> None:
    """`transfer.created`, perhaps before the call's own answer, and `transfer.reversed`: the transfer is read afresh."""
    if event.kind == "transfer" and queries.by_cause(event.cause) is not None:
        transfer = fresh("transfer", event.object_id)
        payout = queries.by_cause(event.cause)
        if payout is not None:
            operations.note_transfer(payout=payout, transfer_id=transfer["id"], reversed_minor=transfer["amount_reversed"])


def _tell(to: Iterable[int], event: Any, fact: Fact, text: str, link: str = "", **values: str) -> None:
    """Whoever did the thing is not told."""
    values["amount"] = str(Money(event.minor, event.currency))
    link = link or books.money_page(event.owner_id if event.owner_kind == OwnerKind.ORGANISATION else None)
    messages.notify(actor=SYSTEM, person_ids=to, but=fact.actor_id, text=text, values=values, link=link, kind=Kind.PAYOUT)


@reacts_to(PayoutRequested, formerly=["hub.core.messages.reactions.tell_payout_asked"])
def tell_payout_asked(event: PayoutRequested, fact: Fact) -> None:
    if event.by_hand:
        text = N_("A payout of %(amount)s waits for you to send it.")
        _tell(people.with_duty(Duty.ADMIN), event, fact, text, "/admin/payouts")


@reacts_to(PayoutConfirmed, formerly=["hub.core.messages.reactions.tell_payout_sent"])
def tell_payout_sent(event: PayoutConfirmed, fact: Fact) -> None:
    text = N_("Your payout of %(amount)s was sent. Bank reference: %(reference)s.")
    _tell(event.tell, event, fact, text, reference=event.bank_reference)


@reacts_to(PayoutRejected, formerly=["hub.core.messages.reactions.tell_payout_refused"])
@reacts_to(
    PayoutReturned, formerly=["hub.core.messages.reactions.tell_payout_refused", "hub.core.messages.reactions.tell_payout_came_back"]
)
def tell_payout_refused(event: PayoutRejected | PayoutReturned, fact: Fact) -> None:
    refused = N_("Your payout of %(amount)s was refused and the money is back on the balance. The reason: %(reason)s")
    came_back = N_("%(amount)s of your payout came back and is on the balance again. The reason: %(reason)s")
    _tell(event.tell, event, fact, refused if isinstance(event, PayoutRejected) else came_back, reason=event.reason)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    if event.owner_kind == OwnerKind.PERSON:
        return seen(people=[event.owner_id], path="/api/v1/me/payouts")
    return seen(organisations=[event.owner_id], path=f"/api/v1/organisations/{organisations.get(event.owner_id).slug}/payouts")


webhooks.sends(
    {
        "payout.requested": PayoutRequested, "payout.confirmed": PayoutConfirmed, "payout.rejected": PayoutRejected,
        "payout.returned": PayoutReturned,
    },
    _seen, data=("payout_id",), money=True,
)  # fmt: skip
