"""Each way of corrupting what is pending, what was reversed and what bounds an account is found, named and explained."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger import operations, rules
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories.damage import break_books

BANK = rules.bank("USD")
ADA = rules.balance_of(OwnerKind.PERSON, 1, "USD")
BO = rules.balance_of(OwnerKind.PERSON, 2, "USD")
CY = rules.balance_of(OwnerKind.PERSON, 3, "USD")
WHO = {"ada": 1, "bo": 2, "cy": 3}
HOUR = timedelta(hours=1)


def of(name: str) -> str:
    return f"(SELECT id FROM account WHERE owner_kind = 'person' AND owner_id = {WHO[name]})"


def pend(key, *legs, **more):
    return operations.pend(actor=SYSTEM, kind=Kind.AWARD, key=key, legs=legs, **more).pending.id


def verified() -> Report:
    work.rollback()
    report = Report()
    checks.verify(report)
    return report


@pytest.fixture
def story(app):
    """Ada has 100.00. Of what she set aside, one waits (without end), one was posted in part, one voided, one expired, one waits for the
    clock; two payments to Bo were reversed."""
    with work.unit():
        operations.post(actor=SYSTEM, kind=Kind.FUNDING, key="in", legs=[Leg(BANK, -10_000), Leg(ADA, 10_000)])
        pend("waits", Leg(ADA, -1_000), Leg(BO, 600), Leg(CY, 400))
        done, void = pend("done", Leg(ADA, -700), Leg(BO, 700)), pend("void", Leg(ADA, -10), Leg(BO, 10))
        pend("late", Leg(ADA, -20), Leg(BO, 20), expires_at=clock.now() + HOUR)
    with work.unit():
        operations.post_pending(actor=SYSTEM, pending_id=done, key="posted", legs=[Leg(ADA, -500), Leg(BO, 500)])
        operations.void_pending(actor=SYSTEM, pending_id=void)
    clock.advance(HOUR)
    with work.unit():
        operations.expire_due()
        pend("soon", Leg(ADA, -30), Leg(CY, 30), expires_at=clock.now() + HOUR)
        for name in ("x", "y"):
            paid = operations.post(actor=SYSTEM, kind=Kind.AWARD, key=name, legs=[Leg(ADA, -50), Leg(BO, 50)]).transaction.id
            operations.reverse(actor=SYSTEM, transaction_id=paid, key=f"{name} back", reason="Wrong")
    report = verified()
    assert (report.problems, report.pendings) == ([], 5)


PENDING = "(SELECT id FROM pending WHERE key = '{}')".format
TRANSACTION = "(SELECT id FROM \"transaction\" WHERE key = '{}')".format
BACK = "UPDATE \"transaction\" SET reverses_id = {} WHERE key = 'y back'".format

DAMAGE = {
    "a counter grew": ([f"UPDATE account SET pending_out = pending_out + 1 WHERE id = {of('ada')}"], {"pending_wrong"}),
    "a counter vanished": ([f"UPDATE account SET pending_in = 0 WHERE id = {of('bo')}"], {"pending_wrong"}),
    "what was set aside was spent": (
        [
            f"UPDATE account SET balance = 900 WHERE id = {of('ada')}",
        ],
        {"balance_wrong", "pending_uncovered", "books_unbalanced"},
    ),
    "a leg grew": (
        [f"UPDATE pending_leg SET minor = 700 WHERE minor = 600 AND pending_id = {PENDING('waits')}"],
        {"pending_unbalanced", "pending_altered", "pending_wrong"},
    ),
    "two legs and their counters moved against each other": (
        [
            f"UPDATE pending_leg SET minor = minor + 1 WHERE minor > 0 AND account_id = {of('bo')} AND pending_id = {PENDING('waits')}",
            f"UPDATE pending_leg SET minor = minor - 1 WHERE minor > 0 AND account_id = {of('cy')} AND pending_id = {PENDING('waits')}",
            f"UPDATE account SET pending_in = pending_in + 1 WHERE id = {of('bo')}",
            f"UPDATE account SET pending_in = pending_in - 1 WHERE id = {of('cy')}",
        ],
        {"pending_altered"},
    ),
    "a leg vanished": (
        [f"DELETE FROM pending_leg WHERE account_id = {of('cy')} AND pending_id = {PENDING('waits')}"],
        {"pending_unbalanced", "pending_altered", "pending_wrong"},
    ),
    "all legs but one vanished": (
        [f"DELETE FROM pending_leg WHERE minor > 0 AND pending_id = {PENDING('void')}"],
        {"pending_short", "pending_unbalanced", "pending_altered"},
    ),
    "a leg is in another currency": (
        ["UPDATE pending_leg SET currency = 'EUR' WHERE minor = 400"],
        {"pending_leg_currency", "pending_unbalanced"},
    ),
    "a leg is on no account": (
        [f"UPDATE pending_leg SET account_id = 999 WHERE minor > 0 AND pending_id = {PENDING('void')}"],
        {"pending_leg_without_account"},
    ),
    "a pending one vanished": (["DELETE FROM pending WHERE key = 'waits'"], {"pending_leg_orphan", "pending_wrong"}),
    "the last pending one vanished": (["DELETE FROM pending WHERE key = 'soon'"], {"pending_leg_orphan", "pending_wrong"}),
    "a pending one was opened again": (["UPDATE pending SET sealed_id = NULL WHERE key = 'waits'"], {"pending_open"}),
    "a pending one tells another story": (["UPDATE pending SET memo = 'x' WHERE key = 'waits'"], {"pending_altered"}),
    "a pending one has another end": (["UPDATE pending SET expires_at = NULL WHERE key = 'soon'"], {"pending_altered"}),
    "an expired one has no end": (["UPDATE pending SET expires_at = NULL WHERE key = 'late'"], {"pending_altered", "pending_state"}),
    "a voided one waits again": (
        ["UPDATE pending SET state = 'pending', decided_at = NULL WHERE key = 'void'"],
        {"pending_wrong"},
    ),
    "a waiting one is voided": (
        ["UPDATE pending SET state = 'voided', decided_at = at WHERE key = 'waits'"],
        {"pending_wrong"},
    ),
    "a decided one has no time": (["UPDATE pending SET decided_at = NULL WHERE key = 'void'"], {"pending_state"}),
    "one expired before its time": (["UPDATE pending SET decided_at = at WHERE key = 'late'"], {"pending_state"}),
    "one was posted after its time": (
        ["UPDATE pending SET expires_at = at WHERE key = 'done'"],
        {"pending_altered", "pending_state"},
    ),
    "a posted one names no transaction": (["UPDATE pending SET transaction_id = NULL WHERE key = 'done'"], {"pending_state"}),
    "a posted one names a transaction that is none": (
        ["UPDATE pending SET transaction_id = 999 WHERE key = 'done'"],
        {"pending_posting"},
    ),
    "a posted one names another transaction": (
        [f"UPDATE pending SET transaction_id = {TRANSACTION('in')} WHERE key = 'done'"],
        {"pending_posting"},
    ),
    "a voided one names a transaction": (
        [f"UPDATE pending SET transaction_id = {TRANSACTION('in')} WHERE key = 'void'"],
        {"pending_state"},
    ),
    "a pending one of an unknown kind": (["UPDATE pending SET kind = 'gift' WHERE key = 'void'"], {"value_unknown"}),
    "a pending one in an unknown state": (["UPDATE pending SET state = 'lost' WHERE key = 'void'"], {"value_unknown"}),
    "a reversal forgot what it reverses": ([BACK("NULL")], {"reversal_of_nothing", "transaction_altered"}),
    "a reversal reverses itself": ([BACK("id")], {"reversal_of_nothing", "transaction_altered"}),
    "a reversal of what is not there": ([BACK("999")], {"reversal_of_nothing", "transaction_altered"}),
    "a reversal of a reversal": (
        [BACK(TRANSACTION("x back"))],
        {"reversal_of_reversal", "transaction_altered"},
    ),
    "a reversal of something else": ([BACK(TRANSACTION("in"))], {"reversal_differs", "transaction_altered"}),
    "what was reversed vanished": (
        ["DELETE FROM posting WHERE transaction_id = " + TRANSACTION("y"), "DELETE FROM \"transaction\" WHERE key = 'y'"],
        {"reversal_of_nothing", "running_balance", "balance_wrong"},
    ),
    "an account is bound otherwise": ([f"UPDATE account SET bound = 'free' WHERE id = {of('cy')}"], {"bound_wrong"}),
    "the bank is bound like others": (
        ["UPDATE account SET bound = 'debits_within_credits' WHERE purpose = 'bank'"],
        {"bound_wrong"},
    ),
    "the bank owes us": (
        ["UPDATE account SET balance = 5 WHERE purpose = 'bank'"],
        {"balance_wrong", "balance_positive", "books_unbalanced"},
    ),
    "an account below zero was freed": (
        [f"UPDATE account SET balance = -5, bound = 'free' WHERE id = {of('cy')}"],
        {"balance_wrong", "balance_negative", "bound_wrong", "books_unbalanced"},
    ),
    "a bound that nobody knows": ([f"UPDATE account SET bound = 'loose' WHERE id = {of('cy')}"], {"value_unknown"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_found_and_explained(story, damage):
    statements, expected = DAMAGE[damage]
    break_books(*statements)
    report = verified()
    assert {problem.code for problem in report.problems} == expected
    assert all(problem.text.endswith(".") and ":" in problem.ref for problem in report.problems)


def test_one_that_was_reversed_twice_is_found_although_the_second_is_a_perfect_mirror(story):
    body = rules.body(
        kind=Kind.REVERSAL, memo="Wrong", cause="", subject="", legs=[Leg(ADA, 50), Leg(BO, -50)], reverses=number_of("x")
    )  # fmt: skip
    work.rollback()
    break_books(
        f"UPDATE \"transaction\" SET reverses_id = {TRANSACTION('x')}, cause = '', body = '{body}' WHERE key = 'y back'",
        without=["uq_transaction_reverses_id"],
    )
    problems = verified().problems
    assert [problem.code for problem in problems] == ["reversed_twice", "reversed_twice"]
    assert {problem.ref for problem in problems} == {f"transaction:{number_of(key)}" for key in ("x back", "y back")}


def number_of(key: str) -> int:
    found = checks.db.session.query(operations.Transaction).filter_by(key=key).one().id
    work.rollback()
    return found


def test_what_is_pending_is_told_with_its_amounts(story):
    break_books(f"UPDATE account SET pending_out = pending_out + 5 WHERE id = {of('ada')}")
    (problem,) = verified().problems
    assert "USD 10.35 are pending out" in problem.text
    assert "USD 10.30" in problem.text
