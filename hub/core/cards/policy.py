"""Who pays by card and who refunds: whoever may pay in, and whoever may pay out, for the owner of the funding. What was done at the
processor itself, administrators take over."""

from __future__ import annotations

from typing import Any

from hub.core.payments.models import Funding
from hub.core.payments.policy import BOOKS, OWN, BooksAct
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers
from hub.kernel.words import Worded


class CardAct(Worded):
    """The subject is the funding that is paid."""

    PAY = "pay"
    REFUND = "refund"
    ADOPT = "adopt"


def _may(actor: Actor, act: BooksAct, funding: Funding) -> bool:
    return (BOOKS if funding.organisation_id is not None else OWN).can(actor, act, funding.owner_id)


def pays_in(actor: Actor, funding: Any) -> bool:
    return _may(actor, BooksAct.PAY_IN, funding)


def pays_out(actor: Actor, funding: Any) -> bool:
    return _may(actor, BooksAct.PAY_OUT, funding)


CARDS = Policy("card payment", {CardAct.PAY: pays_in, CardAct.REFUND: pays_out, CardAct.ADOPT: administers})
