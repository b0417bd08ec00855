"""Killed at any statement, repeated, or two at once: closing has one effect, and a pledge is in or out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.core.controls import queries as controls
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import queries as payments
from hub.core.pools import operations, queries
from hub.core.pools.states import PledgeState, State
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.errors import NotNow
from tests.db.children import DONE, at_once, killed_before
from tests.factories import pools as made
from tests.factories.money import race
from tests.factories.pools import usd


def free(actor) -> int:
    return queries.balance(OwnerKind.PERSON, actor.person_id, "USD").minor


def all_that_shows(cast, pool_id: int) -> tuple[object, ...]:
    work.rollback()
    db.session.expire_all()
    pool = queries.by_id(pool_id)
    return (
        (pool.state, pool.pledged_minor, pool.backers, pool.closed_at),
        [(one.state, one.ended_at) for one in queries.pledges_of(pool_id, PledgeState)],
        [free(cast.solver), free(cast.stranger), payments.balances("organisation", cast.company.id)],
        db.session.scalar(select(func.count()).select_from(Transaction)),
        last_id(),
    )


def pledging(cast, pool):
    made.has("person", cast.solver.person_id, usd(500))
    number, solver = pool.id, cast.solver
    return lambda: operations.pledge(actor=solver, pool=queries.by_id(number), amount=usd(500))


def withdrawing(cast, pool):
    number, solver = made.pledged(cast.solver, pool, 500).id, cast.solver
    return lambda: operations.withdraw(actor=solver, pledge=queries.pledge_for(solver, number))


def releasing(cast, pool):
    made.pledged(cast.solver, pool, 7_000)
    made.pledged(cast.stranger, pool, 4_000)
    clock.set_to(pool.closes_at)
    return operations.close_due


def giving_back(cast, pool):
    made.pledged(cast.solver, pool, 500)
    made.pledged(cast.stranger, pool, 400)
    clock.set_to(pool.closes_at)
    return operations.close_due


@pytest.mark.parametrize("prepare", [pledging, withdrawing, releasing, giving_back], ids=lambda step: step.__name__)
def test_killed_at_any_statement_the_step_is_whole_or_never_was(cast, prepare):
    pool = made.opened(cast.owner, cast.company)
    number, step, pool_id = 0, prepare(cast, pool), pool.id
    before = all_that_shows(cast, pool_id)
    while killed_before(number, step):
        assert all_that_shows(cast, pool_id) == before, f"killed before statement {number}"
        number += 1
    assert number > 8, "the step was hardly interrupted"
    assert controls.verify().ok
    after = all_that_shows(cast, pool_id)
    assert after != before
    if prepare in (releasing, giving_back):
        made.closed()
        assert all_that_shows(cast, pool_id) == after


@pytest.mark.parametrize("minor", [12_000, 500])
def test_two_workers_close_it_once(app, cast, minor):
    pool = made.opened(cast.owner, cast.company)
    made.pledged(cast.solver, pool, minor)
    clock.set_to(pool.closes_at)
    work.rollback()
    assert [one for one in race(app, *[operations.close_due] * 4) if isinstance(one, Exception)] == []
    work.rollback()
    db.session.expire_all()
    met = minor >= 10_000
    assert queries.by_id(pool.id).state is (State.MET if met else State.FAILED)
    assert (free(cast.solver), payments.balances("organisation", cast.company.id)) == ((0, [usd(11_400)]) if met else (minor, []))


def test_two_processes_close_it_once(cast):
    pool = made.opened(cast.owner, cast.company)
    made.pledged(cast.solver, pool, 12_000)
    clock.set_to(pool.closes_at)
    assert at_once(operations.close_due, operations.close_due) == [DONE, DONE]
    assert payments.balances("organisation", cast.company.id) == [usd(11_400)]


def test_a_pledge_at_the_last_second_is_in_or_out_but_never_lost(app, cast):
    """The clock reaches the deadline while both are under way: whoever has the pool first decides."""
    pool = made.opened(cast.owner, cast.company)
    made.pledged(cast.stranger, pool, 9_900)
    made.has("person", cast.solver.person_id, usd(500))
    clock.set_to(pool.closes_at - timedelta(microseconds=1))
    work.rollback()
    number, closes, solver = pool.id, pool.closes_at, cast.solver

    def last_second():
        return operations.pledge(actor=solver, pool=queries.by_id(number), amount=usd(500)).id

    def close():
        clock.set_to(closes)
        return operations.close_due()

    pledged, _closed = race(app, last_second, close)
    work.rollback()
    db.session.expire_all()
    made.closed()
    late = isinstance(pledged, Exception)
    assert not late or isinstance(pledged, NotNow)
    assert queries.by_id(number).state is (State.FAILED if late else State.MET)
    assert (free(cast.solver), free(cast.stranger)) == ((500, 9_900) if late else (0, 0))


def test_a_withdrawal_against_the_cancelling_of_the_pool_gives_the_money_back_once(app, cast):
    pool = made.opened(cast.owner, cast.company)
    pledge_id = made.pledged(cast.solver, pool, 4_000).id
    number, solver, owner = pool.id, cast.solver, cast.owner

    def withdraw():
        return operations.withdraw(actor=solver, pledge=queries.pledge_for(solver, pledge_id)).state

    def cancel():
        return operations.cancel(actor=owner, pool=queries.by_id(number), reason="The plant is not needed any more.").state

    withdrawn, cancelled = race(app, withdraw, cancel)
    assert cancelled is State.CANCELLED
    assert withdrawn is PledgeState.WITHDRAWN or isinstance(withdrawn, NotNow)
    work.rollback()
    db.session.expire_all()
    assert free(cast.solver) == 4_000


def test_a_withdrawal_against_the_closing_leaves_the_pledge_where_it_stood(app, cast):
    pool = made.opened(cast.owner, cast.company)
    pledge_id = made.pledged(cast.solver, pool, 10_000).id
    solver = cast.solver
    clock.set_to(pool.closes_at)
    work.rollback()
    withdrawn, closed = race(
        app, lambda: operations.withdraw(actor=solver, pledge=queries.pledge_for(solver, pledge_id)), operations.close_due
    )
    assert (type(withdrawn), closed) == (NotNow, 1)
    work.rollback()
    db.session.expire_all()
    assert payments.balances("organisation", cast.company.id) == [usd(9_500)]


def test_one_balance_is_pledged_once_whoever_is_faster(app, cast):
    pool = made.opened(cast.owner, cast.company)
    made.has("person", cast.solver.person_id, usd(1_000))
    number, solver = pool.id, cast.solver

    def pledge():
        return operations.pledge(actor=solver, pool=queries.by_id(number), amount=usd(400)).id

    results = race(app, *[pledge] * 5)
    assert sum(not isinstance(one, Exception) for one in results) == 2
    work.rollback()
    db.session.expire_all()
    assert (queries.by_id(number).pledged_minor, free(cast.solver)) == (800, 200)
