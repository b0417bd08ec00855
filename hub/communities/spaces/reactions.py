"""After the fact: work for a community that was paid out of what its backers gave is a finished deal."""

from __future__ import annotations

from collections.abc import Iterable

from hub.communities.spaces import queries
from hub.core.disputes.rules import Side
from hub.core.holds.events import HoldReleased
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished, Mode
from hub.db.journal import Fact


def _finished(event: HoldReleased, fact: Fact) -> Iterable[Finished]:
    """The organisation that steers the community, and whoever was paid: one deal for each payment."""
    kind, _, number = event.subject.partition(":")
    space = queries.by_ids([int(number)]).get(int(number)) if kind == "space" else None
    if space is None or event.quiet:
        return
    paid = Side(event.person_id, event.to_organisation_id)
    steers = Side(organisation_id=event.organisation_id)
    yield Finished(f"payment:{event.transaction_id}", Mode.COMMUNITY, event.label, space.path, steers, paid, fact.at, subject=space.ref)


reputation.finishes([HoldReleased], _finished)
