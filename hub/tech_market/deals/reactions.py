"""What the calendar does to deals; and who reads their agreements, and where these are signed."""

from __future__ import annotations

from hub.core.agreements import queries as agreements
from hub.db.delivery import every
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.tech_market.deals import operations, queries

QUARTER_HOUR = 900


@every(QUARTER_HOUR)
def keep_time() -> None:
    """Reminders of interests without an answer, and the lapse of what stays silent."""
    operations.remind_owners()
    operations.expire_silent()


def may_read(actor: Actor, subject: str) -> bool:
    """Both sides of the deal read what they are to sign."""
    try:
        queries.get_for(actor, int(subject.partition(":")[2]))
    except NotFound:
        return False
    return True


agreements.may_read_with("deal", may_read)
agreements.signed_at("deal", lambda subject: f"/deals/{subject.partition(':')[2]}")
