"""What happened to the details on papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class BillingChanged:
    """Whose details; what they say is personal and stays out of the journal."""

    SAYS: ClassVar[str] = N_("changed the details on papers")
    owner_kind: str
    owner_id: int
