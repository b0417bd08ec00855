"""What is decided about how long things are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class RetentionChanged:
    SAYS: ClassVar[str] = N_("changed how long things are kept")
    kind: str
    days: int
