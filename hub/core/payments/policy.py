"""Who may see and move an organisation's money, and who decides on transfers."""

from __future__ import annotations

from typing import Any

from hub.core.ledger.rules import OwnerKind
from hub.core.payments.states import FundingAct
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either
from hub.kernel.words import Worded


class BooksAct(Worded):
    """What one may do with an organisation's money; the subject is the organisation's id, if there is one."""

    SEE = "see"
    PAY_IN = "pay_in"
    PAY_OUT = "pay_out"
    TAKE_DEPOSIT = "take_deposit"
    SEE_QUEUES = "see_queues"


def keeps_the_books(actor: Actor, organisation_id: Any) -> bool:
    return actor.keeps_books_of(organisation_id)


def manages_it(actor: Actor, organisation_id: Any) -> bool:
    return actor.manages(organisation_id)


def is_oneself(actor: Actor, person_id: Any) -> bool:
    return actor.signed_in and actor.person_id == person_id


def pays_in_for_it(actor: Actor, funding: Any) -> bool:
    if funding.person_id is not None:
        return is_oneself(actor, funding.person_id)
    return actor.keeps_books_of(funding.organisation_id) or actor.manages(funding.organisation_id)


def pays_from_it(actor: Actor, owner_kind: OwnerKind, owner_id: int) -> bool:
    """May the actor give the money of this person or organisation away, and take it back?"""
    if owner_kind is OwnerKind.PERSON:
        return actor.person_id == owner_id
    return owner_kind is OwnerKind.ORGANISATION and (actor.keeps_books_of(owner_id) or actor.manages(owner_id))


BOOKS = Policy(
    "organisation's money",
    {
        BooksAct.SEE: either(keeps_the_books, manages_it, administers),
        BooksAct.PAY_IN: either(keeps_the_books, manages_it, by_the_system),
        BooksAct.PAY_OUT: keeps_the_books,
        BooksAct.TAKE_DEPOSIT: administers,
        BooksAct.SEE_QUEUES: administers,
    },
)

OWN = Policy(
    "own money",
    {
        BooksAct.SEE: either(is_oneself, administers),
        BooksAct.PAY_IN: either(is_oneself, by_the_system),
        BooksAct.PAY_OUT: is_oneself,
    },
)
"""The same for a person's own; the subject is the person's id."""

FUNDINGS = Policy(
    "funding",
    {
        FundingAct.RECEIVE_PART: administers,
        FundingAct.CONFIRM: administers,
        FundingAct.CANCEL: either(pays_in_for_it, administers),
    },
)
