"""What is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ChallengeImported:
    SAYS: ClassVar[str] = N_("imported a past challenge")
    challenge_id: int
