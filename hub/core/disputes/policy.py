"""Who may do what in a dispute. Who may open one, the room says to which the matter belongs (`queries.claim_for`)."""

from __future__ import annotations

from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Role, Side
from hub.core.disputes.states import OPEN, Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either


def speaks_for(actor: Actor, side: Side) -> bool:
    """The person, or an owner or manager of the organisation."""
    if side.person_id is not None:
        return actor.person_id == side.person_id
    return actor.manages(side.organisation_id)


def is_of(actor: Actor, side: Side) -> bool:
    """As `speaks_for`, or anybody else of the organisation: whoever has to do with a side."""
    return speaks_for(actor, side) or (side.organisation_id is not None and actor.belongs_to(side.organisation_id))


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
    """The mediator, as long as they belong to neither side."""
    return actor.person_id is not None and actor.person_id == dispute.mediator_id and is_free(actor, dispute)


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
        Act.STAND_DOWN: either(is_named, by_the_system),
        Act.PROPOSE: mediates,
        Act.DECIDE: mediates,
        Act.PASS: by_the_system,
        Act.DROP: either(is_party, by_the_system),
    },
)
"""DROP: a refusal takes the mediator's proposal off the table."""
