"""Who may do what in a rally."""

from __future__ import annotations

from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.states import PUBLIC, Act, IdeaAct
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, consults


def manages_it(actor: Actor, rally: Rally) -> bool:
    return actor.manages(rally.organisation_id)


def comes_from_elsewhere(actor: Actor, rally: Rally) -> bool:
    """The host's own people read along, but neither post nor vote."""
    return actor.signed_in and not actor.belongs_to(rally.organisation_id)


def anybody(actor: Actor, rally: Rally) -> bool:
    """The move depends on the clock alone."""
    return True


def may_read(actor: Actor, rally: Rally) -> bool:
    return rally.state in PUBLIC or actor.belongs_to(rally.organisation_id) or consults(actor, rally)


def posted_it(actor: Actor, idea: Idea) -> bool:
    return actor.person_id is not None and idea.participant.person_id == actor.person_id


POLICY = Policy(
    "rally",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_it,
        Act.ANNOUNCE: manages_it,
        Act.REVISE: manages_it,
        Act.DISCARD: manages_it,
        Act.EXTEND: manages_it,
        Act.ANSWER: manages_it,
        Act.OPEN: anybody,
        Act.BUILD: anybody,
        Act.VOTE: anybody,
        Act.CLOSE: anybody,
        Act.CANCEL: administers,
        Act.JOIN: comes_from_elsewhere,
    },
)
IDEA_POLICY = Policy("idea", {IdeaAct.EDIT: posted_it, IdeaAct.WITHDRAW: posted_it, IdeaAct.RESTORE: by_the_system})
"""Taking down is for the rally's managers and the administrators, who are asked by the rally: see operations.remove."""
