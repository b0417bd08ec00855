"""What happens with exports and agreements: numbers and plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ExportAsked:
    SAYS: ClassVar[str] = N_("asked for everything that is held of them")
    export_id: int
    person_id: int


@dataclass(frozen=True)
class ExportReady:
    SAYS: ClassVar[str] = N_("was given everything that is held of them")
    export_id: int
    person_id: int
    size: int


@dataclass(frozen=True)
class ConsentGiven:
    SAYS: ClassVar[str] = N_("agreed")
    person_id: int
    kind: str
    version: str


@dataclass(frozen=True)
class ConsentWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew an agreement")
    person_id: int
    kind: str
