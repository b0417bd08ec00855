"""What happens by itself: old devices and mail links are forgotten."""

from __future__ import annotations

from hub.core.accounts import operations
from hub.db.delivery import every


@every(6 * 3600)
def forget_old() -> None:
    operations.forget_old()
