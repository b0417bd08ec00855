"""What happened to money by card. `tell` are the people to be told; amounts are minor units of `currency`.

`transaction_id` is the movement in the books; None where nothing moved (and in facts from before it was kept).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class CardPaymentStarted:
    SAYS: ClassVar[str] = N_("went to pay by card")
    payment_id: int
    funding_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class CardPaid:
    SAYS: ClassVar[str] = N_("paid by card")
    payment_id: int
    funding_id: int
    transaction_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class CardPaymentClosed:
    """It was not paid: `state` says why (expired, refused). The funding stays open."""

    SAYS: ClassVar[str] = N_("did not pay by card")
    payment_id: int
    funding_id: int
    state: str


@dataclass(frozen=True)
class CardRefundAsked:
    SAYS: ClassVar[str] = N_("asked for a refund to the card")
    refund_id: int
    payment_id: int
    minor: int
    currency: str
    transaction_id: int | None = None


@dataclass(frozen=True)
class CardRefundSent:
    SAYS: ClassVar[str] = N_("refunded money to the card")
    refund_id: int
    organisation_id: int | None
    label: str
    minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class CardRefundFailed:
    """The money is back on the owner's balance."""

    SAYS: ClassVar[str] = N_("could not refund money to the card")
    refund_id: int
    organisation_id: int | None
    label: str
    minor: int
    currency: str
    reason: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class DisputeOpened:
    """The cardholder's bank took `minor` back from the site; `frozen_minor` of the payer's is set aside for it."""

    SAYS: ClassVar[str] = N_("had a card payment disputed")
    dispute_id: int
    payment_id: int
    organisation_id: int | None
    label: str
    minor: int
    frozen_minor: int
    currency: str
    reason: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class DisputeWon:
    SAYS: ClassVar[str] = N_("won a dispute")
    dispute_id: int
    organisation_id: int | None
    label: str
    frozen_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class DisputeLost:
    """`taken_minor` were the payer's, `loss_minor` is the site's loss."""

    SAYS: ClassVar[str] = N_("lost a dispute")
    dispute_id: int
    organisation_id: int | None
    label: str
    minor: int
    taken_minor: int
    loss_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class CardRefundFound:
    """Somebody refunded a card payment at the processor itself: an administrator takes it over into the books."""

    SAYS: ClassVar[str] = N_("found a refund that was made at the payment processor")
    found_id: int
    payment_id: int
    label: str
    minor: int
    currency: str


@dataclass(frozen=True)
class CardRefundAdopted:
    """`taken_minor` were the payer's, `loss_minor` is the site's loss."""

    SAYS: ClassVar[str] = N_("took over a refund that was made at the payment processor")
    found_id: int
    organisation_id: int | None
    label: str
    minor: int
    taken_minor: int
    loss_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(frozen=True)
class CardFoundRefundFailed:
    """The bank sent it back. What was the payer's is on the balance again."""

    SAYS: ClassVar[str] = N_("noted that a refund made at the payment processor failed")
    found_id: int
    organisation_id: int | None
    label: str
    minor: int
    taken_minor: int
    currency: str
    reason: str
    tell: list[int] = field(default_factory=list)
    transaction_id: int | None = None
