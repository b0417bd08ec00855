"""What the clock does to pending money."""

from __future__ import annotations

from hub.core.ledger import operations
from hub.db.delivery import every

HALF_MINUTE = 30


@every(HALF_MINUTE)
def let_go_of_what_is_overdue() -> None:
    operations.expire_due()
