"""Who may read a paper, and cancel it."""

from __future__ import annotations

from typing import Any

from hub.core.billing.rules import Owner
from hub.core.ledger.rules import OwnerKind
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either
from hub.kernel.words import Worded


class PaperAct(Worded):
    """What one may do with a paper; the subject of READ and CANCEL is the paper, of LIST its owner."""

    READ = "read"
    CANCEL = "cancel"
    LIST = "list"
    LIST_ALL = "list_all"


def _reads_for(actor: Actor, owner: Owner) -> bool:
    if owner.kind is OwnerKind.PERSON:
        return actor.signed_in and actor.person_id == owner.id
    return owner.kind is OwnerKind.ORGANISATION and (actor.keeps_books_of(owner.id) or actor.manages(owner.id))


def is_a_party(actor: Actor, paper: Any) -> bool:
    return _reads_for(actor, paper.issuer) or _reads_for(actor, paper.recipient)


def keeps_the_issuers_books(actor: Actor, paper: Any) -> bool:
    return paper.issuer.kind is OwnerKind.ORGANISATION and actor.keeps_books_of(paper.issuer.id)


def is_the_owner(actor: Actor, owner: Any) -> bool:
    return _reads_for(actor, owner)


PAPERS = Policy(
    "paper",
    {
        PaperAct.READ: either(is_a_party, administers),
        PaperAct.CANCEL: either(keeps_the_issuers_books, administers),
        PaperAct.LIST: either(is_the_owner, administers),
        PaperAct.LIST_ALL: administers,
    },
)
