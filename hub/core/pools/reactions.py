"""The clock is followed: pools are closed at their deadline, and their backers are reminded before it."""

from __future__ import annotations

from hub.core.pools import operations
from hub.db.delivery import every


@every(20)
def close_at_the_deadline() -> None:
    operations.close_due()


@every(300)
def remind_of_the_deadline() -> None:
    operations.warn_due()
