"""The daily checkpoint."""

from __future__ import annotations

from hub.core.evidence import operations, queries
from hub.db.delivery import every
from hub.kernel import clock
from hub.kernel.actor import SYSTEM

HOUR = 3600


@every(HOUR)
def checkpoint_daily() -> None:
    if queries.checkpoint_of(clock.now().date()) is None:
        operations.checkpoint(actor=SYSTEM)
