"""Who may do what with a need or an offer."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, consults, either
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.states import Act, State

PUBLIC = frozenset({State.PUBLISHED, State.EXPIRED})
"""What everybody may read; an expired one by its address only."""


def manages_it(actor: Actor, listing: Listing) -> bool:
    return actor.manages(listing.organisation_id)


def manages_own(actor: Actor, listing: Listing) -> bool:
    """Imported ones follow their source: nobody rewrites them here."""
    return not listing.is_imported and actor.manages(listing.organisation_id)


def reviews_it(actor: Actor, listing: Listing) -> bool:
    """Consultants and administrators, but nobody reviews what their own organisation lists."""
    return consults(actor, listing) and not actor.belongs_to(listing.organisation_id)


def may_read(actor: Actor, listing: Listing) -> bool:
    return listing.state in PUBLIC or actor.belongs_to(listing.organisation_id) or consults(actor, listing)


def sees_owner(actor: Actor, listing: Listing) -> bool:
    """May this reader know whose it is? Where the owner stays unnamed: its own people, the consultants, the administrators."""
    return listing.owner_shown or actor.belongs_to(listing.organisation_id) or consults(actor, listing)


POLICY = Policy(
    "listing",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_own,
        Act.SUBMIT: manages_own,
        Act.RETURN: reviews_it,
        Act.PUBLISH: reviews_it,
        Act.REVISE: manages_own,
        Act.EXPIRE: by_the_system,
        Act.RENEW: manages_own,
        Act.WITHDRAW: either(manages_it, administers),
        Act.IMPORT: administers,
    },
)
