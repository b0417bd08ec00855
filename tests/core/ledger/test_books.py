"""The books themselves: what can be written, and that nothing written is ever changed, by anybody who can speak SQL."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import operations, queries, rules
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, NotNow

BANK = rules.bank("USD")
ADA = rules.balance_of(OwnerKind.PERSON, 1, "USD")
BO = rules.balance_of(OwnerKind.PERSON, 2, "USD")


def move(source, target, minor, key, **more):
    return operations.post(actor=SYSTEM, kind=Kind.FUNDING, key=key, legs=[Leg(source, -minor), Leg(target, minor)], **more)


@pytest.fixture
def books(app):
    """Ada has 100.00."""
    with work.unit():
        move(BANK, ADA, 10_000, "first")
    return app


def clean() -> Report:
    report = Report()
    checks.verify(report)
    return report


def test_money_moves_from_one_balance_to_another(books):
    with work.unit():
        posted = move(ADA, BO, 2_500, "second", memo="half a day")
    assert posted.fresh
    assert (queries.balance(ADA), queries.balance(BO), queries.balance(BANK)) == (7_500, 2_500, -10_000)
    line = queries.statement(OwnerKind.PERSON, 1)[0]
    assert (line.amount.minor, line.after.minor, line.memo) == (-2_500, 7_500, "half a day")
    assert clean().ok


def test_a_balance_never_goes_below_zero(books):
    with pytest.raises(NotNow) as refusal, work.unit():
        move(ADA, BO, 10_001, "second")
    assert refusal.value.code == "not_enough_money"
    assert (queries.balance(ADA), queries.balance(BO)) == (10_000, 0)
    assert queries.by_key("second") is None


def test_the_same_key_moves_money_once(books):
    with work.unit():
        first = move(ADA, BO, 100, "once").transaction.id
    with work.unit():
        again = move(ADA, BO, 100, "once")
    assert (again.fresh, again.transaction.id, queries.balance(BO)) == (False, first, 100)


@pytest.mark.parametrize("other", [{"minor": 101}, {"target": BANK}, {"memo": "other"}])
def test_the_same_key_for_another_movement_is_refused(books, other):
    with work.unit():
        move(ADA, BO, 100, "once")
    with pytest.raises(Conflict) as refusal, work.unit():
        move(**{"source": ADA, "target": BO, "minor": 100, "key": "once", **other})
    assert refusal.value.code == "idempotency_key_reused"
    assert queries.balance(BO) == 100


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [Leg(ADA, 5)],
        [Leg(ADA, -5), Leg(BO, 4)],
        [Leg(ADA, -5), Leg(ADA, 5)],
        [Leg(ADA, -5), Leg(rules.balance_of(OwnerKind.PERSON, 2, "EUR"), 5)],
    ],
)
def test_legs_that_do_not_add_up_are_not_even_tried(books, legs):
    with pytest.raises(ValueError, match="adds up"), work.unit():
        operations.post(actor=SYSTEM, kind=Kind.FUNDING, key="odd", legs=legs)
    assert queries.by_key("odd") is None


def test_one_transaction_may_move_several_currencies(books):
    euro = rules.balance_of(OwnerKind.PERSON, 1, "EUR")
    with work.unit():
        operations.post(
            actor=SYSTEM,
            kind=Kind.FUNDING,
            key="both",
            legs=[Leg(BANK, -5), Leg(ADA, 5), Leg(rules.bank("EUR"), -7), Leg(euro, 7)],
        )
    assert [str(money) for money in queries.balances(OwnerKind.PERSON, 1)] == ["EUR 0.07", "USD 100.05"]


def test_a_step_left_half_way_leaves_nothing(books):
    with pytest.raises(RuntimeError), work.unit():
        move(ADA, BO, 100, "second")
        raise RuntimeError
    assert (queries.balance(ADA), queries.balance(BO), queries.by_key("second")) == (10_000, 0, None)


# What the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting SET minor = minor * 2",
        "UPDATE posting SET balance_after = 0",
        "DELETE FROM posting",
        "DELETE FROM posting WHERE minor < 0",
        """UPDATE "transaction" SET memo = 'other'""",
        """UPDATE "transaction" SET sealed_id = NULL""",
        """DELETE FROM "transaction" """,
        "DELETE FROM account",
        "UPDATE account SET owner_id = 7 WHERE purpose = 'balance'",
        "UPDATE account SET currency = 'EUR'",
        "UPDATE account SET bound = 'free'",
        "UPDATE account SET balance = -1 WHERE purpose = 'balance'",
        "INSERT INTO posting (transaction_id, account_id, currency, minor, balance_after) SELECT transaction_id, account_id, currency, 1, 1 FROM posting",
        """INSERT INTO "transaction" (id, key, body, kind, memo, cause, subject, at, sealed_id)
           SELECT 99, 'k', body, kind, memo, cause, subject, at, 99 FROM "transaction" """,
    ],
)
def test_written_rows_stay_as_they_are(books, statement):
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text(statement))
    assert (queries.balance(ADA), clean().problems) == (10_000, [])


@pytest.mark.only_on("sqlite")  # nobody else knows INSERT OR REPLACE
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO posting SELECT id, transaction_id, account_id, currency, minor * 2, balance_after FROM posting",
        """INSERT OR REPLACE INTO "transaction" (id, key, body, kind, memo, cause, subject, at, sealed_id)
           SELECT id, key, body, kind, 'other', cause, subject, at, NULL FROM "transaction" """,
    ],
)
def test_replacing_does_not_get_around_the_triggers_of_sqlite(books, statement):
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text(statement))
    assert clean().ok


@pytest.mark.only_on("postgresql")  # SQLite knows no TRUNCATE
def test_emptying_the_table_does_not_get_around_the_triggers_of_postgresql(books):
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text("TRUNCATE posting"))
    assert clean().ok


OPEN = """INSERT INTO "transaction" (id, key, body, kind, memo, cause, subject, at)
          SELECT 99, 'k', body, kind, '', '', '', at FROM "transaction" """
POST = "INSERT INTO posting (transaction_id, account_id, currency, minor, balance_after) VALUES (99, {}, '{}', {}, 0)"
SEAL = 'UPDATE "transaction" SET sealed_id = 99 WHERE id = 99'


@pytest.mark.parametrize(
    ("postings", "seal"),
    [
        pytest.param([], False, id="without a posting, not sealed"),
        pytest.param([], True, id="without a posting"),
        pytest.param([(1, 5)], True, id="one sided"),
        pytest.param([(1, -5), (2, 4)], True, id="unbalanced"),
        pytest.param([(1, -5), (2, 5)], False, id="balanced but not sealed"),
    ],
)
def test_a_transaction_that_does_not_add_up_cannot_be_committed_by_any_statement(books, postings, seal):
    ids = {1: operations_id(ADA), 2: operations_id(BANK)}
    with pytest.raises(DBAPIError), work.unit():
        db.session.execute(text(OPEN))
        for place, minor in postings:
            db.session.execute(text(POST.format(ids[place], "USD", minor)))
        if seal:
            db.session.execute(text(SEAL))
    assert clean().ok
    assert clean().transactions == 1


def test_a_posting_is_in_its_accounts_currency(books):
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text(OPEN))
        db.session.execute(text(POST.format(operations_id(ADA), "EUR", 5)))
    assert clean().ok


def operations_id(ref) -> int:
    return operations.account_id(ref)
