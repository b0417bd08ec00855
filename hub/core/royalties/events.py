"""What happened to shares of sales and to royalties. Amounts are minor units of `currency`; `tell` are the people to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class RevenueShareSet:
    SAYS: ClassVar[str] = N_("agreed shares of sales from a day on")
    subject: str
    from_on: str
    bands: list[list[int | None]]
    currency: str


@dataclass(frozen=True)
class SaleMade:
    SAYS: ClassVar[str] = N_("sold")
    sale_id: int
    transaction_id: int
    subject: str
    label: str
    gross_minor: int
    fee_minor: int
    owner_minor: int
    seller_minor: int
    currency: str


@dataclass(frozen=True)
class SaleRefunded:
    SAYS: ClassVar[str] = N_("gave the money of a sale back")
    sale_id: int
    transaction_id: int
    subject: str
    gross_minor: int
    currency: str


@dataclass(frozen=True)
class RoyaltyProposed:
    SAYS: ClassVar[str] = N_("proposed a royalty")
    royalty_id: int
    title: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RoyaltyAnswered:
    SAYS: ClassVar[str] = N_("answered a proposed royalty")
    royalty_id: int
    title: str
    accepted: bool
    reason: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RoyaltyEnded:
    SAYS: ClassVar[str] = N_("ended a royalty")
    royalty_id: int
    title: str
    reason: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RoyaltyReported:
    SAYS: ClassVar[str] = N_("reported sales under a royalty")
    royalty_id: int
    due_id: int
    title: str
    sales_minor: int
    minor: int
    currency: str
    pay_by: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RoyaltyPaid:
    SAYS: ClassVar[str] = N_("paid a royalty")
    royalty_id: int
    due_id: int
    transaction_id: int
    title: str
    minor: int
    net_minor: int
    currency: str
    tell: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RoyaltyOverdue:
    SAYS: ClassVar[str] = N_("let a royalty become overdue")
    royalty_id: int
    due_id: int
    title: str
    minor: int
    currency: str
    tell: list[int] = field(default_factory=list)
