"""What happens to awards. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class WinnerSelected:
    """`terms_id` is the agreement that waits for the winner's signature."""

    SAYS: ClassVar[str] = N_("selected the winner and drew up the award agreement")
    award_id: int
    challenge_id: int
    entry_id: int
    terms_id: int


@dataclass(frozen=True)
class AwardSigned:
    SAYS: ClassVar[str] = N_("signed the award agreement")
    award_id: int
    challenge_id: int
    entry_id: int
    signature_id: int


@dataclass(frozen=True)
class AwardPaid:
    SAYS: ClassVar[str] = N_("received the prize")
    award_id: int
    challenge_id: int
    entry_id: int
    transaction_id: int


@dataclass(frozen=True)
class AwardDeclined:
    SAYS: ClassVar[str] = N_("declined the award")
    award_id: int
    challenge_id: int
    entry_id: int


@dataclass(frozen=True)
class AwardLapsed:
    SAYS: ClassVar[str] = N_("let the time to sign the award run out")
    award_id: int
    challenge_id: int
    entry_id: int


@dataclass(frozen=True)
class JudgingReopened:
    """A dispute ended so: nobody is chosen any more, and `entry_id` is in the running like the others."""

    SAYS: ClassVar[str] = N_("opened the judging again, as a dispute about it ended")
    award_id: int
    challenge_id: int
    entry_id: int


@dataclass(frozen=True)
class SharingProposed:
    """`person_ids` are those asked to agree; none where the parts are equal (`binding`)."""

    SAYS: ClassVar[str] = N_("proposed how the award is shared")
    award_id: int
    sharing_id: int
    challenge_id: int
    person_ids: list[int]
    binding: bool


@dataclass(frozen=True)
class ShareAgreed:
    SAYS: ClassVar[str] = N_("agreed to the sharing of the award")
    award_id: int
    sharing_id: int
    challenge_id: int
    person_id: int


@dataclass(frozen=True)
class SharingAgreed:
    """Everybody has: the leader can sign."""

    SAYS: ClassVar[str] = N_("was the last to agree: the sharing of the award binds")
    award_id: int
    sharing_id: int
    challenge_id: int


@dataclass(frozen=True)
class SharingRefused:
    SAYS: ClassVar[str] = N_("refused the sharing of the award")
    award_id: int
    sharing_id: int
    challenge_id: int
    person_id: int


@dataclass(frozen=True)
class SharingWithdrawn:
    SAYS: ClassVar[str] = N_("took the sharing of the award back")
    award_id: int
    sharing_id: int
    challenge_id: int
    person_ids: list[int]
