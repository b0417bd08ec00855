"""What happens by itself: what has grown old is forgotten."""

from __future__ import annotations

from hub.core.retention import operations
from hub.db import work
from hub.db.delivery import every

ROUNDS = 20


@every(6 * 3600)
def forget_old() -> None:
    """A few hundred rows at a time, so that nobody waits for it."""
    for _ in range(ROUNDS):
        if not operations.forget():
            return
        with work.outside():
            pass
