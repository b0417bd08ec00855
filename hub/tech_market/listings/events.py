"""What happens to needs and offers. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ListingDrafted:
    SAYS: ClassVar[str] = N_("began a draft")
    listing_id: int


@dataclass(frozen=True)
class ListingEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the draft")
    listing_id: int
    fields: str


@dataclass(frozen=True)
class ListingSubmitted:
    SAYS: ClassVar[str] = N_("sent it to the consultants for review")
    listing_id: int


@dataclass(frozen=True)
class ListingReturned:
    SAYS: ClassVar[str] = N_("sent it back with remarks")
    listing_id: int


@dataclass(frozen=True)
class ListingPublished:
    SAYS: ClassVar[str] = N_("published it")
    listing_id: int


@dataclass(frozen=True)
class ListingRevised:
    SAYS: ClassVar[str] = N_("took it back to change it")
    listing_id: int


@dataclass(frozen=True)
class ListingExpired:
    SAYS: ClassVar[str] = N_("took it off the list on its last day")
    listing_id: int


@dataclass(frozen=True)
class ListingRenewed:
    """`until` is the new last day, as YYYY-MM-DD."""

    SAYS: ClassVar[str] = N_("renewed it")
    listing_id: int
    until: str


@dataclass(frozen=True)
class ListingWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew it")
    listing_id: int


@dataclass(frozen=True)
class OffersImported:
    """One batch of a file: which offers are new, which were changed, by their ids."""

    SAYS: ClassVar[str] = N_("imported offers")
    source: str
    new: list[int]
    changed: list[int]


@dataclass(frozen=True)
class PatentsEnded:
    """The last day of these offers' patents has passed."""

    SAYS: ClassVar[str] = N_("noted that patents have ended")
    listing_ids: list[int]
