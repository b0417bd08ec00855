"""What happens to flags: ids and kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FlagRaised:
    SAYS: ClassVar[str] = N_("noticed something for staff to look at")
    flag_id: int
    kind: str


@dataclass(frozen=True)
class FlagDismissed:
    SAYS: ClassVar[str] = N_("found nothing wrong with what was noticed")
    flag_id: int


@dataclass(frozen=True)
class FlagActedUpon:
    SAYS: ClassVar[str] = N_("acted upon what was noticed")
    flag_id: int


@dataclass(frozen=True)
class AffiliationDeclared:
    SAYS: ClassVar[str] = N_("declared an affiliation")
    person_id: int
    organisation_id: int


@dataclass(frozen=True)
class AffiliationEnded:
    SAYS: ClassVar[str] = N_("took back a declared affiliation")
    person_id: int
    organisation_id: int
