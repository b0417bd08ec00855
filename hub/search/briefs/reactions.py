"""After the fact: money that came in for the consultant's fee lets the brief be signed off."""

from __future__ import annotations

from typing import Any

from hub.core.payments.events import FundingConfirmed
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.journal import Fact, reacts_to
from hub.search.briefs import operations, queries
from hub.search.briefs.events import BriefClosed, BriefDecided, BriefPublished, BriefReturned, BriefSentForSignOff


@reacts_to(FundingConfirmed)
def note_the_fee(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind == "brief" and (brief := queries.by_ids([int(number)]).get(int(number))) is not None:
        operations.note_fee_held(brief=brief)


# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    brief = queries.by_ids([event.brief_id]).get(event.brief_id)
    return seen(organisations=[brief.organisation_id], people=[brief.consultant_id], path=f"/api/v1/briefs/{brief.id}") if brief else None


webhooks.sends(
    {
        "brief.to_sign_off": BriefSentForSignOff, "brief.returned": BriefReturned, "brief.published": BriefPublished,
        "brief.closed": BriefClosed, "brief.decided": BriefDecided,
    },
    _seen, data=("brief_id",),
)  # fmt: skip
