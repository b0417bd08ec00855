"""What happens to platforms. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PlatformDrafted:
    SAYS: ClassVar[str] = N_("began a platform")
    platform_id: int


@dataclass(frozen=True)
class PlatformEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the platform")
    platform_id: int
    fields: str


@dataclass(frozen=True)
class PlatformOpened:
    SAYS: ClassVar[str] = N_("opened the platform")
    platform_id: int


@dataclass(frozen=True)
class PlatformTermsChanged:
    """Developers sign again before their next release."""

    SAYS: ClassVar[str] = N_("changed the developer agreement")
    platform_id: int
    terms_id: int


@dataclass(frozen=True)
class PlatformClosed:
    SAYS: ClassVar[str] = N_("closed the platform to new releases")
    platform_id: int


@dataclass(frozen=True)
class PlatformReopened:
    SAYS: ClassVar[str] = N_("opened the platform again")
    platform_id: int


@dataclass(frozen=True)
class CataloguePlatformMade:
    """A platform for imported products. `source` is the data set."""

    SAYS: ClassVar[str] = N_("made a platform for imported products")
    platform_id: int
    source: str
