"""Who may do what with a work package. The subject is a Bench: a package (None for one to be opened), and a person's place in its space."""

from __future__ import annotations

from dataclasses import dataclass

from hub.communities.packages.models import WorkPackage
from hub.communities.packages.states import Act
from hub.communities.spaces import policy
from hub.communities.spaces.policy import Seat
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system


@dataclass(frozen=True)
class Bench:
    package: WorkPackage | None
    seat: Seat


def belongs(actor: Actor, bench: Bench) -> bool:
    return bench.seat.belongs


def edits(actor: Actor, bench: Bench) -> bool:
    """An editor or steward who belongs to the space: whatever is merged is also theirs to answer for."""
    return bench.seat.belongs and policy.edits_it(actor, bench.seat)


def has_it(actor: Actor, bench: Bench) -> bool:
    """Whoever claimed it."""
    return bench.package is not None and actor.person_id is not None and bench.package.claimant_id == actor.person_id


def has_it_and_belongs(actor: Actor, bench: Bench) -> bool:
    return has_it(actor, bench) and bench.seat.belongs


def reviews(actor: Actor, bench: Bench) -> bool:
    """An editor or steward, never of their own work."""
    return edits(actor, bench) and not has_it(actor, bench)


POLICY = Policy(
    "package",
    {
        Act.CREATE: edits,
        Act.CLAIM: belongs,
        Act.RENEW: has_it_and_belongs,
        Act.GIVE_BACK: has_it,
        Act.EXPIRE: by_the_system,
        Act.SUBMIT: has_it_and_belongs,
        Act.RETURN: reviews,
        Act.MERGE: reviews,
        Act.WITHDRAW: edits,
    },
)
