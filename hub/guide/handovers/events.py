"""What was handed over. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class HandedOver:
    """`source` and `target` are refs such as "entry:5" and "offer:9"."""

    SAYS: ClassVar[str] = N_("took it on into another mode")
    handover_id: int
    source: str
    target: str
