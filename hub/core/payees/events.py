"""What happened to accounts at the processor. No event holds what the processor asks people for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PayoutAccountWanted:
    SAYS: ClassVar[str] = N_("asked for an account at the payment processor")
    payout_account_id: int
    owner_kind: str
    owner_id: int
    country: str


@dataclass(frozen=True)
class PayoutAccountOpened:
    SAYS: ClassVar[str] = N_("has an account at the payment processor")
    payout_account_id: int
    remote_id: str


@dataclass(frozen=True)
class PayoutAccountRefused:
    SAYS: ClassVar[str] = N_("was refused an account at the payment processor")
    payout_account_id: int
    reason: str


@dataclass(frozen=True)
class PayoutAccountChanged:
    """Whether the processor pays out to it changed; `tell` are the people to be told."""

    SAYS: ClassVar[str] = N_("changed at the payment processor: may it be paid out to?")
    payout_account_id: int
    owner_kind: str
    owner_id: int
    ready: bool
    tell: list[int] = field(default_factory=list)
