"""What happens to profiles. `SAYS` is how the audit log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ProfileChanged:
    """What others see of the person has changed, or whether they see it."""

    SAYS: ClassVar[str] = N_("changed the expert profile")
    person_id: int


@dataclass(frozen=True)
class EvidenceChanged:
    """Added, changed or removed."""

    SAYS: ClassVar[str] = N_("changed the evidence of expertise")
    person_id: int
    evidence_id: int
