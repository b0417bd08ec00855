"""What the clock asks of royalties, and what those concerned are told."""

from __future__ import annotations

from typing import Any

from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.royalties import events, operations
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money
from hub.kernel.words import N_

TOLD: dict[type, str] = {
    events.RoyaltyProposed: N_("A royalty for “%(title)s” is proposed to your organisation: read it and answer."),
    events.RoyaltyAnswered: N_("The licensee has answered the royalty for “%(title)s”."),
    events.RoyaltyEnded: N_("The royalty for “%(title)s” has ended."),
    events.RoyaltyReported: N_("A royalty of %(amount)s for “%(title)s” is to be paid by %(day)s."),
    events.RoyaltyPaid: N_("The royalty of %(amount)s for “%(title)s” was paid."),
    events.RoyaltyOverdue: N_("The royalty of %(amount)s for “%(title)s” is overdue."),
}


@every(600)
def tell_of_what_is_overdue() -> None:
    operations.tell_overdue()


def tell_news(event: Any, fact: Fact) -> None:
    """What those in `tell` read of an event in TOLD."""
    values, link = {"title": event.title, "day": getattr(event, "pay_by", "")}, f"/royalties/{event.royalty_id}"
    if hasattr(event, "minor"):
        values["amount"] = str(Money(event.minor, event.currency))
    messages.notify(actor=SYSTEM, person_ids=event.tell, text=TOLD[type(event)], values=values, link=link, kind=Kind.PAYOUT)


for _event in TOLD:
    reacts_to(_event, formerly=["hub.core.messages.reactions.tell_news"])(tell_news)
