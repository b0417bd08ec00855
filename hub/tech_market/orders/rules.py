"""Pure rules of orders: what both sides agree to, and when silence is acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hub.kernel import clock, sealing
from hub.kernel.money import Breakdown
from hub.kernel.words import N_, Worded
from hub.tech_market.quotes.rules import Line

LATE_FOR = timedelta(days=90)
"""So long after the day on which it was due the buyer may dispute that nothing came."""
ACCEPTANCE_DAYS = 14
"""A delivery that the buyer neither accepts nor sends back in this time is accepted. Both sides read it before they agree."""
LONGEST_DELIVERY, MOST_FILES = 10_000, 10


class Side(Worded):
    BUYER = "buyer", N_("Buyer")
    LAB = "lab", N_("Lab")


class Pay(Worded):
    """Where the money to hold comes from."""

    BALANCE = "balance", N_("From the organisation’s balance, now")
    TRANSFER = "transfer", N_("By bank transfer")


def agreement(
    *,
    buyer: str,
    lab: str,
    service: str,
    request: dict[str, Any],
    lines: Sequence[Line],
    split: Breakdown,
    turnaround_days: int,
    terms: str,
) -> dict[str, Any]:
    """All that is agreed, as plain data: what is wanted, what it costs, what the lab wrote, how it is accepted."""
    return {
        "buyer": buyer,
        "lab": lab,
        "service": service,
        "request": request,
        "lines": [line.plain for line in lines],
        "currency": split.gross.currency,
        "gross": split.gross.plain(),
        "fee": split.fee.plain(),
        "net": split.net.plain(),
        "turnaround_days": turnaround_days,
        "terms": terms,
        "acceptance_days": ACCEPTANCE_DAYS,
    }


def fingerprint(agreed: dict[str, Any]) -> str:
    """SHA-256 of its canonical JSON."""
    return sealing.digest(agreed)


def accept_by(delivered_at: datetime) -> datetime:
    return delivered_at + timedelta(days=ACCEPTANCE_DAYS)


def is_staged(agreed: dict[str, Any]) -> bool:
    """Is it delivered, accepted and paid milestone by milestone?"""
    return any(len(line) > 2 for line in agreed["lines"])


def due_on(held_at: datetime, turnaround_days: int) -> date:
    return (held_at + timedelta(days=turnaround_days)).date()


def has_time(accept_by: datetime | None, moment: datetime | None = None) -> bool:
    """May the buyer still send it back? Half-open: at `accept_by` it is accepted."""
    return accept_by is not None and clock.within(None, accept_by, moment)
