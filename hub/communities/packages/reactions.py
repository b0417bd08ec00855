"""What the clock does to claims."""

from __future__ import annotations

from hub.communities.packages import operations
from hub.db.delivery import every

MINUTE = 60


@every(MINUTE)
def open_again_what_is_overdue() -> None:
    operations.expire_overdue()
