"""What happens to a challenge. `SAYS` is how its story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ChallengeDrafted:
    SAYS: ClassVar[str] = N_("began a draft of the challenge")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the draft")
    challenge_id: int
    fields: str


@dataclass(frozen=True)
class ChallengeSubmitted:
    """`terms_id` is the participation agreement drawn up for it."""

    SAYS: ClassVar[str] = N_("sent the challenge to the consultants for review")
    challenge_id: int
    terms_id: int


@dataclass(frozen=True)
class ChallengeReturned:
    SAYS: ClassVar[str] = N_("sent the challenge back with remarks")
    challenge_id: int
    remark_id: int


@dataclass(frozen=True)
class ChallengeApproved:
    SAYS: ClassVar[str] = N_("approved the challenge")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeReopened:
    SAYS: ClassVar[str] = N_("took the approved challenge back into drafting")
    challenge_id: int


@dataclass(frozen=True)
class ChallengePublished:
    SAYS: ClassVar[str] = N_("published the challenge")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeClosed:
    """The deadline has passed: no entry is taken any more."""

    SAYS: ClassVar[str] = N_("closed the challenge at its deadline")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeSelected:
    SAYS: ClassVar[str] = N_("selected the winning entry")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeAwarded:
    SAYS: ClassVar[str] = N_("ended the challenge with its award")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeReconsidered:
    """The selected winner did not sign: the seeker may select another entry."""

    SAYS: ClassVar[str] = N_("took the challenge back into judging, because the winner did not sign")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeEnded:
    SAYS: ClassVar[str] = N_("ended the challenge without an award")
    challenge_id: int
    remark_id: int


@dataclass(frozen=True)
class ChallengeWithdrawn:
    """By the seeker before publication."""

    SAYS: ClassVar[str] = N_("withdrew the challenge")
    challenge_id: int


@dataclass(frozen=True)
class ChallengeCancelled:
    """By an administrator after publication."""

    SAYS: ClassVar[str] = N_("cancelled the running challenge")
    challenge_id: int
    remark_id: int
