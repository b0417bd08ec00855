"""What happens to private addresses: ids and plain facts, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class AddressMade:
    SAYS: ClassVar[str] = N_("made a private address")
    person_id: int
    feed: str


@dataclass(frozen=True)
class AddressRevoked:
    SAYS: ClassVar[str] = N_("revoked a private address")
    person_id: int
    feed: str
