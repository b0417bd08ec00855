"""What a dispute about an entry did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class EntryPaidLate:
    """A dispute about the entry ended with `minor` for its author, gross."""

    SAYS: ClassVar[str] = N_("paid the entry’s author after a dispute")
    entry_id: int
    challenge_id: int
    transaction_id: int
    minor: int
