"""Who may do what with a challenge."""

from __future__ import annotations

from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, consults, either


def manages_it(actor: Actor, challenge: Challenge) -> bool:
    return actor.manages(challenge.organisation_id)


def keeps_its_books(actor: Actor, challenge: Challenge) -> bool:
    return actor.keeps_books_of(challenge.organisation_id)


def reviews_it(actor: Actor, challenge: Challenge) -> bool:
    """Consultants and administrators, but nobody reviews the challenge of their own organisation."""
    return consults(actor, challenge) and not actor.belongs_to(challenge.organisation_id)


def anybody(actor: Actor, challenge: Challenge) -> bool:
    """The move depends on the clock alone."""
    return True


POLICY = Policy(
    "challenge",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_it,
        Act.SUBMIT: manages_it,
        Act.RETURN: reviews_it,
        Act.APPROVE: reviews_it,
        Act.REOPEN: manages_it,
        Act.FUND: either(manages_it, keeps_its_books),
        Act.PUBLISH: manages_it,
        Act.CLOSE: anybody,
        Act.SELECT: manages_it,
        Act.AWARD: by_the_system,
        Act.RECONSIDER: by_the_system,
        Act.END: manages_it,
        Act.WITHDRAW: manages_it,
        Act.CANCEL: administers,
        Act.READ_STORY: either(manages_it, consults),
    },
)
