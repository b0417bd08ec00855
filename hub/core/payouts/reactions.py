"""What the processor said of transfers, and what is due by the clock."""

from __future__ import annotations

import logging

from flask import current_app

from hub.core.gateways.events import GatewayAnswered, GatewayNotice, GatewayRefused
from hub.core.gateways.reactions import fresh
from hub.core.payouts import operations, queries, rules
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock

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
