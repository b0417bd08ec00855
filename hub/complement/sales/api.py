"""The JSON door to paid products: shares, prices, buying, giving back, what was sold."""

from __future__ import annotations

from typing import Any

from hub.complement.platforms import queries as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products import queries as products
from hub.complement.products.models import Product
from hub.complement.products.policy import POLICY as PRODUCTS
from hub.complement.products.schemas import ProductOut
from hub.complement.products.states import Act as ProductAct
from hub.complement.sales import operations, policy, queries
from hub.complement.sales.models import Purchase
from hub.complement.sales.policy import POLICY
from hub.complement.sales.schemas import BuyIn, MonthOut, PriceIn, PurchaseOut, QuoteOut, ReturnIn, ShareOut, SharesIn
from hub.complement.sales.states import Act
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("sales", __name__, prefix="", description="Paid products: prices, shares, purchases, sales.")

ONE = "/platforms/<platform>/products/<slug>"


def _shop(slug: str) -> Platform:
    place = platforms.get_for(actor(), slug)
    if place.is_catalogue:
        raise NotNow(operations.NOT_FOR_SALE, code="released_elsewhere")
    return place


def _vendors(platform: str, slug: str) -> Product:
    product = products.get_for(actor(), platform, slug)
    PRODUCTS.require(actor(), ProductAct.PRICE, product)
    return product


def _told(purchase: Purchase) -> Any:
    return queries.shown([purchase])[0]


@api.get("/platforms/<platform>/shares")
@public
@api.response(200, ShareOut(many=True))
def shares(platform: str) -> Any:
    """What the platform's owner gets of sales after the site's fee, by currency: what holds, then what was announced."""
    said = [share for each in queries.shares_of(_shop(platform)).values() for share in each]
    return {"items": ShareOut(many=True).dump(said), "next": None}


@api.post("/platforms/<platform>/shares")
@needs_scope("money")
@writes
@api.arguments(SharesIn)
@api.response(201, ShareOut)
def say_shares(data: dict[str, Any], platform: str) -> Any:
    """Announce shares from a day on, as the platform's owner. Takes an Idempotency-Key."""
    place = _shop(platform)
    POLICY.require(actor(), Act.SAY_SHARES, place)
    return operations.say_shares(actor=actor(), platform=place, **data)


@api.post(f"{ONE}/quote")
@api.arguments(PriceIn)
@api.response(200, QuoteOut)
def quote(data: dict[str, Any], platform: str, slug: str) -> Any:
    """What a sale at a price would come to, before it is set (the vendor). Writes nothing."""
    product = _vendors(platform, slug)
    if data["amount"] is None:
        raise one_field("amount", N_("The amount must be more than zero."), code="amount_zero")
    return queries.quote(product, data["amount"])


@api.put(f"{ONE}/price")
@needs_scope("money")
@writes
@api.arguments(PriceIn)
@api.response(200, ProductOut)
def set_price(data: dict[str, Any], platform: str, slug: str) -> Any:
    """What new users pay from now on; 0: nothing. Takes If-Match."""
    product = _vendors(platform, slug)
    check_version(product.version)
    operations.set_price(actor=actor(), product=product, amount=data["amount"])
    (shown,) = products.shown([product])
    return tagged(ProductOut().dump(shown), product.version)


@api.post(f"{ONE}/buy")
@needs_scope("money")
@writes
@api.arguments(BuyIn)
@api.response(201, PurchaseOut)
def buy(data: dict[str, Any], platform: str, slug: str) -> Any:
    """Pay the price from your balance, or an organisation's, and get the product. Asking again pays nothing. Takes an Idempotency-Key."""
    product, named = products.get_for(actor(), platform, slug), data["organisation"]
    organisation_id = organisations.by_slug(named).id if named else None
    return _told(operations.buy(actor=actor(), product=product, agreed=data["agreed"], organisation_id=organisation_id))


@api.get("/purchases")
@api.response(200, PurchaseOut(many=True))
def purchases() -> Any:
    """What you and the organisations whose money you spend have bought, the newest first."""
    before, limit = cursor()
    return paged(queries.shown(queries.of_actor(actor(), before=before, limit=limit + 1)), PurchaseOut(), limit)


@api.get("/purchases/<int:purchase_id>")
@api.response(200, PurchaseOut)
def purchase(purchase_id: int) -> Any:
    return _told(queries.get_for(actor(), purchase_id))


@api.post("/purchases/<int:purchase_id>/return")
@needs_scope("money")
@writes
@api.arguments(ReturnIn)
@api.response(200, PurchaseOut)
def give_back(data: dict[str, Any], purchase_id: int) -> Any:
    """The buyer, while the platform's days last; the vendor at any time: the whole price goes back. Takes an Idempotency-Key."""
    found = queries.get_for(actor(), purchase_id)
    if not (POLICY.can(actor(), Act.RETURN, found) or POLICY.can(actor(), Act.REFUND, found)):
        raise NotAllowed(N_("Only who bought or sold it gives it back."))
    operate = operations.give_back if policy.bought_it(actor(), found) else operations.refund
    return _told(operate(actor=actor(), purchase=found, **data))


@api.get(f"{ONE}/sales")
@api.response(200, MonthOut(many=True))
def of_product(platform: str, slug: str) -> Any:
    """Month by month, the newest first (the vendor)."""
    product = products.get_for(actor(), platform, slug)
    POLICY.require(actor(), Act.SEE_SALES, product)
    return {"items": MonthOut(many=True).dump(queries.months(product=product)), "next": None}


@api.get("/platforms/<platform>/sales")
@api.response(200, MonthOut(many=True))
def of_platform(platform: str) -> Any:
    """Month by month, all vendors together, the newest first (the platform's owner)."""
    place = _shop(platform)
    POLICY.require(actor(), Act.SEE_PLATFORM_SALES, place)
    return {"items": MonthOut(many=True).dump(queries.months(platform=place)), "next": None}
