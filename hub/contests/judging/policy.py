"""Who may do what in judging."""

from __future__ import annotations

from hub.contests.challenges.models import Challenge
from hub.contests.challenges.policy import manages_it
from hub.contests.judging.models import Judge
from hub.contests.judging.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults, either


def is_this_judge(actor: Actor, judge: Judge) -> bool:
    return actor.person_id is not None and judge.person_id == actor.person_id


def manages_the_challenge(actor: Actor, judge: Judge) -> bool:
    return manages_it(actor, judge.challenge)


def sees_the_scores(actor: Actor, challenge: Challenge) -> bool:
    """The seeker's managers and the consultants who help them; judges see their own scores only, so that each one judges alone."""
    return manages_it(actor, challenge) or consults(actor, challenge)


POLICY = Policy(
    "judge",
    {
        Act.ACCEPT: is_this_judge,
        Act.DECLINE: is_this_judge,
        Act.SCORE: is_this_judge,
        Act.DISMISS: either(manages_the_challenge, consults),
        Act.APPOINT: either(manages_the_challenge, consults),
        Act.READ_SHEET: sees_the_scores,
    },
)
"""The subject is the appointment; for READ_SHEET it is the challenge."""
