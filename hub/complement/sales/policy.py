"""Who may buy, give back, see sales and say shares."""

from __future__ import annotations

from hub.complement.platforms import policy as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products import policy as products
from hub.complement.products.models import Product
from hub.complement.sales.models import Purchase
from hub.complement.sales.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either


def buys(actor: Actor, product: Product) -> bool:
    """Whoever is signed in and may read it, and does not decide for its vendor."""
    return actor.signed_in and products.may_read(actor, product) and not products.speaks_for_it(actor, product)


def spends_for(actor: Actor, organisation_id: int) -> bool:
    return actor.keeps_books_of(organisation_id) or actor.manages(organisation_id)


def bought_it(actor: Actor, purchase: Purchase) -> bool:
    """The person, or those who spend the organisation's money."""
    if purchase.organisation_id is not None:
        return spends_for(actor, purchase.organisation_id)
    return actor.person_id is not None and actor.person_id == purchase.person_id


def sold_it(actor: Actor, purchase: Purchase) -> bool:
    return products.speaks_for_it(actor, purchase.product)


def sees_its_sales(actor: Actor, product: Product) -> bool:
    """The vendor, and whoever keeps its books."""
    return products.speaks_for_it(actor, product) or (not product.is_imported and actor.keeps_books_of(product.organisation_id))


def earns_from_it(actor: Actor, platform: Platform) -> bool:
    """The platform's managers, and whoever keeps its organisation's books."""
    return platforms.manages_it(actor, platform) or (not platform.is_catalogue and actor.keeps_books_of(platform.organisation_id))


POLICY = Policy(
    "sales",
    {
        Act.BUY: buys,
        Act.READ: either(bought_it, sold_it, administers),
        Act.RETURN: either(bought_it, by_the_system),
        Act.REFUND: either(sold_it, by_the_system),
        Act.SEE_SALES: either(sees_its_sales, administers),
        Act.SEE_PLATFORM_SALES: either(earns_from_it, administers),
        Act.SAY_SHARES: platforms.manages_it,
    },
)
