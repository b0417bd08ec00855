"""Who speaks for a side, and who belongs to it."""

from __future__ import annotations

from hub.core.parties.rules import Side
from hub.kernel.actor import Actor


def speaks_for(actor: Actor, side: Side) -> bool:
    """The person, or an owner or manager of the organisation."""
    if side.person_id is not None:
        return actor.person_id == side.person_id
    return actor.manages(side.organisation_id)


def is_of(actor: Actor, side: Side) -> bool:
    """As `speaks_for`, or anybody else of the organisation: whoever has to do with a side."""
    return speaks_for(actor, side) or (side.organisation_id is not None and actor.belongs_to(side.organisation_id))
