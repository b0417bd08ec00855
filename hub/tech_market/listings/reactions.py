"""What the calendar does to needs and offers."""

from __future__ import annotations

from hub.db.delivery import every
from hub.tech_market.listings import operations

QUARTER_HOUR = 900


@every(QUARTER_HOUR)
def keep_current() -> None:
    """Last days that have come, patents that have ended."""
    operations.expire_due()
    operations.note_ended_patents()
