"""Whose account it is hears of every way in that opens or closes."""

from __future__ import annotations

from hub.core.elsewhere.events import ConnectedElsewhere, DisconnectedElsewhere
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

PAGE = "/settings/security/elsewhere"


@reacts_to(ConnectedElsewhere)
def tell_connected(event: ConnectedElsewhere, fact: Fact) -> None:
    text = N_("An account at another site can open yours from now on. If it was not you, disconnect it and change your password.")
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link=PAGE, kind=Kind.ACCOUNT)


@reacts_to(DisconnectedElsewhere)
def tell_disconnected(event: DisconnectedElsewhere, fact: Fact) -> None:
    text = N_("An account at another site no longer opens yours. If it was not you, change your password.")
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link=PAGE, kind=Kind.ACCOUNT)
