"""Who opens and looks at an account at the processor: the person, or who keeps the organisation's books."""

from __future__ import annotations

from typing import Any

from hub.core.ledger.rules import OwnerKind
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy
from hub.kernel.words import Worded


class AccountAct(Worded):
    """The subject is (owner kind, owner id)."""

    SEE = "see"
    OPEN = "open"


def is_paid(actor: Actor, owner: Any) -> bool:
    kind, number = owner
    if kind == OwnerKind.PERSON:
        return actor.signed_in and actor.person_id == number
    return kind == OwnerKind.ORGANISATION and actor.keeps_books_of(number)


ACCOUNTS = Policy("payout account", dict.fromkeys(AccountAct, is_paid))
