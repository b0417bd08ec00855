"""Who may do what in a space. The subject is a Seat: a person's place in one space."""

from __future__ import annotations

from dataclasses import dataclass

from hub.communities.spaces.models import Space
from hub.communities.spaces.states import Act, SpaceRole
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either, is_signed_in


@dataclass(frozen=True)
class Seat:
    """A person's place in `space`: the role (None for whoever does not belong), and the newest charter they accepted (0 for none)."""

    space: Space
    role: SpaceRole | None = None
    accepted: int = 0

    @property
    def belongs(self) -> bool:
        return self.role is not None

    @property
    def is_up_to_date(self) -> bool:
        """Is what they accepted the charter as it stands?"""
        return self.accepted == self.space.charter_number


def stewards_it(actor: Actor, seat: Seat) -> bool:
    """A steward, or a manager of the organisation that steers the space."""
    return seat.role is SpaceRole.STEWARD or actor.manages(seat.space.organisation_id)


def edits_it(actor: Actor, seat: Seat) -> bool:
    """Stewards and editors."""
    return seat.role is SpaceRole.EDITOR or stewards_it(actor, seat)


def belongs_to_it(actor: Actor, seat: Seat) -> bool:
    return seat.belongs


POLICY = Policy(
    "space",
    {
        Act.ARCHIVE: either(stewards_it, administers),
        Act.REOPEN: either(stewards_it, administers),
        Act.CHANGE: stewards_it,
        Act.SET_CHARTER: stewards_it,
        Act.JOIN: is_signed_in,
        Act.CONTRIBUTE: belongs_to_it,
        Act.EDIT: edits_it,
        Act.CHANGE_ROLE: stewards_it,
        Act.REMOVE_MEMBER: stewards_it,
        Act.GIVE_CREDIT: stewards_it,
    },
)
