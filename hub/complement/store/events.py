"""What happens in the store. `SAYS` is how the story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ProductInstalled:
    SAYS: ClassVar[str] = N_("installed a product")
    entitlement_id: int
    product_id: int


@dataclass(frozen=True)
class ReleaseDownloaded:
    SAYS: ClassVar[str] = N_("downloaded a release")
    entitlement_id: int
    release_id: int


@dataclass(frozen=True)
class ProductUninstalled:
    SAYS: ClassVar[str] = N_("gave an installation up")
    entitlement_id: int


@dataclass(frozen=True)
class EntitlementTokenReplaced:
    SAYS: ClassVar[str] = N_("replaced the token of an installation")
    entitlement_id: int


@dataclass(frozen=True)
class EntitlementRevoked:
    SAYS: ClassVar[str] = N_("revoked an entitlement")
    entitlement_id: int


@dataclass(frozen=True)
class EntitlementGivenBack:
    SAYS: ClassVar[str] = N_("gave a paid product back")
    entitlement_id: int


@dataclass(frozen=True)
class ProductRated:
    SAYS: ClassVar[str] = N_("rated a product")
    rating_id: int
    stars: int


@dataclass(frozen=True)
class ProductRatingChanged:
    SAYS: ClassVar[str] = N_("changed a rating")
    rating_id: int
    stars: int


@dataclass(frozen=True)
class ProductRatingAnswered:
    SAYS: ClassVar[str] = N_("replied to a rating")
    rating_id: int
