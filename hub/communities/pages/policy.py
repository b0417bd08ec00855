"""Who may do what with a page. The subject is a Desk: a page, and a person's place in its space."""

from __future__ import annotations

from dataclasses import dataclass

from hub.communities.pages.models import SpacePage
from hub.communities.pages.states import Act, State
from hub.communities.spaces import policy
from hub.communities.spaces.policy import Seat
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, is_signed_in


@dataclass(frozen=True)
class Desk:
    page: SpacePage
    seat: Seat


def writes_it(actor: Actor, desk: Desk) -> bool:
    """Whoever belongs writes on open pages, editors and stewards also on locked ones."""
    return desk.seat.belongs and (desk.page.state is State.OPEN or policy.edits_it(actor, desk.seat))


def stewards_it(actor: Actor, desk: Desk) -> bool:
    return policy.stewards_it(actor, desk.seat)


def edits_it(actor: Actor, desk: Desk) -> bool:
    return policy.edits_it(actor, desk.seat)


def belongs(actor: Actor, desk: Desk) -> bool:
    return desk.seat.belongs


POLICY = Policy(
    "page",
    {
        Act.LOCK: stewards_it,
        Act.UNLOCK: stewards_it,
        Act.RETIRE: edits_it,
        Act.BRING_BACK: edits_it,
        Act.CREATE: belongs,
        Act.WRITE: writes_it,
        Act.WATCH: is_signed_in,
    },
)
