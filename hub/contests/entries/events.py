"""What happens to entries. Ids and hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class EntryStarted:
    SAYS: ClassVar[str] = N_("entered the project room")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntrySealed:
    """`number` counts the entry's seals from 1; `hash` is that of the sealed manifest."""

    SAYS: ClassVar[str] = N_("sealed an entry")
    entry_id: int
    challenge_id: int
    number: int
    hash: str


@dataclass(frozen=True)
class EntryWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew an entry")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntryReentered:
    SAYS: ClassVar[str] = N_("took a withdrawn entry up again")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntrySelected:
    SAYS: ClassVar[str] = N_("chose an entry as the winner")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntryTurnedDown:
    SAYS: ClassVar[str] = N_("closed an entry without an award")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntryLetGo:
    SAYS: ClassVar[str] = N_("let the selected entry go, because its author did not sign")
    entry_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntryReconsidered:
    SAYS: ClassVar[str] = N_("took an entry into consideration again")
    entry_id: int
    challenge_id: int
