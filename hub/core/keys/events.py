"""What happens to keys: ids and plain facts, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class KeyIssued:
    SAYS: ClassVar[str] = N_("made an API key")
    person_id: int
    key_id: int
    kind: str
    scopes: list[str]


@dataclass(frozen=True)
class KeyRevoked:
    SAYS: ClassVar[str] = N_("revoked an API key")
    person_id: int
    key_id: int
