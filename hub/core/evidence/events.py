"""What happens to the log itself. What was sealed is told by the rooms that seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class CheckpointMade:
    """`size` leaves gave `root` (hex)."""

    SAYS: ClassVar[str] = N_("signed a checkpoint of the evidence log (%(size)s leaves)")
    size: int
    root: str
    key_id: str


@dataclass(frozen=True)
class CheckpointStamped:
    """A time-stamping authority signed the checkpoint of a day (ISO) at its own clock's time (ISO)."""

    SAYS: ClassVar[str] = N_("had the checkpoint of %(day)s stamped by %(authority)s")
    day: str
    authority: str
    at: str


@dataclass(frozen=True)
class EvidenceKeyChanged:
    """From now on the site signs with this key."""

    SAYS: ClassVar[str] = N_("changed the key that signs receipts to %(key_id)s")
    key_id: str
    public_key: str
