"""`hub ledger verify` finds what it is fed: each test breaks a database in one way, past its triggers and constraints."""

from __future__ import annotations

import gc
import json
import tracemalloc

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, text

from hub.cli.ledger import ledger
from hub.core.checks import queries as checks
from hub.core.checks import rules as found
from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.ledger import rules
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.core.payouts import operations as payouts
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories.damage import break_books
from tests.factories.money import asked, deposited, held, payout, usd


@pytest.fixture
def story(cast):
    """A bit of everything: 40,000.00 held, 10,000.00 awarded, a payout paid, one refused, one waiting; 5.00 deposited."""
    held(cast.company, usd(4_000_000))
    me = cast.people["solver"].id
    with work.unit():
        holds.release(actor=SYSTEM, subject="challenge:1", to_person_id=me, gross=usd(1_000_000), fee_bp=500, key="a", memo="Award")
    deposited(cast.company, usd(500))
    paid, refused = payout(cast.solver, usd(100_000)), payout(cast.solver, usd(50_000))
    payout(cast.solver, usd(30_000))
    asked(cast.company, usd(700), "challenge:2")
    with work.unit():
        payouts.confirm_payout(actor=cast.admin, payout=paid, bank_reference="OUT")
        payouts.reject_payout(actor=cast.admin, payout=refused, reason="Closed")
    assert controls.verify().ok
    cast.breaks_the_books = True
    return cast


HELD = "(SELECT id FROM account WHERE purpose = 'hold')"
SOLVER = "(SELECT id FROM account WHERE purpose = 'balance' AND owner_kind = 'person')"

DAMAGE = {
    "a posting grew": (
        [f"UPDATE posting SET minor = minor + 1 WHERE account_id = {HELD} AND minor > 0"],
        {"transaction_unbalanced", "transaction_altered", "balance_wrong", "running_balance", "hold_counters", "funding_amounts"},
    ),
    "a posting vanished": (
        ["DELETE FROM posting WHERE id = (SELECT max(id) FROM posting)"],
        {"transaction_short", "transaction_unbalanced", "transaction_altered", "balance_wrong", "payout_postings"},
    ),
    "a transaction vanished": (["""DELETE FROM "transaction" WHERE key = 'a' """], {"posting_orphan", "hold_counters"}),
    "an account vanished": ([f"DELETE FROM account WHERE id = {SOLVER}"], {"posting_without_account", "books_unbalanced"}),
    "a balance grew": ([f"UPDATE account SET balance = balance + 5 WHERE id = {SOLVER}"], {"balance_wrong", "books_unbalanced"}),
    "two balances moved against each other": (
        [
            f"UPDATE account SET balance = balance + 5 WHERE id = {SOLVER}",
            "UPDATE account SET balance = balance - 5 WHERE purpose = 'bank'",
        ],
        {"balance_wrong"},
    ),
    "a balance fell below zero": (
        [f"UPDATE account SET balance = -5 WHERE id = {SOLVER}"],
        {"balance_wrong", "balance_negative", "books_unbalanced"},
    ),
    "a posting changed its currency": (
        ["UPDATE posting SET currency = 'EUR' WHERE id = 2"],
        {"posting_currency", "transaction_unbalanced"},
    ),
    "a transaction was opened again": (["""UPDATE "transaction" SET sealed_id = NULL WHERE key = 'a' """], {"transaction_open"}),
    "a transaction tells another story": (
        ["""UPDATE "transaction" SET memo = 'Another award' WHERE key = 'a' """],
        {"transaction_altered"},
    ),
    "a balance then was changed": (["UPDATE posting SET balance_after = balance_after + 1 WHERE id = 2"], {"running_balance"}),
    "both sides, their balances and the hold were changed alike": (
        [
            "UPDATE posting SET minor = minor * 2 WHERE transaction_id = (SELECT id FROM \"transaction\" WHERE key LIKE 'deposit%')",
            "UPDATE account SET balance = balance + 500 WHERE purpose = 'balance' AND owner_kind = 'organisation'",
            "UPDATE account SET balance = balance - 500 WHERE purpose = 'bank'",
        ],
        {"transaction_altered", "running_balance"},
    ),
    "the hold forgot an award": (["UPDATE hold SET awarded_minor = 0"], {"hold_counters", "hold_balance"}),
    "the hold awarded more than came in": (
        ["UPDATE hold SET awarded_minor = funded_minor"],
        {"hold_counters", "hold_balance", "hold_over_released"},
    ),
    "the hold vanished": (["DELETE FROM hold"], {"hold_missing", "cause_missing"}),
    "the hold keeps another account": ([f"UPDATE hold SET account_id = {SOLVER}"], {"hold_account", "hold_missing"}),
    "a funding received more": (["UPDATE funding SET held_minor = held_minor + 1 WHERE state = 'confirmed'"], {"funding_amounts"}),
    "a paid funding is open again": (["UPDATE funding SET state = 'open', closed_at = NULL WHERE state = 'confirmed'"], {"funding_state"}),
    "an unpaid funding is confirmed": (["UPDATE funding SET state = 'confirmed' WHERE state = 'open'"], {"funding_state"}),
    "a funding vanished": (["DELETE FROM funding"], {"cause_missing"}),
    "a payout is paid without postings": (
        ["UPDATE payout SET state = 'paid', bank_reference = 'X', decided_at = created_at WHERE state = 'requested'"],
        {"payout_postings", "in_transit"},
    ),
    "a paid payout waits again": (["UPDATE payout SET state = 'requested' WHERE state = 'paid'"], {"payout_postings", "in_transit"}),
    "a waiting payout grew": (["UPDATE payout SET minor = minor + 1 WHERE state = 'requested'"], {"payout_postings", "in_transit"}),
    "a payout vanished": (["DELETE FROM payout WHERE state = 'requested'"], {"cause_missing", "in_transit"}),
    "a cause points nowhere": (
        ["""UPDATE "transaction" SET cause = 'funding:abc' WHERE key LIKE 'deposit%' """],
        {"cause_missing", "transaction_altered"},
    ),
    "an account of an unknown purpose": ([f"UPDATE account SET purpose = 'gift' WHERE id = {SOLVER}"], {"value_unknown"}),
    "a currency nobody knows": (["UPDATE payout SET currency = 'XXX'"], {"value_unknown"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_found_and_explained(story, damage):
    statements, expected = DAMAGE[damage]
    break_books(*statements)
    report = controls.verify()
    assert {problem.code for problem in report.problems} == expected
    assert report.found == len(report.problems)
    assert all(problem.text.endswith(".") and ":" in problem.ref for problem in report.problems)


def test_a_lost_unit_is_told_with_its_amounts(story):
    break_books(f"UPDATE account SET balance = balance + 5 WHERE id = {SOLVER}")
    told = {problem.code: problem.text for problem in controls.verify().problems}
    assert "USD 8,200.05" in told["balance_wrong"]
    assert "USD 8,200.00" in told["balance_wrong"]
    assert "USD 0.05" in told["books_unbalanced"]


def test_of_many_problems_the_first_are_told_and_all_are_counted(story, monkeypatch):
    monkeypatch.setattr(found, "MOST_PROBLEMS", 3)
    break_books("UPDATE posting SET balance_after = 0", "UPDATE \"transaction\" SET memo = 'x'")
    report = controls.verify()
    assert len(report.problems) == 3
    assert report.found > 3


# The command


@pytest.fixture
def command(app, monkeypatch):
    """`hub ledger ...` over this test's database."""
    work.rollback()
    monkeypatch.setenv("HUB_DATA_DIR", str(app.config["HUB"].data_dir))
    monkeypatch.setenv("HUB_DATABASE_URL", app.config["HUB"].database_url)
    return lambda *words: CliRunner().invoke(ledger, list(words))


def test_the_command_says_that_the_books_are_clean(cast, command):
    held(cast.company, usd(100))
    answer = command("verify")
    assert answer.exit_code == 0
    assert answer.output == "The books are clean: 2 accounts, 1 transactions, 2 postings.\n"


def test_the_command_fails_and_names_each_problem(story, command):
    break_books("UPDATE hold SET awarded_minor = funded_minor")
    answer = command("verify")
    assert answer.exit_code == 1
    assert "hold:1: More went out than came in" in answer.output
    assert "[hold_over_released]" in answer.output
    data = json.loads(command("verify", "--json").output)
    assert data["ok"] is False
    assert data["found"] == len(data["problems"]) == 3
    assert {problem["code"] for problem in data["problems"]} == {"hold_counters", "hold_over_released", "hold_balance"}


def test_the_command_reads_one_moment_while_money_moves(cast, command):
    held(cast.company, usd(100))
    with work.unit():
        holds.release(actor=SYSTEM, subject="challenge:1", to_person_id=1, gross=usd(40), fee_bp=0, key="a", memo="")
        db.session.flush()
        assert command("verify", "--json").exit_code == 0


# Its memory


def written(count: int) -> None:
    """`count` transactions more, written at once: a long history."""
    bank, person = rules.bank("EUR"), rules.balance_of(OwnerKind.PERSON, 77, "EUR")
    with work.unit():
        ids = []
        for ref, balance in ((bank, -count), (person, count)):
            row = Account(
                owner_kind=ref.owner_kind, owner_id=ref.owner_id, purpose=ref.purpose, subject="", currency="EUR", bound=ref.bound,
                balance=balance, created_at=clock.now(),
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            ids.append(row.id)
        body = rules.body(kind="funding", memo="", cause="", subject="", legs=[Leg(bank, -1), Leg(person, 1)])
        first = 1 + (db.session.scalar(text('SELECT max(id) FROM "transaction"')) or 0)
        numbers = range(first, first + count)
        same = {"body": body, "kind": Kind.FUNDING, "memo": "", "cause": "", "subject": "", "at": clock.now()}
        db.session.execute(insert(Transaction), [{"id": number, "key": f"long:{number}", **same} for number in numbers])
        postings = [
            {
                "transaction_id": number,
                "account_id": account_id,
                "currency": "EUR",
                "minor": minor,
                "balance_after": minor * (number - first + 1),
            }
            for number in numbers
            for account_id, minor in zip(ids, (-1, 1), strict=True)
        ]
        db.session.execute(insert(Posting), postings)
        db.session.execute(text('UPDATE "transaction" SET sealed_id = id WHERE sealed_id IS NULL'))


def peak_of_verify() -> int:
    """In bytes, with the collector at work as in any process, not as seldom as in a run of tests."""
    db.session.remove()
    seldom = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    tracemalloc.start()
    report = controls.verify()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.set_threshold(*seldom)
    assert report.ok, report.problems
    return peak


def test_the_check_needs_no_more_memory_for_longer_books(app, monkeypatch):
    monkeypatch.setattr(checks, "CHUNK", 100)
    peaks = []
    for transactions in (200, 1600):
        written(transactions)
        peak_of_verify()  # fills caches, also those of a new connection
        peaks.append(peak_of_verify())
        break_books("DELETE FROM posting", 'DELETE FROM "transaction"', "DELETE FROM account")
    assert peaks[1] < peaks[0] * 3, "8 times the books, and not even 3 times the memory"
