"""Who may do what with a platform."""

from __future__ import annotations

from hub.complement.platforms.models import Platform
from hub.complement.platforms.states import PUBLIC, Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, consults


def manages_it(actor: Actor, platform: Platform) -> bool:
    return not platform.is_catalogue and actor.manages(platform.organisation_id)


def manages_its_house(actor: Actor, organisation_id: int) -> bool:
    return actor.manages(organisation_id)


def looks_after_it(actor: Actor, platform: Platform) -> bool:
    """Its managers, and the site's consultants and administrators where nobody else is left without a conflict of interest."""
    return manages_it(actor, platform) or consults(actor, platform)


def may_read(actor: Actor, platform: Platform) -> bool:
    return platform.state in PUBLIC or actor.belongs_to(platform.organisation_id) or consults(actor, platform)


POLICY = Policy(
    "platform",
    {
        Act.DRAFT: manages_its_house,
        Act.EDIT: manages_it,
        Act.OPEN: manages_it,
        Act.CLOSE: manages_it,
        Act.REOPEN: manages_it,
        Act.REVIEW: looks_after_it,
        Act.IMPORT: administers,
    },
)
