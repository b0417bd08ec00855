"""What happened to payouts. `tell` are the people to be told; amounts are minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PayoutRequested:
    SAYS: ClassVar[str] = N_("asked for a payout")
    payout_id: int
    transaction_id: int
    owner_kind: str
    owner_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class PayoutConfirmed:
    SAYS: ClassVar[str] = N_("confirmed that a payout was sent")
    payout_id: int
    transaction_id: int
    owner_kind: str
    owner_id: int
    minor: int
    currency: str
    bank_reference: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class PayoutRejected:
    SAYS: ClassVar[str] = N_("refused a payout; the money went back")
    payout_id: int
    transaction_id: int
    owner_kind: str
    owner_id: int
    minor: int
    currency: str
    reason: str
    tell: list[int] = field(default_factory=list)
