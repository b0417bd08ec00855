"""Pure rules of what owners read: what a source of money is called, which months lie beside one."""

from __future__ import annotations

from datetime import timedelta

from hub.core.papers.rules import bounds, month_of, next_month
from hub.kernel.words import N_

SOURCES = {
    "challenge": N_("Prize"),
    "project": N_("Task project"),
    "assignment": N_("Bonus for a task"),
    "order": N_("Order"),
    "booking": N_("Booking"),
    "pool": N_("Pool"),
}


def source_name(subject: str) -> str:
    """What kind of work "challenge:2" is."""
    return SOURCES.get(subject.partition(":")[0], N_("Payment"))


def neighbours(month: str) -> tuple[str, str]:
    """The months before and after."""
    return month_of(bounds(month)[0] - timedelta(days=1)), next_month(month)
