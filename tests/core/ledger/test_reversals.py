"""A transaction is reversed at most once, by its exact mirror, and only while the money is there."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import operations, queries, rules
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotFound, NotNow
from tests.factories.money import race

BANK = rules.bank("USD")
ADA = rules.balance_of(OwnerKind.PERSON, 1, "USD")
BO = rules.balance_of(OwnerKind.PERSON, 2, "USD")
FEES = rules.fees("USD")


def post(key, *legs):
    with work.unit():
        return operations.post(actor=SYSTEM, kind=Kind.AWARD, key=key, legs=legs, subject="challenge:2").transaction.id


def reverse(number, key="undo", reason="Paid to the wrong person"):
    with work.unit():
        return operations.reverse(actor=SYSTEM, transaction_id=number, key=key, reason=reason).transaction.id


def standing() -> list[int]:
    work.rollback()
    return [queries.balance(ref) for ref in (BANK, ADA, BO, FEES)]


@pytest.fixture
def award(app):
    """Ada had 100.00; 30.00 of it went to Bo, less a fee. Yields the award's number."""
    post("first", Leg(BANK, -10_000), Leg(ADA, 10_000))
    yield post("award", Leg(ADA, -3_000), Leg(BO, 2_850), Leg(FEES, 150))
    work.rollback()
    report = Report()
    checks.verify(report)
    assert report.problems == []


def test_every_side_goes_back(award):
    number = reverse(award)
    assert standing() == [-10_000, 10_000, 0, 0]
    found = queries.transaction(number)
    assert (found.kind, found.reverses_id, found.memo, found.subject) == (Kind.REVERSAL, award, "Paid to the wrong person", "challenge:2")
    assert queries.reversal_of(award).id == number
    row = db.session.query(JournalRow).one()
    assert (row.kind, row.subject, row.scope) == ("TransactionReversed", f"transaction:{number}", f"transaction:{award}")


def test_the_same_key_reverses_once_and_another_key_not_at_all(award):
    first = reverse(award)
    assert reverse(award) == first
    with pytest.raises(Conflict) as refusal:
        reverse(award, key="again")
    assert refusal.value.code == "already_reversed"
    with pytest.raises(Conflict) as refusal:
        reverse(award, reason="Another reason")
    assert refusal.value.code == "idempotency_key_reused"
    assert standing() == [-10_000, 10_000, 0, 0]


def test_a_reversal_is_not_reversed(award):
    number = reverse(award)
    with pytest.raises(NotNow) as refusal:
        reverse(number, key="redo")
    assert refusal.value.code == "is_a_reversal"
    assert standing() == [-10_000, 10_000, 0, 0]


@pytest.mark.parametrize("how", ["spent", "set aside"])
def test_money_that_is_no_longer_there_cannot_go_back(award, how):
    legs = [Leg(BO, -1), Leg(ADA, 1)]
    with work.unit():
        if how == "spent":
            operations.post(actor=SYSTEM, kind=Kind.AWARD, key="spent", legs=legs)
        else:
            operations.pend(actor=SYSTEM, kind=Kind.AWARD, key="spent", legs=legs)
    before = standing()
    with pytest.raises(NotNow) as refusal:
        reverse(award)
    assert refusal.value.code == "not_enough_to_reverse"
    assert (standing(), queries.reversal_of(award)) == (before, None)


def test_a_reason_is_needed_and_the_transaction_must_be_there(award):
    with pytest.raises(Invalid) as refusal:
        reverse(award, reason="  ")
    assert refusal.value.code == "reason_missing"
    with pytest.raises(NotFound):
        reverse(999)


def test_of_two_reversals_at_once_one_is_written(award, app):
    def undo(key):
        return lambda: operations.reverse(actor=SYSTEM, transaction_id=award, key=key, reason="Wrong").transaction.id

    results = race(app, undo("a"), undo("b"))
    assert [type(result) for result in results if isinstance(result, Exception)] == [Conflict]
    assert standing() == [-10_000, 10_000, 0, 0]


OPEN = """INSERT INTO "transaction" (id, key, body, kind, memo, cause, subject, at, reverses_id)
          SELECT 99, 'k', body, 'reversal', '', '', '', at, {} FROM "transaction" WHERE id = 1"""
POST = "INSERT INTO posting (transaction_id, account_id, currency, minor, balance_after) VALUES (99, {}, 'USD', {}, 0)"
SEAL = 'UPDATE "transaction" SET sealed_id = 99 WHERE id = 99'


@pytest.mark.parametrize(
    ("reverses", "legs"),
    [
        pytest.param(2, [(ADA, 2_999), (BO, -2_849), (FEES, -150)], id="not all of it"),
        pytest.param(2, [(ADA, 2_850), (BO, -2_850)], id="without one side"),
        pytest.param(2, [(BANK, 3_000), (BO, -2_850), (FEES, -150)], id="another account"),
        pytest.param(1, [(ADA, 3_000), (BO, -2_850), (FEES, -150)], id="another transaction"),
        pytest.param(3, [(BANK, -5), (BO, 5)], id="a reversal"),
        pytest.param(98, [(ADA, 3_000), (BO, -2_850), (FEES, -150)], id="none at all"),
    ],
)
def test_by_no_statement_is_anything_but_the_mirror_written_as_a_reversal(award, reverses, legs):
    reverse(post("small", Leg(BANK, -5), Leg(BO, 5)), key="small back")
    ids = {ref: operations.account_id(ref) for ref, _ in legs}
    number = 4 if reverses == 3 else reverses
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(text(OPEN.format(number)))
        for ref, minor in legs:
            db.session.execute(text(POST.format(ids[ref], minor)))
        db.session.execute(text(SEAL))


def test_by_no_statement_is_a_transaction_reversed_twice_or_its_reversal_turned(award):
    reverse(award)
    for statement in (OPEN.format(award), 'UPDATE "transaction" SET reverses_id = 1 WHERE reverses_id IS NOT NULL'):
        with pytest.raises(IntegrityError), work.unit():
            db.session.execute(text(statement))


def test_what_was_rolled_back_does_not_stand_in_the_way_of_what_follows(award):
    """On SQLite the next transaction gets the same number; the one that never was may still be held by somebody."""
    never = operations.reverse(actor=SYSTEM, transaction_id=award, key="undo", reason="Paid to the wrong person").transaction
    work.rollback()
    assert reverse(award) >= 1
    assert standing() == [-10_000, 10_000, 0, 0]
    assert never is not None
