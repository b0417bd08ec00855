"""Who may do what in a deal. There are two sides, and what one may do depends on which one they are on."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either, is_signed_in
from hub.tech_market.deals.models import Deal
from hub.tech_market.deals.states import Act, Side, State
from hub.tech_market.listings.models import Listing


def side_of(actor: Actor, deal: Deal) -> Side | None:
    """Which side the actor speaks for; None for everybody else. Managers speak for an organisation, and who asked for the interest."""
    if actor.manages(deal.listing.organisation_id):
        return Side.OWNER
    if actor.person_id is not None and (actor.person_id == deal.person_id or actor.manages(deal.organisation_id)):
        return Side.PARTY
    return None


def is_owner(actor: Actor, deal: Deal) -> bool:
    return side_of(actor, deal) is Side.OWNER


def is_a_side(actor: Actor, deal: Deal) -> bool:
    return side_of(actor, deal) is not None


def may_give_up(actor: Actor, deal: Deal) -> bool:
    """Before the answer only who asked can: the owner declines instead."""
    side = side_of(actor, deal)
    return side is Side.PARTY or (side is Side.OWNER and deal.state is not State.INTERESTED)


def signs_next(actor: Actor, deal: Deal) -> bool:
    """The side that has not signed yet. For the interested side the person who asked signs."""
    side = side_of(actor, deal)
    if side is None or deal.signed_at(side) is not None:
        return False
    return side is Side.OWNER or actor.person_id == deal.person_id


def owns_it(actor: Actor, listing: Listing) -> bool:
    return actor.belongs_to(listing.organisation_id)


def writes_annex(actor: Actor, listing: Listing) -> bool:
    return not listing.is_imported and actor.manages(listing.organisation_id)


POLICY = Policy(
    "deal",
    {
        Act.EXPRESS: is_signed_in,
        Act.READ: either(is_a_side, administers),
        Act.ACCEPT: is_owner,
        Act.DECLINE: is_owner,
        Act.SIGN: signs_next,
        Act.COUNTERSIGN: signs_next,
        Act.POST: is_a_side,
        Act.AGREE: is_a_side,
        Act.GIVE_UP: may_give_up,
        Act.EXPIRE: by_the_system,
        Act.READ_ANNEX: owns_it,
        Act.WRITE_ANNEX: writes_annex,
        Act.READ_LOOKS: owns_it,
    },
)
"""The annex opens to interested parties by what they signed, too: see `queries.opening`."""
