"""Spaces and their members, made by the real operations. Uncommitted."""

from __future__ import annotations

from typing import Any

from hub.communities.spaces import operations
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import SpaceRole
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector

CHARTER = (
    "We build a soil sensor that a school can afford.\n\n"
    "- Measurements come with their method.\n"
    "- Whoever disagrees writes down why.\n"
    "- The stewards decide what nobody else could agree on.\n"
)


def content(**changes: Any) -> dict[str, Any]:
    """What `operations.found` takes."""
    return {
        "name": "Open soil sensors",
        "summary": "Methods and parts lists for measuring soil moisture for less than ten euros.",
        "charter": CHARTER,
        "licence": Licence.CC_BY_SA,
        "language": "en",
        "sector": Sector.SENSORS,
        **changes,
    }


def space(steward: Actor, **changes: Any) -> Space:
    """A space founded by `steward`."""
    return operations.found(actor=steward, **content(**changes))


def join(space: Space, *actors: Actor, role: SpaceRole = SpaceRole.MEMBER, by: Actor | None = None) -> None:
    """Have them accept the charter as it stands; `by` is a steward, needed for another role than that of a contributor."""
    for actor in actors:
        operations.join(actor=actor, space=space, seen=space.charter_number)
        if role is not SpaceRole.MEMBER:
            assert by is not None and actor.person_id is not None
            operations.change_role(actor=by, space=space, person_id=actor.person_id, role=role)
