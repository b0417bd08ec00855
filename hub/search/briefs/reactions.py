"""After the fact: money that came in for the consultant's fee lets the brief be signed off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.core.disputes.rules import Side
from hub.core.payments.events import FundingConfirmed
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished, Mode
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.journal import Fact, reacts_to
from hub.search.briefs import operations, queries
from hub.search.briefs.events import BriefClosed, BriefDecided, BriefPublished, BriefReturned, BriefSentForSignOff, FeePaid


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


# Reputation


def _finished(event: FeePaid, fact: Fact) -> Iterable[Finished]:
    """A search whose fee was paid: its client and its consultant."""
    brief = queries.by_ids([event.brief_id]).get(event.brief_id)
    if brief is not None:
        client, consultant = Side(organisation_id=brief.organisation_id), Side(person_id=event.person_id)
        yield Finished(brief.ref, Mode.SEARCH, brief.title, brief.path, client, consultant, fact.at)


reputation.finishes([FeePaid], _finished)
