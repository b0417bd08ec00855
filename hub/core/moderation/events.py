"""What happens in moderation. Ids and plain facts; reasons stand in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PostFlagged:
    SAYS: ClassVar[str] = N_("reported something")
    case_id: int
    subject: str
    reason: str


@dataclass(frozen=True)
class CaseUpheld:
    """`measures` are words joined by spaces."""

    SAYS: ClassVar[str] = N_("took measures about something reported")
    case_id: int
    subject: str
    measures: str


@dataclass(frozen=True)
class CaseDismissed:
    SAYS: ClassVar[str] = N_("found nothing wrong with something reported")
    case_id: int
    subject: str


@dataclass(frozen=True)
class CaseAppealed:
    SAYS: ClassVar[str] = N_("appealed a moderator’s decision")
    case_id: int
    subject: str


@dataclass(frozen=True)
class AppealConfirmed:
    SAYS: ClassVar[str] = N_("confirmed another moderator’s decision")
    case_id: int
    subject: str


@dataclass(frozen=True)
class AppealOverturned:
    SAYS: ClassVar[str] = N_("overturned another moderator’s decision")
    case_id: int
    subject: str
