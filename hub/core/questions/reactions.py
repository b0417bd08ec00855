"""The clock is followed: what nobody answered before the deadline has lapsed."""

from __future__ import annotations

from hub.core.questions import operations
from hub.db.delivery import every


@every(60)
def lapse_at_the_deadline() -> None:
    operations.lapse_due()
