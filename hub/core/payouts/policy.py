"""Who decides on payouts. Who may ask for one: `payments.policy.BOOKS`."""

from __future__ import annotations

from hub.core.payouts.states import PayoutAct
from hub.kernel.permissions import Policy, administers

PAYOUTS = Policy("payout", dict.fromkeys(PayoutAct, administers))
