"""Who may do what with an entry."""

from __future__ import annotations

from hub.contests.challenges.policy import manages_it as manages_challenge
from hub.contests.entries.models import Entry
from hub.contests.entries.rules import Ground
from hub.contests.entries.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system


def wrote_it(actor: Actor, entry: Entry | Ground) -> bool:
    return actor.person_id is not None and entry.person_id == actor.person_id


def decides_on_it(actor: Actor, entry: Entry) -> bool:
    """The managers of the organisation that asked."""
    return manages_challenge(actor, entry.challenge)


POLICY = Policy(
    "entry",
    {
        Act.SEAL: wrote_it,
        Act.WITHDRAW: wrote_it,
        Act.REENTER: wrote_it,
        Act.SELECT: decides_on_it,
        Act.TURN_DOWN: decides_on_it,
        Act.LET_GO: by_the_system,
        Act.RECONSIDER: by_the_system,
        Act.SAVE: wrote_it,
        Act.ATTACH: wrote_it,
        Act.READ_DRAFT: wrote_it,
    },
)
