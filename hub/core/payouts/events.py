"""What happened to payouts. `tell` are the people to be told; amounts are minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PayoutRequested:
    """`by_hand` ones wait for an administrator."""

    SAYS: ClassVar[str] = N_("asked for a payout")
    payout_id: int
    transaction_id: int
    owner_kind: str
    owner_id: int
    minor: int
    currency: str
    by_hand: bool = True


@dataclass(frozen=True)
class PayoutSending:
    """It is in a bank file, or a processor was asked to send it."""

    SAYS: ClassVar[str] = N_("put a payout on its way")
    payout_id: int


@dataclass(frozen=True)
class PayoutTakenBack:
    """The bank file was not used: it waits again."""

    SAYS: ClassVar[str] = N_("took a payout back out of the bank file")
    payout_id: int


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


@dataclass(frozen=True)
class PayoutReturned:
    """`minor` of a payout that was sent came back: `returned_minor` of it by now."""

    SAYS: ClassVar[str] = N_("wrote down that a payout came back")
    payout_id: int
    transaction_id: int
    owner_kind: str
    owner_id: int
    minor: int
    currency: str
    returned_minor: int
    reason: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class PayoutPlanMade:
    SAYS: ClassVar[str] = N_("asked to be paid out every month")
    person_id: int


@dataclass(frozen=True)
class PayoutPlanEnded:
    SAYS: ClassVar[str] = N_("ended the monthly payouts")
    person_id: int
