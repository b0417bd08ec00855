"""Who may do what with awards."""

from __future__ import annotations

from hub.contests.awards.models import Award, AwardSharing
from hub.contests.awards.states import Act, SharingAct
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.policy import manages_it
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, consults, either


def won_it(actor: Actor, award: Award) -> bool:
    return actor.person_id is not None and award.person_id == actor.person_id


def may_know_of_it(actor: Actor, award: Award) -> bool:
    """The winner, the managers of the seeker, and the staff of the hub."""
    return won_it(actor, award) or manages_it(actor, award.challenge) or consults(actor, award)


def decides(actor: Actor, challenge: Challenge) -> bool:
    return manages_it(actor, challenge)


def renews(actor: Actor, award: Award) -> bool:
    return manages_it(actor, award.challenge)


POLICY = Policy(
    "award",
    {
        Act.SIGN: won_it,
        Act.PAY: won_it,
        Act.DECLINE: won_it,
        Act.LAPSE: by_the_system,
        Act.REOPEN: by_the_system,
        Act.RENEW: renews,
        Act.SELECT: decides,
        Act.END: decides,
        Act.READ: may_know_of_it,
        Act.PAY_LATE: by_the_system,
    },
)
"""The subject is the award; for SELECT, END and PAY_LATE it is the challenge. PAY follows from the winner's signature in the same step."""


def leads(actor: Actor, sharing: AwardSharing) -> bool:
    return actor.person_id is not None and actor.person_id == sharing.leader_id


def is_asked(actor: Actor, sharing: AwardSharing) -> bool:
    """One of the people who share, other than the leader who proposed it."""
    return not leads(actor, sharing) and any(member.person_id == actor.person_id for member in sharing.members)


SHARES = Policy(
    "award_sharing",
    {
        SharingAct.AGREE: is_asked,
        SharingAct.REFUSE: is_asked,
        SharingAct.WITHDRAW: leads,
        SharingAct.PROPOSE: won_it,
        SharingAct.READ: either(leads, is_asked),
    },
)
"""The subject is the sharing; for PROPOSE it is the award. How a team shares is nobody else's business, the seeker's included."""
