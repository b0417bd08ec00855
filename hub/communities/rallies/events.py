"""What happens in idea rallies. Ids only. A vote is told without its idea: what was voted for is nobody's to read before the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class RallyDrafted:
    SAYS: ClassVar[str] = N_("began a rally")
    rally_id: int


@dataclass(frozen=True)
class RallyEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the draft")
    rally_id: int
    fields: str


@dataclass(frozen=True)
class RallyAnnounced:
    SAYS: ClassVar[str] = N_("announced the rally")
    rally_id: int


@dataclass(frozen=True)
class RallyTakenBack:
    SAYS: ClassVar[str] = N_("took the announcement back")
    rally_id: int


@dataclass(frozen=True)
class RallyDiscarded:
    SAYS: ClassVar[str] = N_("discarded the draft")
    rally_id: int


@dataclass(frozen=True)
class RallyOpened:
    SAYS: ClassVar[str] = N_("opened for ideas")
    rally_id: int


@dataclass(frozen=True)
class RallyBuildingBegan:
    SAYS: ClassVar[str] = N_("went on to building on ideas")
    rally_id: int


@dataclass(frozen=True)
class RallyVotingBegan:
    SAYS: ClassVar[str] = N_("opened the vote")
    rally_id: int


@dataclass(frozen=True)
class RallyClosed:
    SAYS: ClassVar[str] = N_("closed the vote")
    rally_id: int


@dataclass(frozen=True)
class RallyExtended:
    """`phase` is the phase that lasts longer, `until` its new end (ISO 8601)."""

    SAYS: ClassVar[str] = N_("extended a phase")
    rally_id: int
    phase: str
    until: str


@dataclass(frozen=True)
class RallyCancelled:
    SAYS: ClassVar[str] = N_("cancelled the rally")
    rally_id: int


@dataclass(frozen=True)
class RallyAnswered:
    SAYS: ClassVar[str] = N_("said what becomes of the ideas")
    rally_id: int


@dataclass(frozen=True)
class RallyJoined:
    """`terms_hash` is the fingerprint of the promise and the licence that were accepted."""

    SAYS: ClassVar[str] = N_("joined the rally and accepted its terms")
    rally_id: int
    participant_id: int
    terms_hash: str


@dataclass(frozen=True)
class IdeaPosted:
    """`onto` are the ideas that it builds on."""

    SAYS: ClassVar[str] = N_("posted an idea")
    rally_id: int
    idea_id: int
    onto: list[int]


@dataclass(frozen=True)
class IdeaEdited:
    """`onto` are the ideas that it builds on now and did not before."""

    SAYS: ClassVar[str] = N_("changed an idea")
    rally_id: int
    idea_id: int
    onto: list[int]


@dataclass(frozen=True)
class IdeaWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew an idea")
    rally_id: int
    idea_id: int


@dataclass(frozen=True)
class IdeaRestored:
    SAYS: ClassVar[str] = N_("put an idea back")
    rally_id: int
    idea_id: int


@dataclass(frozen=True)
class IdeaRemoved:
    SAYS: ClassVar[str] = N_("took an idea down")
    rally_id: int
    idea_id: int


@dataclass(frozen=True)
class RallyBallotChanged:
    """A vote was given or taken back; which one is not written down here."""

    SAYS: ClassVar[str] = N_("changed a ballot")
    rally_id: int
