"""Whose key it is hears of it."""

from __future__ import annotations

from hub.core.keys.events import KeyIssued
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_


@reacts_to(KeyIssued, formerly=["hub.core.messages.reactions.tell_of_key"])
def tell_of_key(event: KeyIssued, fact: Fact) -> None:
    text = N_("A new API key was made for your account. If it was not you, revoke it and change your password.")
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link="/settings/keys", kind=Kind.ACCOUNT)
