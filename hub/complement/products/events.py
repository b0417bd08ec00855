"""What happens to products and releases. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ProductDrafted:
    SAYS: ClassVar[str] = N_("began a product")
    product_id: int


@dataclass(frozen=True)
class ProductPriced:
    """0 minor units and no currency: it is free from now on."""

    SAYS: ClassVar[str] = N_("changed the price")
    product_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class ProductEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the product’s page")
    product_id: int
    fields: str


@dataclass(frozen=True)
class ReleaseSent:
    """`sha256` is the file's."""

    SAYS: ClassVar[str] = N_("sent a release for review")
    release_id: int
    number: str
    sha256: str


@dataclass(frozen=True)
class ReleaseRecalled:
    SAYS: ClassVar[str] = N_("took a release back before its review")
    release_id: int


@dataclass(frozen=True)
class ReleaseApproved:
    SAYS: ClassVar[str] = N_("approved a release")
    release_id: int
    number: str


@dataclass(frozen=True)
class ReleaseReturned:
    """`reasons` are the codes, joined by commas."""

    SAYS: ClassVar[str] = N_("sent a release back with reasons")
    release_id: int
    reasons: str


@dataclass(frozen=True)
class ReleaseYanked:
    """Nobody should use it any more. `by_platform`: the platform did it, not the vendor."""

    SAYS: ClassVar[str] = N_("yanked a release")
    release_id: int
    by_platform: bool


@dataclass(frozen=True)
class ProductTakenOff:
    SAYS: ClassVar[str] = N_("took the product off the list with reasons")
    product_id: int
    reasons: str


@dataclass(frozen=True)
class ProductWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew the product")
    product_id: int


@dataclass(frozen=True)
class ProductTakenUp:
    SAYS: ClassVar[str] = N_("took the product up again")
    product_id: int


@dataclass(frozen=True)
class ProductsImported:
    SAYS: ClassVar[str] = N_("imported products")
    source: str
    new: list[int]
    changed: list[int]
