"""Deals at every stage, walked there by the real operations."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import queries as agreements
from hub.kernel.actor import Actor
from hub.tech_market.deals import operations
from hub.tech_market.deals.models import Deal
from hub.tech_market.listings.models import Listing

MESSAGE = "We coat sensors for cold rooms and would test a sample within a month."
REASON = "It does not fit our plans for the next two years."


def interest(listing: Listing, party: Actor, **more: Any) -> Deal:
    """Uncommitted."""
    return operations.express_interest(actor=party, listing=listing, **{"message": MESSAGE, **more})


def sign(deal: Deal, actor: Actor) -> Deal:
    return operations.sign(actor=actor, deal=deal, seen_hash=agreements.get(deal.terms_id or 0).hash)


def deal(listing: Listing, owner: Actor, party: Actor, state: str = "interested", **more: Any) -> Deal:
    """A deal of `party` on `listing`, whose organisation `owner` manages, in `state`. Uncommitted."""
    made = interest(listing, party, **more)
    if state == "interested":
        return made
    if state == "declined":
        return operations.decline(actor=owner, deal=made, reason=REASON)
    operations.accept(actor=owner, deal=made)
    if state in {"signed", "revealed", "closed_deal", "closed_no_deal"}:
        sign(made, party)
    if state in {"revealed", "closed_deal", "closed_no_deal"}:
        sign(made, owner)
    if state.startswith("closed"):
        operations.close(actor=party, deal=made, agreed=state == "closed_deal", reason=REASON)
    return made
