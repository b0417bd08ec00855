"""Who may do what in a dispute. Who may open one, the room says to which the matter belongs (`queries.claim_for`)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Role
from hub.core.disputes.states import OPEN, Act
from hub.core.parties.policy import is_of, speaks_for
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, consults, either


def role_of(actor: Actor, dispute: Dispute) -> Role | None:
    """In what part the actor speaks; a mediator counts from the declaration on."""
    if speaks_for(actor, dispute.opener):
        return Role.OPENER
    if speaks_for(actor, dispute.other):
        return Role.OTHER
    return Role.MEDIATOR if mediates(actor, dispute) else None


def opened_it(actor: Actor, dispute: Dispute) -> bool:
    return speaks_for(actor, dispute.opener)


def answers_it(actor: Actor, dispute: Dispute) -> bool:
    return speaks_for(actor, dispute.other)


def is_party(actor: Actor, dispute: Dispute) -> bool:
    return opened_it(actor, dispute) or answers_it(actor, dispute)


def is_free(actor: Actor, dispute: Dispute) -> bool:
    """Has nothing to do with either side."""
    return not is_of(actor, dispute.opener) and not is_of(actor, dispute.other)


def is_named(actor: Actor, dispute: Dispute) -> bool:
    """The mediator, as long as they are of the staff and belong to neither side."""
    return actor.person_id is not None and actor.person_id == dispute.mediator_id and consults(actor, dispute) and is_free(actor, dispute)


def mediates(actor: Actor, dispute: Dispute) -> bool:
    """The mediator, who has declared."""
    return is_named(actor, dispute) and dispute.declared_at is not None


def names_mediators(actor: Actor, dispute: Dispute) -> bool:
    """An administrator who has nothing to do with either side."""
    return administers(actor, dispute) and is_free(actor, dispute)


def has_to_name(actor: Actor, dispute: Dispute) -> bool:
    """Administrators know of a dispute while it is open, to find a mediator for it; what is said in it they do not read."""
    return names_mediators(actor, dispute) and dispute.state in OPEN


POLICY = Policy(
    "dispute",
    {
        Act.READ: either(is_party, mediates),
        Act.SEE: either(is_party, is_named, has_to_name),
        Act.ANSWER: answers_it,
        Act.STATE: either(is_party, mediates),
        Act.OFFER: is_party,
        Act.CALL: is_party,
        Act.SETTLE: is_party,
        Act.WITHDRAW: opened_it,
        Act.NAME: names_mediators,
        Act.DECLARE: is_named,
        Act.STAND_DOWN: either(is_named, names_mediators, by_the_system),
        Act.PROPOSE: mediates,
        Act.DECIDE: mediates,
        Act.PASS: by_the_system,
        Act.DROP: either(is_party, by_the_system),
    },
)
"""DROP: a refusal takes the mediator's proposal off the table. STAND_DOWN: an administrator relieves a mediator. NAME: where no
administrator is free of both sides, a side does it (`queries.may_name`)."""


# The same for lists


def sides_of(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """As `opened_it` and `answers_it`."""
    person, managed = actor.person_id or 0, [number for number in actor.roles if actor.manages(number)]
    opener = or_(Dispute.opener_person_id == person, Dispute.opener_organisation_id.in_(managed))
    return opener, or_(Dispute.other_person_id == person, Dispute.other_organisation_id.in_(managed))


def beside(actor: Actor) -> ColumnElement[bool]:
    """As `is_free`."""
    bodies, person = list(actor.roles), actor.person_id or 0
    parts: list[ColumnElement[bool]] = [Dispute.opener_organisation_id.in_(bodies), Dispute.other_organisation_id.in_(bodies)]
    parts += [Dispute.opener_person_id == person, Dispute.other_person_id == person]
    return and_(*(or_(part.is_(None), ~part) for part in parts))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """As `is_party` or `is_named`."""
    parts = [*sides_of(actor)]
    if consults(actor, None):
        parts.append(and_(Dispute.mediator_id == actor.person_id, beside(actor)))
    return or_(*parts)


def read_by(actor: Actor) -> ColumnElement[bool]:
    """As Act.READ."""
    return and_(seen_by(actor), or_(*sides_of(actor), Dispute.declared_at.is_not(None)))
