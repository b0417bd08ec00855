"""What happened to reconciliations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class BooksReconciled:
    SAYS: ClassVar[str] = N_("compared the books with the other side")
    source: str
    day: str
    matched: int
    different: int


@dataclass(frozen=True)
class DifferenceNoted:
    SAYS: ClassVar[str] = N_("wrote a note on a difference")
    difference_id: int
