"""What royalties have to say to those concerned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.royalties import events
from hub.kernel.money import Money
from hub.kernel.words import N_


@dataclass(frozen=True)
class News:
    """A notice: its English template, what fills it, for whom, and where it leads."""

    people: list[int]
    text: str
    values: dict[str, str]
    link: str


TOLD: dict[type, str] = {
    events.RoyaltyProposed: N_("A royalty for “%(title)s” is proposed to your organisation: read it and answer."),
    events.RoyaltyAnswered: N_("The licensee has answered the royalty for “%(title)s”."),
    events.RoyaltyEnded: N_("The royalty for “%(title)s” has ended."),
    events.RoyaltyReported: N_("A royalty of %(amount)s for “%(title)s” is to be paid by %(day)s."),
    events.RoyaltyPaid: N_("The royalty of %(amount)s for “%(title)s” was paid."),
    events.RoyaltyOverdue: N_("The royalty of %(amount)s for “%(title)s” is overdue."),
}


def news(event: Any) -> list[News]:
    """What those in `tell` read of an event in TOLD."""
    values = {"title": event.title, "day": getattr(event, "pay_by", "")}
    if hasattr(event, "minor"):
        values["amount"] = str(Money(event.minor, event.currency))
    return [News(event.tell, TOLD[type(event)], values, f"/royalties/{event.royalty_id}")]
