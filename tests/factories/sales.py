"""Paid products for tests: priced, bought, with money on the buyers' balances. Uncommitted, but for `rich`."""

from __future__ import annotations

from typing import Any

from hub.complement.platforms.models import Platform
from hub.complement.products.models import Product
from hub.complement.sales import operations
from hub.complement.sales.models import Purchase
from hub.kernel.actor import Actor
from hub.kernel.money import Money
from tests.factories import platforms, pools


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def rich(actor: Actor, amount: Money, organisation_id: int | None = None) -> None:
    """Money on the balance of a person, or of an organisation."""
    pools.has("person" if organisation_id is None else "organisation", organisation_id or actor.person_id or 0, amount)


def priced(vendor: Actor, platform: Platform, reviewer: Actor, price: Money | None = None, **more: Any) -> Product:
    """A listed product that costs EUR 20.00, or `price`."""
    made = platforms.product(vendor, platform, reviewer, **more)
    return operations.set_price(actor=vendor, product=made, amount=price or eur(2_000))


def bought(buyer: Actor, product: Product, organisation_id: int | None = None) -> Purchase:
    assert product.price is not None
    return operations.buy(actor=buyer, product=product, agreed=product.price, organisation_id=organisation_id)
