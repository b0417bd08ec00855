"""Who may do what with an installation and a rating."""

from __future__ import annotations

from hub.complement.products import policy as products
from hub.complement.products.models import Product
from hub.complement.store.models import Entitlement, Rating
from hub.complement.store.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy


def may_install(actor: Actor, product: Product) -> bool:
    return actor.signed_in and products.may_read(actor, product)


def holds_it(actor: Actor, entitlement: Entitlement) -> bool:
    """The person, or everybody of the organisation."""
    if entitlement.organisation_id is not None:
        return actor.belongs_to(entitlement.organisation_id)
    return actor.person_id is not None and actor.person_id == entitlement.person_id


def decides_for_holder(actor: Actor, entitlement: Entitlement) -> bool:
    """The person, or the organisation's owners and managers."""
    if entitlement.organisation_id is not None:
        return actor.manages(entitlement.organisation_id)
    return holds_it(actor, entitlement)


def answers_for_product(actor: Actor, entitlement: Entitlement) -> bool:
    """The vendor, or the platform's reviewers."""
    return products.speaks_for_it(actor, entitlement.product) or products.reviews_it(actor, entitlement.product)


def is_no_vendor(actor: Actor, product: Product) -> bool:
    """Anybody but the vendor's own people; whether they have installed it, the operation asks."""
    return actor.signed_in and not product.is_imported and not products.belongs_to_vendor(actor, product)


def is_vendor(actor: Actor, rating: Rating) -> bool:
    return products.speaks_for_it(actor, rating.product)


POLICY = Policy(
    "store",
    {
        Act.INSTALL: may_install,
        Act.INSTALL_AGAIN: decides_for_holder,
        Act.UNINSTALL: decides_for_holder,
        Act.RENEW_TOKEN: decides_for_holder,
        Act.REVOKE: answers_for_product,
        Act.RATE: is_no_vendor,
        Act.REPLY: is_vendor,
    },
)
