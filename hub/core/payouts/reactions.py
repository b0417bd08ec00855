"""What is due by the clock: the monthly payouts."""

from __future__ import annotations

import logging

from flask import current_app

from hub.core.payouts import operations, queries, rules
from hub.db.delivery import every
from hub.kernel import clock

log = logging.getLogger("hub.payouts")

QUARTER_HOUR = 15 * 60


@every(QUARTER_HOUR)
def pay_monthly() -> None:
    """Pay out the balances of those who wish it, once in each month (UTC). Repeating it does nothing more."""
    for plan in queries.plans_due(rules.month_of(clock.now())):
        made = operations.pay_plan(plan=plan, minimum=current_app.config["HUB"].payout_minimum)
        log.info("monthly payouts of person %s: %s", plan.person_id, len(made))
