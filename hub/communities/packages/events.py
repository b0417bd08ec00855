"""What happens to work packages. Ids and plain facts only; reasons and texts are in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PackageOpened:
    SAYS: ClassVar[str] = N_("opened the work package")
    package_id: int
    page_id: int
    points: int


@dataclass(frozen=True)
class PackageClaimed:
    """`until` is when the claim ends, ISO 8601."""

    SAYS: ClassVar[str] = N_("claimed the work package")
    package_id: int
    until: str


@dataclass(frozen=True)
class PackageRenewed:
    SAYS: ClassVar[str] = N_("renewed the claim")
    package_id: int
    until: str


@dataclass(frozen=True)
class PackageGivenBack:
    SAYS: ClassVar[str] = N_("gave the work package back")
    package_id: int


@dataclass(frozen=True)
class PackageLeaseEnded:
    SAYS: ClassVar[str] = N_("opened the work package again: the time of the claim was over")
    package_id: int
    claimant_id: int


@dataclass(frozen=True)
class PackageSubmitted:
    """`number` counts the package's submissions from 1."""

    SAYS: ClassVar[str] = N_("submitted a text")
    package_id: int
    number: int


@dataclass(frozen=True)
class PackageReturned:
    SAYS: ClassVar[str] = N_("returned the text with remarks")
    package_id: int
    number: int


@dataclass(frozen=True)
class PackageMerged:
    """`revision` is what the page has become."""

    SAYS: ClassVar[str] = N_("merged the text into the page")
    package_id: int
    number: int
    author_id: int
    revision: int
    points: int


@dataclass(frozen=True)
class PackageWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew the work package")
    package_id: int
