"""Who may do what in an organisation."""

from __future__ import annotations

from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either


def manages_it(actor: Actor, organisation: Organisation) -> bool:
    return actor.manages(organisation.id)


def owns_it(actor: Actor, organisation: Organisation) -> bool:
    return actor.owns(organisation.id)


def belongs_to_it(actor: Actor, organisation: Organisation) -> bool:
    return actor.belongs_to(organisation.id)


def keeps_its_books(actor: Actor, organisation: Organisation) -> bool:
    return actor.keeps_books_of(organisation.id)


POLICY = Policy(
    "organisation",
    {
        Act.CHANGE: either(manages_it, administers),
        Act.SEE_PEOPLE: either(belongs_to_it, administers),
        Act.SEE_MONEY: either(keeps_its_books, administers),
        Act.ADD_MEMBER: either(owns_it, administers),
        Act.CHANGE_ROLE: either(owns_it, administers),
        Act.REMOVE_MEMBER: either(owns_it, administers),
        Act.LIST_PEOPLE: administers,
    },
)
