"""What happens to briefs. Ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class BriefDrafted:
    SAYS: ClassVar[str] = N_("began a brief")
    brief_id: int


@dataclass(frozen=True)
class BriefEdited:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed the brief")
    brief_id: int
    fields: str


@dataclass(frozen=True)
class BriefSentForSignOff:
    SAYS: ClassVar[str] = N_("sent it to the client")
    brief_id: int


@dataclass(frozen=True)
class BriefReturned:
    SAYS: ClassVar[str] = N_("sent it back with remarks")
    brief_id: int


@dataclass(frozen=True)
class BriefPublished:
    SAYS: ClassVar[str] = N_("signed it off: it is published")
    brief_id: int


@dataclass(frozen=True)
class BriefWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew it")
    brief_id: int


@dataclass(frozen=True)
class BriefClosed:
    """`proposals` were handed in by the deadline."""

    SAYS: ClassVar[str] = N_("the deadline came")
    brief_id: int
    proposals: int


@dataclass(frozen=True)
class BriefDecided:
    """`selected` are the chosen proposals' ids."""

    SAYS: ClassVar[str] = N_("decided; everybody has an answer")
    brief_id: int
    selected: list[int]


@dataclass(frozen=True)
class PeopleInvited:
    """`key` is the match they stand behind ("expert:5", "offer:17")."""

    SAYS: ClassVar[str] = N_("invited a match")
    brief_id: int
    key: str
    person_ids: list[int]


@dataclass(frozen=True)
class InvitationDeclined:
    SAYS: ClassVar[str] = N_("declined the invitation")
    brief_id: int
    invitation_id: int


@dataclass(frozen=True)
class FeeOffered:
    """`minor` is the gross in minor units of `currency`; 0: there is no fee any more."""

    SAYS: ClassVar[str] = N_("named the fee for the search")
    brief_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class FeeHeld:
    SAYS: ClassVar[str] = N_("set the fee for the search aside")
    brief_id: int
    minor: int
    currency: str


@dataclass(frozen=True)
class FeePaid:
    SAYS: ClassVar[str] = N_("paid the consultant")
    brief_id: int
    person_id: int
    transaction_id: int


@dataclass(frozen=True)
class FeeCalledOff:
    SAYS: ClassVar[str] = N_("called the fee for the search off")
    brief_id: int
