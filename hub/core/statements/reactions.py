"""When a month is over: one paper for its many small sums, one statement for every owner and currency."""

from __future__ import annotations

from hub.core.papers import operations as papers
from hub.core.papers import queries as papers_read
from hub.core.papers.reactions import site
from hub.core.statements import queries
from hub.db import work
from hub.db.delivery import every
from hub.kernel.actor import SYSTEM

FIVE_MINUTES, AT_ONCE = 300, 20


@every(FIVE_MINUTES, beside=True)
def close_months() -> None:
    """What is read is read outside of the writing transaction, what is written is committed in portions: others write in between.

    Bears being repeated and broken off: what has its paper gets none again, and a month is closed when all of it is issued.
    """
    with work.outside():
        over = queries.months_to_close()
    for month in over:
        with work.outside():
            drafts = papers_read.small_sums(month)
            owners = queries.without_statement(month)
        for place in range(0, len(drafts), AT_ONCE):
            papers.issue(actor=SYSTEM, drafts=drafts[place : place + AT_ONCE], site=site())
            with work.outside():
                pass
        for place in range(0, len(owners), AT_ONCE):
            with work.outside():
                statements = [queries.draft(owner, currency, month) for owner, currency in owners[place : place + AT_ONCE]]
            papers.issue(actor=SYSTEM, drafts=statements, site=site())
        papers.close_month(month=month)
