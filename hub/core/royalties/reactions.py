"""What the clock asks of royalties."""

from __future__ import annotations

from hub.core.royalties import operations
from hub.db.delivery import every


@every(600)
def tell_of_what_is_overdue() -> None:
    operations.tell_overdue()
