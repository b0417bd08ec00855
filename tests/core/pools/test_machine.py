"""Any order of pledging, withdrawing, cancelling, waiting and closing keeps every cent, against a plain model in two dictionaries."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hub.core.controls import queries as controls
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.pools import operations, queries, rules
from hub.core.pools.states import State
from hub.db import work
from hub.kernel import clock
from hub.kernel.errors import Invalid, NotNow
from hub.kernel.money import Money, breakdown
from tests.factories import pools as made
from tests.factories.people import actor_of, organisation, person

RUNS = itertools.count(1)
START, GOAL = 3_000, 4_000


class Pooling(RuleBasedStateMachine):
    """Each run has an organiser, three backers and a pool of its own; the fees of the site are shared, so their change is compared."""

    cast = None

    def __init__(self) -> None:
        super().__init__()
        run = next(RUNS)
        self.company = organisation(self.cast.people["owner"], f"Run {run}")
        self.owner = actor_of(self.cast.people["owner"])
        self.backers = [actor_of(person()) for _ in range(3)]
        for backer in self.backers:
            made.has("person", backer.person_id, Money(START, "JPY"))
        goal, least = Money(GOAL, "JPY"), Money(10, "JPY")
        self.pool = made.opened(self.owner, self.company, title=f"Run {run}", currency="JPY", goal=goal, minimum=least)
        self.fees_before = self._fees()
        self.free = [START] * 3
        self.standing: dict[int, tuple[int, int]] = {}
        self.end: State | None = None

    def _fees(self) -> int:
        return books.balance(accounts.fees("JPY"))

    @rule(who=st.integers(0, 2), minor=st.integers(1, 4_000))
    def pledge(self, who, minor):
        amount = Money(minor, "JPY")
        refusal = NotNow if self.end or clock.now() >= self.pool.closes_at else Invalid if minor < 10 or minor > self.free[who] else None
        if refusal:
            with pytest.raises(refusal), work.unit():
                operations.pledge(actor=self.backers[who], pool=self.pool, amount=amount)
            return
        with work.unit():
            number = operations.pledge(actor=self.backers[who], pool=self.pool, amount=amount).id
        self.free[who] -= minor
        self.standing[number] = (who, minor)

    @precondition(lambda self: self.standing)
    @rule(place=st.integers(0, 20))
    def withdraw(self, place):
        number = sorted(self.standing)[place % len(self.standing)]
        who, minor = self.standing[number]
        if self.end or clock.now() >= rules.firm_from(self.pool):
            with pytest.raises(NotNow), work.unit():
                operations.withdraw(actor=self.backers[who], pledge=queries.pledge_for(self.backers[who], number))
            return
        with work.unit():
            operations.withdraw(actor=self.backers[who], pledge=queries.pledge_for(self.backers[who], number))
        del self.standing[number]
        self.free[who] += minor

    @rule(hours=st.sampled_from([1, 30, 100]))
    def wait(self, hours):
        clock.advance(timedelta(hours=hours))

    @rule()
    def close(self):
        with work.unit():
            operations.close_due()
        if self.end is None and clock.now() >= self.pool.closes_at:
            self.end = State.MET if self._sum() >= GOAL else State.FAILED
            if self.end is State.FAILED:
                self._all_back()

    @precondition(lambda self: self.end is None)
    @rule(really=st.integers(0, 5))
    def cancel(self, really):
        if really or clock.now() >= self.pool.closes_at:
            return
        with work.unit():
            operations.cancel(actor=self.owner, pool=self.pool, reason="The plant is not needed any more.")
        self.end = State.CANCELLED
        self._all_back()

    def _sum(self) -> int:
        return sum(minor for _, minor in self.standing.values())

    def _all_back(self) -> None:
        for who, minor in self.standing.values():
            self.free[who] += minor

    @invariant()
    def what_the_backers_lost_is_what_was_paid(self):
        pool = queries.by_id(self.pool.id)
        assert [queries.balance(OwnerKind.PERSON, backer.person_id, "JPY").minor for backer in self.backers] == self.free
        assert (pool.state, pool.pledged_minor) == (self.end or State.OPEN, self._sum())
        paid = breakdown(Money(self._sum() if self.end is State.MET else 0, "JPY"), pool.fee_bp)
        got = queries.balance(OwnerKind.ORGANISATION, self.company.id, "JPY").minor
        assert (got, self._fees() - self.fees_before) == (paid.net.minor, paid.fee.minor)
        lost = 3 * START - sum(self.free)
        assert lost == got + paid.fee.minor + (self._sum() if self.end is None else 0)
        work.rollback()

    def teardown(self) -> None:
        assert controls.verify().problems == []
        work.rollback()


def test_no_order_of_events_loses_a_cent(cast):
    Pooling.cast = cast
    chosen = settings(
        max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
    )
    run_state_machine_as_test(Pooling, settings=chosen)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30), st.integers(0, 10**4))
def test_what_is_left_is_shared_to_the_last_cent_and_nobody_gets_more_than_they_gave(given_, per_myriad):
    left = sum(given_) * per_myriad // 10**4
    parts = rules.shares(left, given_, "USD")
    assert sum(parts) == left
    assert all(0 <= part <= gave for part, gave in zip(parts, given_, strict=True))
    assert all(abs(part * sum(given_) - left * gave) < sum(given_) for part, gave in zip(parts, given_, strict=True))
