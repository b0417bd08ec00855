"""What the calendar does to calls, and what a withdrawn brief means for those who proposed."""

from __future__ import annotations

from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.search.briefs import queries as briefs
from hub.search.briefs.events import BriefWithdrawn
from hub.search.proposals import operations

MINUTE = 60


@every(MINUTE)
def close_calls() -> None:
    """Calls whose deadline has come."""
    operations.close_due()


@reacts_to(BriefWithdrawn)
def answer_proposers(event: BriefWithdrawn, fact: Fact) -> None:
    brief = briefs.by_ids([event.brief_id])[event.brief_id]
    operations.turn_down_all(actor=SYSTEM, brief=brief)
