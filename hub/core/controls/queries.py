"""The check of the books: every cent where each room says it is?"""

from __future__ import annotations

from hub.core.batches import queries as batches
from hub.core.cards import queries as cards
from hub.core.checks import queries as checks
from hub.core.checks.rules import Progress, Report
from hub.core.fees import queries as fees
from hub.core.holds import queries as holds
from hub.core.papers import queries as papers
from hub.core.payees import queries as payees
from hub.core.payments import queries as payments
from hub.core.payouts import queries as payouts
from hub.core.pools import queries as pools

ROOMS = (
    fees.verify,
    holds.verify,
    payments.verify,
    cards.verify,
    payees.verify,
    payouts.verify,
    pools.verify,
    papers.verify,
    batches.verify,
)
"""Each adds to the report where its own rows do not say the same as the books."""


def verify(progress: Progress = lambda what, done: None) -> Report:
    """Check the books, then that all rooms say the same as the books. Wants one moment's view of the database."""
    report = Report()
    checks.verify(report, progress)
    for room in ROOMS:
        room(report)
    return report
