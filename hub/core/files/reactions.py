"""What happens by itself: content that nothing names any more is removed."""

from __future__ import annotations

from hub.core.files import operations
from hub.db.delivery import every


@every(6 * 3600)
def sweep() -> None:
    operations.sweep()
