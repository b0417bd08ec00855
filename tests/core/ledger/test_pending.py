"""Money set aside and decided exactly once: posted whole or in part, voided, or expired by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import events, operations, queries, reactions, rules
from hub.core.ledger.models import Pending
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.core.ledger.states import PendingState
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, HubError, Invalid, NotFound, NotNow
from tests.factories.money import race

BANK = rules.bank("USD")
ADA = rules.balance_of(OwnerKind.PERSON, 1, "USD")
BO = rules.balance_of(OwnerKind.PERSON, 2, "USD")
CY = rules.balance_of(OwnerKind.PERSON, 3, "USD")
HOUR = timedelta(hours=1)
SPLIT = [Leg(ADA, -1_000), Leg(BO, 600), Leg(CY, 400)]


def move(source, target, minor, key):
    return operations.post(actor=SYSTEM, kind=Kind.FUNDING, key=key, legs=rules.from_to(source, target, minor))


def pend(minor=6_000, key="p", source=ADA, target=BO, **more):
    """Set money aside, committed. Returns the pending transaction's id."""
    legs = more.pop("legs", rules.from_to(source, target, minor))
    with work.unit():
        return operations.pend(actor=SYSTEM, kind=Kind.AWARD, key=key, legs=legs, **more).pending.id


def post(number, key="done", legs=None):
    with work.unit():
        return operations.post_pending(actor=SYSTEM, pending_id=number, key=key, legs=legs).transaction.id


def void(number):
    with work.unit():
        operations.void_pending(actor=SYSTEM, pending_id=number)


def expire():
    with work.unit():
        reactions.let_go_of_what_is_overdue()


def state(number) -> PendingState:
    work.rollback()
    return db.session.get(Pending, number, populate_existing=True).state


def standing() -> list[tuple[int, int]]:
    """Balance and what may still be spent, of Ada, Bo and Cy."""
    work.rollback()
    return [(queries.balance(ref), queries.available(ref)) for ref in (ADA, BO, CY)]


def kinds() -> list[str]:
    work.rollback()
    return [row.kind for row in db.session.query(JournalRow).order_by(JournalRow.id)]


@pytest.fixture
def books(app, monkeypatch):
    """Ada has 100.00; whatever a test does, the books add up in the end."""
    with work.unit():
        move(BANK, ADA, 10_000, "first")
    yield app
    work.rollback()
    report = Report()
    checks.verify(report)
    assert report.problems == []


def test_what_is_pending_can_be_seen_and_not_spent(books):
    number = pend(6_000)
    assert standing() == [(10_000, 4_000), (0, 0), (0, 0)]
    with pytest.raises(NotNow) as refusal, work.unit():
        move(ADA, BO, 4_001, "second")
    assert refusal.value.code == "not_enough_money"
    with pytest.raises(NotNow), work.unit():
        operations.pend(actor=SYSTEM, kind=Kind.AWARD, key="q", legs=rules.from_to(ADA, BO, 4_001))
    with work.unit():
        move(ADA, BO, 4_000, "third")
    assert standing() == [(6_000, 0), (4_000, 4_000), (0, 0)]
    assert state(number) is PendingState.PENDING


def test_what_will_come_cannot_be_spent_before_it_is_there(books):
    pend(6_000)
    with pytest.raises(NotNow), work.unit():
        move(BO, CY, 1, "early")


def test_posted_whole_it_is_a_transaction_and_nothing_is_pending(books):
    number = pend(6_000, cause="order:5", subject="order:5", memo="Milestone 1")
    transaction_id = post(number)
    assert standing() == [(4_000, 4_000), (6_000, 6_000), (0, 0)]
    found = queries.transaction(transaction_id)
    assert (found.kind, found.cause, found.subject, found.memo) == (Kind.AWARD, "order:5", "order:5", "Milestone 1")
    assert db.session.get(Pending, number).transaction_id == transaction_id
    assert kinds() == ["PendingMade", "PendingPosted"]


def test_posted_in_part_the_rest_is_free_again(books):
    number = pend(legs=SPLIT)
    post(number, legs=[Leg(ADA, -700), Leg(BO, 600), Leg(CY, 100)])
    assert standing() == [(9_300, 9_300), (600, 600), (100, 100)]
    with work.unit():
        move(ADA, BO, 9_300, "all of it")


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param([Leg(ADA, -1_001), Leg(BO, 601), Leg(CY, 400)], id="more"),
        pytest.param([Leg(ADA, -1_000), Leg(BO, 400), Leg(CY, 600)], id="more for one of them"),
        pytest.param([Leg(ADA, -500), Leg(BANK, 500)], id="to another account"),
        pytest.param([Leg(ADA, 500), Leg(BO, -500)], id="the other way round"),
        pytest.param([Leg(BO, -100), Leg(CY, 100)], id="between those who get it"),
    ],
)
def test_more_than_was_set_aside_is_never_posted(books, legs):
    number = pend(legs=SPLIT)
    with pytest.raises(Invalid) as refusal:
        post(number, legs=legs)
    assert refusal.value.code == "over_pending"
    assert state(number) is PendingState.PENDING
    assert standing() == [(10_000, 9_000), (0, 0), (0, 0)]


def test_voided_it_leaves_nothing_but_the_story(books):
    number = pend(6_000)
    void(number)
    assert standing()[0] == (10_000, 10_000)
    void(number)
    assert standing()[0] == (10_000, 10_000), "once more changes nothing"
    assert kinds() == ["PendingMade", "PendingVoided"]


DECIDE = {"posted": post, "voided": void, "expired": lambda number: (clock.advance(HOUR), expire())}


@pytest.mark.parametrize("first", DECIDE)
@pytest.mark.parametrize("then", [post, void])
def test_decided_once_it_stays_decided(books, first, then):
    number = pend(6_000, expires_at=clock.now() + HOUR)
    DECIDE[first](number)
    before, told = standing(), kinds()
    if first == "voided" and then is void:
        void(number)
    else:
        with pytest.raises(NotNow) as refusal:
            then(number, "another key") if then is post else then(number)
        assert refusal.value.code == f"pending_{first}"
    assert (state(number), standing(), kinds()) == (PendingState(first), before, told)


def test_after_its_time_nobody_can_decide_even_before_the_clock_came_round(books):
    number = pend(6_000, expires_at=clock.now() + HOUR)
    expire()
    assert state(number) is PendingState.PENDING, "its time has not passed"
    clock.advance(HOUR)
    for decide in (post, void):
        with pytest.raises(NotNow) as refusal:
            decide(number)
        assert refusal.value.code == "pending_expired"
    assert standing()[0] == (10_000, 4_000), "still set aside"
    expire()
    expire()
    assert (state(number), standing()[0]) == (PendingState.EXPIRED, (10_000, 10_000))
    assert kinds() == ["PendingMade", "PendingExpired"]


def test_what_has_no_end_never_expires(books):
    number = pend(6_000)
    clock.advance(timedelta(days=10_000))
    expire()
    post(number)
    assert standing()[0] == (4_000, 4_000)


def test_many_expire_a_bounded_number_at_a_time(books, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    for name in "abc":
        pend(10, key=name, expires_at=clock.now() + HOUR)
    clock.advance(HOUR)
    with work.unit():
        assert operations.expire_due() == 2
    with work.unit():
        assert operations.expire_due() == 1
    assert standing()[0] == (10_000, 10_000)


def test_a_moment_that_has_passed_is_no_end(books):
    with pytest.raises(Invalid) as refusal:
        pend(10, expires_at=clock.now())
    assert refusal.value.code == "expires_in_the_past"
    assert standing()[0] == (10_000, 10_000)


def test_what_was_never_set_aside_cannot_be_posted(books):
    with pytest.raises(NotFound):
        post(99)


# Keys


def test_the_same_key_sets_aside_once_even_after_it_was_decided(books):
    end = clock.now() + HOUR
    number = pend(6_000, expires_at=end)
    assert pend(6_000, expires_at=end) == number
    assert standing()[0] == (10_000, 4_000)
    clock.advance(HOUR)
    expire()
    assert pend(6_000, expires_at=end) == number
    assert standing()[0] == (10_000, 10_000)


@pytest.mark.parametrize(
    "other", [{"minor": 6_001}, {"target": CY}, {"memo": "x"}, {"cause": "order:1"}, {"subject": "order:1"}, {"later": 1}]
)
def test_the_same_key_for_something_else_is_refused(books, other):
    pend(6_000, expires_at=clock.now() + HOUR)
    with pytest.raises(Conflict) as refusal:
        pend(**({"minor": 6_000, "expires_at": clock.now() + HOUR * (1 + other.pop("later", 0))} | other))
    assert refusal.value.code == "idempotency_key_reused"
    assert standing()[0] == (10_000, 4_000)


def test_posting_again_with_its_key_returns_the_first_transaction(books):
    number = pend(legs=SPLIT)
    part = [Leg(ADA, -600), Leg(BO, 600)]
    first = post(number, legs=part)
    assert post(number, legs=part) == first
    with pytest.raises(Conflict) as refusal:
        post(number)
    assert refusal.value.code == "idempotency_key_reused"
    assert standing()[0] == (9_400, 9_400)


def test_the_key_of_another_transaction_posts_nothing(books):
    number = pend(6_000)
    with pytest.raises(Conflict):
        post(number, key="first")
    assert state(number) is PendingState.PENDING


# Bounds


def test_the_bank_never_owes_us_even_for_what_is_pending(books):
    """Paying out what the site owes takes from the bank at most what came in."""
    number = pend(10_000, target=BANK)
    with pytest.raises(DBAPIError), work.unit():
        db.session.execute(text("UPDATE account SET pending_in = pending_in + 1 WHERE purpose = 'bank'"))
    post(number)
    assert (queries.balance(BANK), queries.balance(ADA)) == (0, 0)


def test_a_free_account_goes_where_it_likes(books, monkeypatch):
    monkeypatch.setitem(rules.BOUNDS, rules.Purpose.FEES, rules.Bound.FREE)
    fees = rules.fees("USD")
    with work.unit():
        move(fees, ADA, 500, "a gift")
    assert queries.balance(fees) == -500
    number = pend(700, source=fees, target=ADA)
    post(number)
    assert queries.balance(fees) == -1_200
    with work.unit():
        move(ADA, fees, 2_000, "back")
    assert queries.balance(fees) == 800


def test_no_balance_leaves_the_numbers_that_the_databases_know(books, monkeypatch):
    monkeypatch.setitem(rules.BOUNDS, rules.Purpose.FEES, rules.Bound.FREE)
    with pytest.raises(NotNow), work.unit():
        operations.pend(actor=SYSTEM, kind=Kind.AWARD, key="huge", legs=rules.from_to(rules.fees("USD"), ADA, rules.LIMIT + 1))
    assert queries.pending_by_key("huge") is None


# What the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pending_leg SET minor = minor * 2",
        "DELETE FROM pending_leg",
        "DELETE FROM pending",
        "UPDATE pending SET memo = 'other'",
        "UPDATE pending SET expires_at = NULL",
        "UPDATE pending SET sealed_id = NULL",
        "UPDATE pending SET state = 'posted', decided_at = at WHERE state = 'pending'",
        "UPDATE pending SET state = 'voided' WHERE state = 'pending'",
        "UPDATE pending SET state = 'expired', decided_at = at WHERE state = 'pending'",
        "UPDATE pending SET state = 'posted', decided_at = at, transaction_id = 1 WHERE state = 'pending'",
        "UPDATE pending SET state = 'pending', decided_at = NULL, transaction_id = NULL WHERE state = 'posted'",
        "UPDATE pending SET transaction_id = 1 WHERE state = 'posted'",
        "UPDATE pending SET decided_at = at WHERE state = 'posted'",
        "UPDATE pending SET state = 'voided', transaction_id = NULL WHERE state = 'posted'",
        "UPDATE account SET pending_out = pending_out + 6001 WHERE owner_id = 1",
        "UPDATE account SET pending_out = -1",
        "INSERT INTO pending_leg (pending_id, account_id, currency, minor) SELECT 1, id, 'USD', 5 FROM account WHERE purpose = 'bank'",
        """INSERT INTO pending (id, key, body, kind, memo, cause, subject, at, state)
           SELECT 99, 'k', body, kind, memo, cause, subject, at, 'pending' FROM pending WHERE id = 1""",
        """INSERT INTO pending (id, key, body, kind, memo, cause, subject, at, state, decided_at)
           SELECT 99, 'k', body, kind, memo, cause, subject, at, 'voided', at FROM pending WHERE id = 1""",
    ],
)
def test_by_no_statement_is_a_pending_one_changed_or_decided_twice(books, statement):
    waiting, posted = pend(4_000, expires_at=clock.now() + HOUR), pend(1_000, key="q")
    post(posted)
    before = standing()
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text(statement))
    assert (state(waiting), state(posted), standing()) == (PendingState.PENDING, PendingState.POSTED, before)


# Two at once


@pytest.mark.parametrize("others", ["post and post", "post and void", "void and void"])
def test_of_two_decisions_at_once_one_is_made(books, others):
    number = pend(6_000)
    calls = {
        "post": lambda key: lambda: operations.post_pending(actor=SYSTEM, pending_id=number, key=key).transaction.id,
        "void": lambda key: lambda: operations.void_pending(actor=SYSTEM, pending_id=number).id,
    }
    results = race(books, *(calls[name](f"{name}{place}") for place, name in enumerate(others.split(" and "))))
    refused = [result for result in results if isinstance(result, HubError)]
    assert len(refused) == (0 if others == "void and void" else 1), results
    assert standing()[0] in {(4_000, 4_000), (10_000, 10_000)}
    assert len([kind for kind in kinds() if kind != "PendingMade"]) == 1


def test_of_two_that_want_the_same_money_one_gets_it(books):
    def wants(key):
        legs = rules.from_to(ADA, BO, 6_000)
        return lambda: operations.pend(actor=SYSTEM, kind=Kind.AWARD, key=key, legs=legs).pending.id

    results = race(books, wants("a"), wants("b"))
    assert [type(result) for result in results if isinstance(result, Exception)] == [NotNow]
    assert standing()[0] == (10_000, 4_000)


def test_posting_races_with_the_clock_and_one_of_them_wins(books):
    number = pend(6_000, expires_at=clock.now() + HOUR)
    clock.advance(HOUR)
    results = race(
        books, lambda: operations.post_pending(actor=SYSTEM, pending_id=number, key="late").transaction.id, operations.expire_due
    )
    assert isinstance(results[0], NotNow)
    assert results[1] == 1
    assert (state(number), standing()[0]) == (PendingState.EXPIRED, (10_000, 10_000))


def test_the_facts_carry_what_rooms_need_to_react(books):
    number = pend(6_000, subject="pool:7", expires_at=clock.now() + HOUR)
    clock.advance(HOUR)
    with work.unit():
        operations.expire_due()
    row = db.session.query(JournalRow).filter_by(kind="PendingExpired").one()
    assert events.PendingExpired(**row.facts) == events.PendingExpired(number, "pool:7")
    assert row.subject == f"pending:{number}"
