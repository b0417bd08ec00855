"""Whose address it is hears of it."""

from __future__ import annotations

from hub.core.feeds.events import AddressMade
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

TOLD = {
    "inbox": N_("A private address of your inbox was made. If it was not you, revoke it and change your password."),
    "calendar": N_("A private address of your calendar was made. If it was not you, revoke it and change your password."),
}


@reacts_to(AddressMade)
def tell_of_address(event: AddressMade, fact: Fact) -> None:
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=TOLD[event.feed], link="/settings/feeds", kind=Kind.ACCOUNT)
