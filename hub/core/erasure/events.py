"""What happens when people leave: numbers and plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class ErasureAsked:
    """`due` is when it will be carried out, in ISO 8601."""

    SAYS: ClassVar[str] = N_("asked to be erased")
    erasure_id: int
    person_id: int
    due: str


@dataclass(frozen=True)
class ErasureCancelled:
    SAYS: ClassVar[str] = N_("kept the account after all")
    erasure_id: int
    person_id: int


@dataclass(frozen=True)
class ErasureDone:
    """`rows` were deleted, `changed` had a name, a handle or an address taken out."""

    SAYS: ClassVar[str] = N_("was erased everywhere")
    erasure_id: int
    person_id: int
    rows: int
    changed: int
