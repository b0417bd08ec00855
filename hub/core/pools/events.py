"""What happened to pools and pledges. Amounts are minor units of the pool's currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PoolDrafted:
    SAYS: ClassVar[str] = N_("began a pool")
    pool_id: int


@dataclass(frozen=True)
class PoolEdited:
    SAYS: ClassVar[str] = N_("changed the draft of a pool")
    pool_id: int
    fields: str


@dataclass(frozen=True)
class PoolSubmitted:
    SAYS: ClassVar[str] = N_("sent a pool to review")
    pool_id: int


@dataclass(frozen=True)
class PoolRecalled:
    SAYS: ClassVar[str] = N_("took a pool back from the review")
    pool_id: int


@dataclass(frozen=True)
class PoolReturned:
    SAYS: ClassVar[str] = N_("sent a pool back with remarks")
    pool_id: int


@dataclass(frozen=True)
class PoolOpened:
    SAYS: ClassVar[str] = N_("approved a pool, which takes pledges now")
    pool_id: int


@dataclass(frozen=True)
class PoolDiscarded:
    SAYS: ClassVar[str] = N_("discarded the draft of a pool")
    pool_id: int


@dataclass(frozen=True)
class PoolStoryChanged:
    SAYS: ClassVar[str] = N_("changed the story of a pool")
    pool_id: int
    number: int


@dataclass(frozen=True)
class PoolUpdated:
    SAYS: ClassVar[str] = N_("posted an update to a pool")
    pool_id: int
    update_id: int


@dataclass(frozen=True)
class PledgeMade:
    """Money of a backer was set aside for a pool."""

    SAYS: ClassVar[str] = N_("pledged")
    pool_id: int
    pledge_id: int
    transaction_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PledgeWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew a pledge")
    pool_id: int
    pledge_id: int
    transaction_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PoolGoalReached:
    """The pledges reach the goal; what counts is that they do at the deadline."""

    SAYS: ClassVar[str] = N_("brought a pool to its goal")
    pool_id: int


@dataclass(frozen=True)
class PoolDeadlineNear:
    SAYS: ClassVar[str] = N_("reminded the backers of a pool of its deadline")
    pool_id: int


@dataclass(frozen=True)
class PoolMet:
    """All pledges were collected: `minor` went to the hold of `subject`, or less the fee to the organisation's balance."""

    SAYS: ClassVar[str] = N_("released the money of a pool that met its goal")
    pool_id: int
    subject: str
    transaction_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PoolFailed:
    """The goal was missed: all pledges were given back, whole."""

    SAYS: ClassVar[str] = N_("gave back the pledges of a pool that missed its goal")
    pool_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PoolCancelled:
    """Stopped: all pledges were given back, whole."""

    SAYS: ClassVar[str] = N_("cancelled a pool; its pledges were given back")
    pool_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PoolRestReturned:
    """What was left of a pool's money in the hold of its subject went back to the backers, `minor` in all."""

    SAYS: ClassVar[str] = N_("gave what was left back to the backers of a pool")
    pool_id: int
    minor: int
    currency: str
