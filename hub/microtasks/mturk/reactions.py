"""What the clock does to HITs: their lifetime ends."""

from __future__ import annotations

from hub.db.delivery import every
from hub.microtasks.mturk import operations

QUARTER_MINUTE = 15


@every(QUARTER_MINUTE)
def end_hits() -> None:
    operations.end_overdue()
