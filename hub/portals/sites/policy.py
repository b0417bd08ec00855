"""Who may do what with a portal."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults
from hub.portals.sites.models import Portal
from hub.portals.sites.states import Act, State


def runs_it(actor: Actor, portal: Portal) -> bool:
    """Consultants of the site, and the named managers as long as they belong to the customer's organisation."""
    if consults(actor, portal):
        return True
    return actor.belongs_to(portal.organisation_id) and any(manager.person_id == actor.person_id for manager in portal.managers)


def may_see(actor: Actor, portal: Portal) -> bool:
    return portal.state is not State.DRAFT or runs_it(actor, portal)


POLICY = Policy(
    "portal",
    {
        Act.FOUND: consults,
        Act.LIST: consults,
        Act.OPEN: consults,
        Act.CLOSE: consults,
        Act.APPOINT: consults,
        Act.READ: may_see,
        Act.EDIT: runs_it,
    },
)
