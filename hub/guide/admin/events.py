"""What administrators do to the engine room. `SAYS` is how the audit log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class DeliveryRevived:
    SAYS: ClassVar[str] = N_("put a failed delivery back in the queue")
    delivery_id: int


@dataclass(frozen=True)
class IndexRebuildAsked:
    SAYS: ClassVar[str] = N_("asked for a new search index")
