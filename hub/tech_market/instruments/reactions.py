"""What the clock does to bookings."""

from __future__ import annotations

from hub.db.delivery import every
from hub.tech_market.instruments import operations

FIVE_MINUTES = 300


@every(FIVE_MINUTES)
def end_what_is_over() -> None:
    operations.finish_due()
