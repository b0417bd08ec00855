"""What happens to paid products. `SAYS` is how the story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class SharesAnnounced:
    SAYS: ClassVar[str] = N_("announced the platform’s shares of sales")
    platform_id: int
    currency: str
    from_on: str


@dataclass(frozen=True)
class ProductBought:
    SAYS: ClassVar[str] = N_("bought a product")
    purchase_id: int
    product_id: int
    sale_id: int


@dataclass(frozen=True)
class PurchaseReturned:
    """`by_vendor`: the seller gave the money back of its own accord."""

    SAYS: ClassVar[str] = N_("gave a purchase back")
    purchase_id: int
    sale_id: int
    by_vendor: bool
