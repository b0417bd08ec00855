"""What happened to bank files of payouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class BatchMade:
    SAYS: ClassVar[str] = N_("made a bank file of payouts")
    batch_id: int
    payouts: int
    minor: int
    currency: str


@dataclass(frozen=True)
class BatchConfirmed:
    """`payouts` of the file were confirmed in one go."""

    SAYS: ClassVar[str] = N_("confirmed payouts of a bank file")
    batch_id: int
    payouts: int


@dataclass(frozen=True)
class BatchTakenBack:
    """The file was not used: `payouts` of it wait again."""

    SAYS: ClassVar[str] = N_("took payouts back out of a bank file")
    batch_id: int
    payouts: int
