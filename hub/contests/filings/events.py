"""What happens to filings. Ids and hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FilingDrafted:
    SAYS: ClassVar[str] = N_("began to file prior knowledge")
    filing_id: int
    challenge_id: int


@dataclass(frozen=True)
class FilingSealed:
    """`hash` is the fingerprint in the evidence log."""

    SAYS: ClassVar[str] = N_("sealed a filing of prior knowledge")
    filing_id: int
    challenge_id: int
    hash: str


@dataclass(frozen=True)
class PriorKnowledgeClaimed:
    SAYS: ClassVar[str] = N_("claimed prior knowledge against an entry")
    entry_id: int
    challenge_id: int
    filing_id: int
