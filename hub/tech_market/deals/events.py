"""What happens to deals and to confidential annexes. Ids alone: the journal names nobody to whom a deal does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class InterestExpressed:
    SAYS: ClassVar[str] = N_("expressed an interest")
    deal_id: int
    listing_id: int


@dataclass(frozen=True)
class DealAccepted:
    SAYS: ClassVar[str] = N_("accepted to talk")
    deal_id: int
    terms_id: int


@dataclass(frozen=True)
class DealDeclined:
    SAYS: ClassVar[str] = N_("declined with a reason")
    deal_id: int


@dataclass(frozen=True)
class DealSigned:
    """`side` is "owner" or "party"."""

    SAYS: ClassVar[str] = N_("signed the confidentiality agreement")
    deal_id: int
    side: str
    signature_id: int


@dataclass(frozen=True)
class IdentitiesRevealed:
    SAYS: ClassVar[str] = N_("both sides know each other now")
    deal_id: int


@dataclass(frozen=True)
class DealPosted:
    SAYS: ClassVar[str] = N_("wrote a message")
    deal_id: int
    post_id: int


@dataclass(frozen=True)
class DealClosed:
    """`agreed`: with a deal; otherwise without one."""

    SAYS: ClassVar[str] = N_("closed it with a reason")
    deal_id: int
    agreed: bool


@dataclass(frozen=True)
class DealExpired:
    SAYS: ClassVar[str] = N_("it lapsed in silence")
    deal_id: int


@dataclass(frozen=True)
class AnnexChanged:
    """`what` is "text", "file added" or "file removed"."""

    SAYS: ClassVar[str] = N_("changed the confidential annex")
    listing_id: int
    what: str
