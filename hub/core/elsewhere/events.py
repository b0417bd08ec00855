"""What happens to connections: ids and the provider's key, never who somebody is over there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ConnectedElsewhere:
    SAYS: ClassVar[str] = N_("connected an account at another site")
    person_id: int
    provider: str


@dataclass(frozen=True)
class DisconnectedElsewhere:
    SAYS: ClassVar[str] = N_("disconnected an account at another site")
    person_id: int
    provider: str
