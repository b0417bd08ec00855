"""Who may see and say what stands on somebody's papers."""

from __future__ import annotations

from typing import Any

from hub.core.ledger.rules import OwnerKind
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy
from hub.kernel.words import Worded


class DetailsAct(Worded):
    SAY = "say"


def speaks_for_the_owner(actor: Actor, owner: Any) -> bool:
    """Oneself; who keeps an organisation's books."""
    if owner.kind is OwnerKind.PERSON:
        return actor.signed_in and actor.person_id == owner.id
    return owner.kind is OwnerKind.ORGANISATION and actor.keeps_books_of(owner.id)


DETAILS = Policy("details on papers", {DetailsAct.SAY: speaks_for_the_owner})
