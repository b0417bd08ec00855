"""After the fact: money that came in for the consultant's fee lets the brief be signed off."""

from __future__ import annotations

from hub.core.payments.events import FundingConfirmed
from hub.db.journal import Fact, reacts_to
from hub.search.briefs import operations, queries


@reacts_to(FundingConfirmed)
def note_the_fee(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind == "brief" and (brief := queries.by_ids([int(number)]).get(int(number))) is not None:
        operations.note_fee_held(brief=brief)
