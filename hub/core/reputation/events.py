"""What happens to reputations. Ids alone: what a rating says is not written down here before it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class DealOpenedForRating:
    """Both sides can rate it from now on."""

    SAYS: ClassVar[str] = N_("the deal is finished: both sides can rate it")
    deal_id: int


@dataclass(frozen=True)
class RatingGiven:
    SAYS: ClassVar[str] = N_("rated a finished deal")
    deal_id: int
    rating_id: int


@dataclass(frozen=True)
class RatingChanged:
    SAYS: ClassVar[str] = N_("changed a rating before it was shown")
    deal_id: int
    rating_id: int


@dataclass(frozen=True)
class RatingsShown:
    """`rating_ids` are shown from now on; none if nobody rated."""

    SAYS: ClassVar[str] = N_("the ratings of the deal are shown")
    deal_id: int
    rating_ids: list[int]


@dataclass(frozen=True)
class RatingAnswered:
    SAYS: ClassVar[str] = N_("answered a rating")
    deal_id: int
    rating_id: int


@dataclass(frozen=True)
class RatingHidden:
    SAYS: ClassVar[str] = N_("took a rating off the page")
    deal_id: int
    rating_id: int


@dataclass(frozen=True)
class RatingRestored:
    SAYS: ClassVar[str] = N_("put a rating back on the page")
    deal_id: int
    rating_id: int


@dataclass(frozen=True)
class Recommended:
    """How likely, is not written down here."""

    SAYS: ClassVar[str] = N_("said how likely they are to recommend the site")
    deal_id: int
