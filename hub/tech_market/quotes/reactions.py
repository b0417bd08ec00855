"""What the clock does to requests."""

from __future__ import annotations

from hub.db.delivery import every
from hub.tech_market.quotes import operations

MINUTE = 60


@every(MINUTE)
def end_what_is_over() -> None:
    operations.end_due()
