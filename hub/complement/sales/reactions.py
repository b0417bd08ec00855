"""After the fact: whose paid entitlement is revoked while it could be given back, gets the price back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.complement.sales import operations, queries
from hub.complement.sales.events import ProductBought, PurchaseReturned
from hub.complement.sales.models import Purchase
from hub.complement.store.events import EntitlementRevoked
from hub.core.disputes.rules import Side
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished, Mode
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.extensions import db
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

REVOKED = N_("The entitlement was revoked.")


@reacts_to(EntitlementRevoked)
def return_the_price(event: EntitlementRevoked, fact: Fact) -> None:
    purchase = queries.standing_of(event.entitlement_id)
    if purchase is not None and purchase.is_returnable:
        operations.give_back(actor=SYSTEM, purchase=purchase, reason=REVOKED)


# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    """The vendor and the buyer: both may read the purchase."""
    purchase = db.session.get(Purchase, event.purchase_id)
    if purchase is None:
        return None
    ours = [purchase.product.organisation_id, purchase.organisation_id]
    return seen(organisations=ours, people=[purchase.product.person_id, purchase.person_id], path=f"/api/v1/purchases/{purchase.id}")


webhooks.sends({"product.bought": ProductBought, "product.bought_returned": PurchaseReturned}, _seen, data=("purchase_id",))


# Reputation


def _finished(event: ProductBought, fact: Fact) -> Iterable[Finished]:
    """A paid purchase, from when it can be given back no more: nobody rates a thing and gets its price back."""
    purchase = db.session.get(Purchase, event.purchase_id)
    if purchase is None or purchase.sale_id is None:
        return
    product = purchase.product
    buyer, vendor = Side(purchase.person_id, purchase.organisation_id), Side(product.person_id, product.organisation_id)
    yield Finished(purchase.ref, Mode.COMPLEMENT, product.name, product.path, buyer, vendor, fact.at, rate_from=purchase.returnable_until)


def _undone(event: PurchaseReturned, fact: Fact) -> Iterable[str]:
    yield f"purchase:{event.purchase_id}"


reputation.finishes([ProductBought], _finished)
reputation.finishes([PurchaseReturned], _undone)
