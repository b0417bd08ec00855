"""What happened to the fees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FeeRateSet:
    """From the day `from_on` (ISO) on, `fee_bp` are charged; of the fee, `consultant_bp` go to the consultant."""

    SAYS: ClassVar[str] = N_("set a fee from a day on")
    mode: str
    from_on: str
    fee_bp: int
    consultant_bp: int
    reason: str
