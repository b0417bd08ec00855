"""After the fact: money that came in starts the work; silence accepts."""

from __future__ import annotations

from hub.core.payments.events import FundingConfirmed
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.tech_market.orders import operations, queries

FIVE_MINUTES = 300


@reacts_to(FundingConfirmed)
def start_the_work(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind == "order" and (order := queries.by_id(int(number))) is not None:
        operations.note_held(order=order)


@every(FIVE_MINUTES)
def accept_what_nobody_answered() -> None:
    operations.accept_silent()
