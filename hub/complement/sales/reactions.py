"""After the fact: whose paid entitlement is revoked while it could be given back, gets the price back."""

from __future__ import annotations

from hub.complement.sales import operations, queries
from hub.complement.store.events import EntitlementRevoked
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

REVOKED = N_("The entitlement was revoked.")


@reacts_to(EntitlementRevoked)
def return_the_price(event: EntitlementRevoked, fact: Fact) -> None:
    purchase = queries.standing_of(event.entitlement_id)
    if purchase is not None and purchase.is_returnable:
        operations.give_back(actor=SYSTEM, purchase=purchase, reason=REVOKED)
