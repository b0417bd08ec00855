"""What happens to spaces and in them. `SAYS` is how their story tells it; ids and plain facts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class SpaceFounded:
    SAYS: ClassVar[str] = N_("founded the space")
    space_id: int


@dataclass(frozen=True)
class SpaceChanged:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed what the space says about itself")
    space_id: int
    fields: str


@dataclass(frozen=True)
class CharterPublished:
    """`number` counts from 1, `hash` is the fingerprint of the text and licence that members accept."""

    SAYS: ClassVar[str] = N_("published a charter")
    space_id: int
    number: int
    hash: str


@dataclass(frozen=True)
class CharterAccepted:
    SAYS: ClassVar[str] = N_("accepted the charter and the licence")
    space_id: int
    person_id: int
    number: int
    hash: str


@dataclass(frozen=True)
class SpaceJoined:
    SAYS: ClassVar[str] = N_("joined")
    space_id: int
    person_id: int


@dataclass(frozen=True)
class SpaceLeft:
    SAYS: ClassVar[str] = N_("left")
    space_id: int
    person_id: int


@dataclass(frozen=True)
class SpaceMemberRemoved:
    SAYS: ClassVar[str] = N_("ended a membership")
    space_id: int
    person_id: int


@dataclass(frozen=True)
class SpaceRoleChanged:
    SAYS: ClassVar[str] = N_("gave a member another role")
    space_id: int
    person_id: int
    role: str


@dataclass(frozen=True)
class SpaceArchived:
    SAYS: ClassVar[str] = N_("archived the space")
    space_id: int


@dataclass(frozen=True)
class SpaceReopened:
    SAYS: ClassVar[str] = N_("opened the space again")
    space_id: int
