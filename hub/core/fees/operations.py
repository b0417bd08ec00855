"""The only writes of this room: a rate from a day on."""

from __future__ import annotations

from datetime import date

from hub.core.fees import queries, rules
from hub.core.fees.events import FeeRateSet
from hub.core.fees.models import FeeRate
from hub.core.fees.policy import FEES, FeeAct
from hub.core.fees.rules import Mode
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import one_field
from hub.kernel.words import N_, extent

SHORTEST_REASON, LONGEST_REASON = 10, 500


def set_rate(*, actor: Actor, mode: Mode, from_on: date, fee_bp: int, consultant_bp: int, reason: str) -> FeeRate:
    """Charge `fee_bp` basis points from the day `from_on` on, which must be to come; said again for the same day, the later word holds.

    Raises NotAllowed, Invalid (day_not_future, percent_out_of_range, reason_missing, rate_unchanged).
    """
    FEES.require(actor, FeeAct.SET, mode)
    rules.future(from_on, clock.now().date())
    checked(fee_bp, consultant_bp, reason)
    before = rules.in_force([row.rate for row in queries.said_of(mode)], mode, from_on)
    if (before.fee_bp, before.consultant_bp) == (fee_bp, consultant_bp):
        raise one_field("percent", N_("That is what is charged on that day already."), code="rate_unchanged")
    row = FeeRate(
        mode=mode, from_on=from_on, fee_bp=fee_bp, consultant_bp=consultant_bp, reason=reason.strip(), set_by=actor.person_id,
        set_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    event = FeeRateSet(mode.value, from_on.isoformat(), fee_bp, consultant_bp, row.reason)
    journal.record(event, actor=actor, subject=row.ref, scope=f"fees:{mode.value}")
    return row


def checked(fee_bp: int, consultant_bp: int, reason: str) -> None:
    """Raises Invalid for what nobody can be charged, or without a reason."""
    for field, points, most in (("percent", fee_bp, rules.HIGHEST_BP), ("consultant_percent", consultant_bp, rules.EVERYTHING_BP)):
        if not 0 <= points <= most:
            raise one_field(field, N_("From 0 to %(most)s per cent."), code="percent_out_of_range", most=rules.percent(most))
    if extent(reason) < SHORTEST_REASON or len(reason) > LONGEST_REASON:
        raise one_field("reason", N_("Say why, in 10 to 500 characters: everybody can read it."), code="reason_missing")
