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
