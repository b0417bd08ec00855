"""What happens to orders. `SAYS` is how their story tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class OrderPlaced:
    """`terms_hash` is the fingerprint of what both sides agreed to."""

    SAYS: ClassVar[str] = N_("placed the order")
    order_id: int
    quote_id: int
    terms_hash: str


@dataclass(frozen=True)
class OrderHeld:
    SAYS: ClassVar[str] = N_("held the money: the work may start")
    order_id: int


@dataclass(frozen=True)
class OrderDelivered:
    SAYS: ClassVar[str] = N_("delivered")
    order_id: int
    number: int


@dataclass(frozen=True)
class OrderMilestoneAccepted:
    """Milestone `number` was accepted and paid; the work goes on with the next."""

    SAYS: ClassVar[str] = N_("accepted a milestone")
    order_id: int
    number: int
    transaction_id: int
    by_silence: bool


@dataclass(frozen=True)
class OrderSentBack:
    SAYS: ClassVar[str] = N_("sent the delivery back")
    order_id: int


@dataclass(frozen=True)
class OrderAccepted:
    """`by_silence` if nobody answered in time."""

    SAYS: ClassVar[str] = N_("accepted the delivery: the lab is paid")
    order_id: int
    transaction_id: int
    by_silence: bool


@dataclass(frozen=True)
class OrderSettled:
    """A dispute ended with `minor` for the lab, gross; the rest of what was held went back to the buyer."""

    SAYS: ClassVar[str] = N_("ended the order as the dispute about it ended")
    order_id: int
    transaction_id: int
    minor: int


@dataclass(frozen=True)
class OrderStopAsked:
    SAYS: ClassVar[str] = N_("asked to call the order off")
    order_id: int
    side: str


@dataclass(frozen=True)
class OrderStopRefused:
    SAYS: ClassVar[str] = N_("refused to call the order off")
    order_id: int


@dataclass(frozen=True)
class OrderCancelled:
    SAYS: ClassVar[str] = N_("called the order off")
    order_id: int
