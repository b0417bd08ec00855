"""What the clock does to the queue: leases end, answers are accepted in time, projects that are done are settled."""

from __future__ import annotations

from hub.db.delivery import every
from hub.microtasks.queue import operations

QUARTER_MINUTE, FEW_MINUTES = 15, 180


@every(QUARTER_MINUTE)
def keep_the_queue() -> None:
    operations.expire_overdue()
    operations.accept_due()


@every(QUARTER_MINUTE)
def settle_projects() -> None:
    operations.finish_projects()


@every(FEW_MINUTES)
def watch_the_pace() -> None:
    operations.note_pace()
