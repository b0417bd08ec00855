"""What happened in the books beside the transactions themselves, which the rooms above tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PendingMade:
    SAYS: ClassVar[str] = N_("set money aside until it is decided")
    pending_id: int
    subject: str


@dataclass(frozen=True)
class PendingPosted:
    """`whole` is False when a smaller part was posted and the rest let go."""

    SAYS: ClassVar[str] = N_("posted what was pending")
    pending_id: int
    transaction_id: int
    subject: str
    whole: bool


@dataclass(frozen=True)
class PendingVoided:
    SAYS: ClassVar[str] = N_("voided what was pending")
    pending_id: int
    subject: str


@dataclass(frozen=True)
class PendingExpired:
    SAYS: ClassVar[str] = N_("let go of what was pending: its time had passed")
    pending_id: int
    subject: str


@dataclass(frozen=True)
class TransactionReversed:
    SAYS: ClassVar[str] = N_("reversed a transaction")
    transaction_id: int
    reverses_id: int
    subject: str
    reason: str
