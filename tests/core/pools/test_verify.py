"""The check of the books finds each way in which a pool and its pledges can lie."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hub.core.controls import queries as controls
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from tests.conftest import POSTGRES
from tests.factories import pools as made

LIES = {
    "pool_pledges": "UPDATE pool SET pledged_minor = pledged_minor + 1",
    "pledge_postings": "UPDATE pledge SET state = 'withdrawn', ended_at = made_at WHERE id = (SELECT min(id) FROM pledge)",
    "pledge_account": "UPDATE account SET subject = 'pool:1:pledge:77' WHERE subject LIKE 'pool:%:pledge:%'",
    "pledge_missing": "DELETE FROM pledge",
    "value_unknown": "UPDATE pledge SET state = 'odd'",
}


def unguard(*tables: str) -> None:
    """What somebody could do who has the database in their hands."""
    if POSTGRES:
        for table in tables:
            db.session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
        return
    rows = db.session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('pool', 'pledge', 'account')"))
    for name in rows.scalars().all():
        db.session.execute(text(f"DROP TRIGGER {name}"))
    db.session.execute(text("PRAGMA ignore_check_constraints = ON"))


@pytest.mark.parametrize("code", LIES)
def test_each_lie_is_found_and_named(cast, code):
    if POSTGRES and code == "value_unknown":
        pytest.skip("PostgreSQL's CHECK refuses it")
    cast.breaks_the_books = True
    pool = made.opened(cast.owner, cast.company)
    made.pledged(cast.solver, pool, 500)
    assert controls.verify().ok
    work.rollback()
    with work.unit():
        unguard("pool", "pledge", "account")
        db.session.execute(text(LIES[code]))
    assert code in {problem.code for problem in controls.verify().problems}


def test_a_pool_that_says_failed_but_kept_the_money_is_found(cast):
    cast.breaks_the_books = True
    pool = made.opened(cast.owner, cast.company)
    made.pledged(cast.solver, pool, 500)
    clock.set_to(pool.closes_at)
    with work.unit():
        unguard("pool", "pledge", "account")
        db.session.execute(text("UPDATE pool SET state = 'failed', closed_at = closes_at"))
        db.session.execute(text("UPDATE pledge SET state = 'returned', ended_at = made_at"))
    assert {"pool_returned", "pledge_postings"} <= {problem.code for problem in controls.verify().problems}
