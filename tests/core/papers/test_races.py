"""Numbers under pressure: many at once, rolled back at random, killed between statements; and each way of corrupting a paper is found."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hub.core.controls import queries as controls
from hub.core.ledger.models import Transaction
from hub.core.papers import operations
from hub.core.papers.models import Paper, PaperSeries
from hub.core.papers.rules import Party
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from tests.db.children import killed_before
from tests.db.processes import together
from tests.factories.money import deposited, usd

SITE = Party("Hub Ltd")


def ids() -> list[int]:
    work.rollback()
    return list(db.session.scalars(select(Transaction.id).order_by(Transaction.id)))


def places() -> list[int]:
    work.rollback()
    return list(db.session.scalars(select(Paper.place).where(Paper.issuer_id == 0).order_by(Paper.id)))


def issue_all(numbers: list[int]) -> None:
    for number in numbers:
        with work.unit():
            operations.issue_for(actor=SYSTEM, transaction_id=number, site=SITE)


def test_processes_that_issue_the_same_at_once_issue_each_once_and_leave_no_gap(app, cast):
    for place in range(12):
        deposited(cast.company, usd(100 + place))
    numbers = ids()
    together(issue_all, *[(numbers[turn:] + numbers[:turn],) for turn in (0, 4, 8)])
    assert places() == list(range(1, 13))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(st.booleans(), min_size=1, max_size=6))
def test_whatever_is_rolled_back_the_series_has_no_gap(app, cast, kept):
    before = len(places())
    for keep in kept:
        deposited(cast.company, usd(1))
        number = ids()[-1]
        work.start_writing()
        operations.issue_for(actor=SYSTEM, transaction_id=number, site=SITE)
        if keep:
            work.commit()
        work.rollback()
    assert places() == list(range(1, before + sum(kept) + 1))
    work.rollback()
    assert (db.session.scalar(select(func.max(PaperSeries.last))) or 0) == before + sum(kept)


def test_killed_at_any_statement_a_paper_and_its_number_are_there_or_are_not(app, cast):
    deposited(cast.company, usd(5))
    (number,) = ids()
    step = 0
    while killed_before(step, lambda: operations.issue_for(actor=SYSTEM, transaction_id=number, site=SITE)):
        assert places() == []
        step += 1
    assert step > 5
    assert places() == [1]


def corrupt(*statements: str) -> None:
    """As somebody with the file in their hands would: without the triggers."""
    work.rollback()
    postgres = db.engine.dialect.name == "postgresql"
    with db.engine.connect() as connection:
        if postgres:
            connection.execute(text("SET session_replication_role = replica"))
        else:
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'paper%'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))
        if postgres:
            connection.execute(text("SET session_replication_role = DEFAULT"))
        connection.commit()
    db.session.expire_all()


WAYS = {
    "UPDATE paper SET content = replace(content, 'Acme', 'Akme') WHERE place = 1": {"paper_altered"},
    "UPDATE paper SET minor = minor + 1 WHERE place = 1": {"paper_altered"},
    "UPDATE paper SET fingerprint = replace(fingerprint, substr(fingerprint, 1, 1), 'x') WHERE place = 1": {"paper_altered"},
    "DELETE FROM paper WHERE place = 1": {"paper_gap", "paper_missing"},
    "DELETE FROM paper WHERE place = 2": {"paper_series", "paper_missing"},
    "UPDATE paper SET place = 3, number = 'SITE-2026-00003' WHERE place = 2": {"paper_gap", "paper_series", "paper_altered"},
    "DELETE FROM paper_fact WHERE transaction_id = (SELECT max(transaction_id) FROM paper_fact)": {"paper_missing"},
    "UPDATE paper_series SET last = 9": {"paper_series"},
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[:60])
def test_each_way_of_corrupting_papers_is_found(app, cast, way):
    cast.breaks_the_books = True
    deposited(cast.company, usd(10))
    deposited(cast.company, usd(20))
    delivery.deliver_all()
    assert controls.verify().ok
    where = way.partition("DELETE FROM paper WHERE ")[2]
    corrupt(*([f"DELETE FROM paper_fact WHERE paper_id IN (SELECT id FROM paper WHERE {where})"] if where else []), way)
    assert {problem.code for problem in controls.verify().problems} == WAYS[way]


REFUSED = (
    "UPDATE paper SET content = '{}'",
    "DELETE FROM paper",
    "UPDATE paper_fact SET paper_id = 1",
    "DELETE FROM paper_fact",
    "DELETE FROM paper_series",
    "UPDATE paper_series SET last = last + 2",
    "UPDATE paper_series SET last = 0",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_no_statement_changes_a_paper_or_jumps_a_number(app, cast, statement):
    deposited(cast.company, usd(10))
    delivery.deliver_all()
    work.rollback()
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_number_taken_without_a_paper_is_the_last_that_is_taken(app, cast):
    """Two steps of the series without a paper between them: the second is refused."""
    deposited(cast.company, usd(10))
    delivery.deliver_all()
    work.rollback()
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text("UPDATE paper_series SET last = last + 1"))
        connection.execute(text("UPDATE paper_series SET last = last + 1"))
