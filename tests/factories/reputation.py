"""Finished deals between two organisations, or a person and one, rated by the real operations."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from hub.core.disputes.rules import Side
from hub.core.reputation import operations, queries
from hub.core.reputation.models import DealRating, FinishedDeal
from hub.core.reputation.rules import Finished, Mode
from hub.kernel import clock
from hub.kernel.actor import Actor

WORDS = "They measured what we asked for, and told us early what would not work."
_numbers = itertools.count(90_001)


def finished(asked: Side, delivered: Side, at: datetime | None = None, **changes: Any) -> FinishedDeal:
    """A deal that is open for rating. Uncommitted."""
    key = changes.pop("key", f"test:{next(_numbers)}")
    said: dict[str, Any] = {"mode": Mode.SERVICE, "title": "Oxygen barrier of forty films", "link": "/orders/1", **changes}
    operations.note([Finished(key=key, asked=asked, delivered=delivered, at=at or clock.now(), **said)])
    operations.open_due()
    found = queries.by_key(key)
    assert found is not None
    return found


def rate(deal: FinishedDeal, actor: Actor, grade: int = 5, words: str = WORDS) -> DealRating:
    return operations.rate(actor=actor, deal=deal, substance=grade, communication=grade, reliability=grade, words=words)
