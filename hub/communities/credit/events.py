"""What happens to credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class CreditGiven:
    SAYS: ClassVar[str] = N_("gave credit")
    credit_id: int
    space_id: int
    person_id: int
    kind: str
    points: int
