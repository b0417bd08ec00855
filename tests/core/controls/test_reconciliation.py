"""The books against the bank and against Stripe: each kind of difference is found, explained and kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cli.ledger import ledger
from hub.core.controls import operations, queries, rules
from hub.core.controls.reactions import reconcile_daily, reconcile_day
from hub.core.controls.rules import Difference, Movement, Source
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from tests.conftest import NOON
from tests.core.payouts.conftest import counter  # noqa: F401
from tests.factories.money import asked, deposited, earned, usd

TODAY = NOON.date()


def statement(*lines: str) -> queries.Statement:
    return queries.read_statement("\n".join(["date,amount,currency,reference,text", *lines]).encode())


def kinds(done) -> dict[str, Difference]:
    return {one.name: one.kind for one in queries.differences(done.id)}


def bank(cast, *lines: str):
    with work.unit():
        number = operations.reconcile_bank(actor=cast.admin, statement=statement(*lines)).id
    return queries.reconciliation(number)


@pytest.fixture
def books(cast):
    """A deposit of USD 20.00, a request of USD 50.00 that was paid, a payout of USD 6.00 that was sent."""
    from hub.core.payments import operations as payments

    deposited(cast.company, usd(2000))
    funding = asked(cast.company, usd(5000), "challenge:77")
    with work.unit():
        payments.confirm_funding(actor=cast.admin, funding=funding, received=usd(5000), bank_reference="BANK IN")
    with work.unit():
        own = {"owner": "organisation", "owner_id": cast.company.id, "destination": "DE89370400440532013000"}
        made = payouts.request_payout(actor=cast.owner, amount=usd(600), **own)
    with work.unit():
        payouts.confirm_payout(actor=cast.admin, payout=made, bank_reference="BANK OUT")
    return funding.reference, made.id


def test_a_statement_that_says_the_same_fits(cast, books):
    reference, number = books
    deposit = db.session.execute(db.text("SELECT key FROM \"transaction\" WHERE key LIKE 'deposit%'")).scalar().split(":")[-1]
    done = bank(
        cast,
        f"2026-11-21,50.00,USD,whatever,{reference} Disinfect",
        f"2026-11-21,-6.00,USD,HUB-PAYOUT-{number},",
        f"2026-11-21,20,USD,{deposit},",
    )
    assert (done.matched, done.different, kinds(done)) == (3, 0, {})


def test_each_kind_of_difference_is_found(cast, books):
    reference, _ = books
    done = bank(cast, f"2026-11-21,49.00,USD,x,{reference}", "2026-11-21,7.00,USD,UNKNOWN 9,", "2026-11-21,-6.00,USD,BANK OUT,")
    found = {one.kind: one for one in queries.differences(done.id)}
    assert set(found) == set(Difference)
    assert (done.matched, done.different) == (1, 3)
    differs = found[Difference.AMOUNT_DIFFERS]
    assert (differs.here_minor, differs.there_minor) == (5000, 4900)
    assert found[Difference.MISSING_HERE].there_minor == 700
    assert "UNKNOWN 9" in found[Difference.MISSING_HERE].there
    assert (found[Difference.MISSING_THERE].here_minor, len(found[Difference.MISSING_THERE].transactions)) == (2000, 1)


def test_a_note_stays_while_the_difference_does(cast, books):
    lines = ("2026-11-21,7.00,USD,UNKNOWN 9,",)
    done = bank(cast, *lines)
    strange = next(one for one in queries.differences(done.id) if one.kind is Difference.MISSING_HERE)
    with pytest.raises(Invalid), work.unit():
        operations.note_difference(actor=cast.admin, difference=strange, note=" ")
    with pytest.raises(NotAllowed), work.unit():
        operations.note_difference(actor=cast.owner, difference=strange, note="Mine")
    with work.unit():
        operations.note_difference(actor=cast.admin, difference=strange, note="Interest of the bank.")
    again = bank(cast, *lines)
    assert again.id == done.id
    assert [one.note for one in queries.differences(done.id) if one.kind is Difference.MISSING_HERE] == ["Interest of the bank."]


def test_rows_that_cannot_be_read_are_named_and_left_out(cast):
    found = statement(
        "2026-11-21,7,USD,a,", "21.11.,7,USD,b,", "2026-11-21,seven,USD,c,", "2026-11-21,7.001,USD,d,", "2026-11-21,7,XXX,e,", "x"
    )
    assert len(found.movements) == 1
    assert sorted((remark.row, remark.code) for remark in found.remarks) == [
        (3, "date_unreadable"), (4, "amount_unreadable"), (5, "amount_unreadable"), (6, "unknown_currency"), (7, "row_shape"),
    ]  # fmt: skip
    with pytest.raises(Invalid) as refusal, work.unit():
        operations.reconcile_bank(actor=cast.admin, statement=statement("bad,bad,bad,bad,"))
    assert refusal.value.code == "statement_empty"


# Stripe


@pytest.fixture
def paid(cast, counter):  # noqa: F811
    """A payout of USD 6.00 through Stripe, and a top-up there that our books know nothing of."""
    earned(cast.company, cast.people["solver"].id, usd(1000))
    counter.enabled(cast.solver)
    counter.rich(5000)
    number = counter.ask(cast.solver, usd(600))
    counter.settle()
    return counter, number


def compared(cast, day=TODAY):
    with work.unit():
        number = reconcile_day(day, cast.admin).id
    return queries.reconciliation(number)


def test_stripe_is_compared_by_what_belongs_together(cast, paid):
    done = compared(cast)
    assert (done.source, done.matched, done.different) == (Source.STRIPE, 1, 1)
    assert [(one.kind, one.there_minor) for one in queries.differences(done.id)] == [(Difference.MISSING_HERE, 5000)]


def test_a_reversal_weeks_later_fits_too(cast, paid):
    from tests.fakes.stripe import connect

    counter, number = paid  # noqa: F811
    counter.later(days=20)
    with counter.fake.world.lock:
        connect.reverse(counter.fake.world, counter.fake.all("transfer")[0], {"amount": 200})
    counter.settle()
    done = compared(cast, clock.now().date())
    assert (done.matched, done.different) == (1, 0)
    assert payouts_read.payout(number).returned_minor == 200


def test_a_transfer_that_stripe_does_not_know_and_one_of_another_amount(cast, paid):
    counter, number = paid  # noqa: F811
    movement = next(one for one in counter.fake.all("balance_transaction", "platform") if one["type"] == "transfer")
    movement["net"] = -500
    done = compared(cast)
    assert kinds(done)[f"payout:{number}"] is Difference.AMOUNT_DIFFERS
    movement["net"] = -600
    earlier, movement["created"] = movement["created"], movement["created"] - 30 * 86400
    assert kinds(compared(cast))[f"payout:{number}"] is Difference.MISSING_THERE
    movement["created"] = earlier
    assert f"payout:{number}" not in kinds(compared(cast))


def test_each_day_is_compared_once_by_the_clock(cast, paid):
    counter, _ = paid  # noqa: F811
    for days in (1, 1, 1, 0):
        clock.advance(timedelta(days=days))
        with work.unit():
            reconcile_daily()
    assert queries.of_day(Source.STRIPE, TODAY.isoformat()).matched == 1
    asked_for = len(counter.fake.requests)
    with work.unit():
        reconcile_daily()
    assert len(counter.fake.requests) == asked_for


def test_without_a_processor_it_says_so(cast):
    with pytest.raises(NotNow) as refusal, work.unit():
        reconcile_day(TODAY, cast.admin)
    assert refusal.value.code == "no_processor"


def test_the_command_prints_what_differs_and_fails(cast, paid, app, monkeypatch):
    config = app.config["HUB"]
    for name, value in (
        ("HUB_DATA_DIR", str(config.data_dir)), ("HUB_DATABASE_URL", config.database_url), ("HUB_STRIPE_KEY", config.stripe_key),
        ("HUB_STRIPE_WEBHOOK_SECRET", config.stripe_webhook_secret), ("HUB_STRIPE_API_BASE", config.stripe_api_base),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    work.rollback()
    answer = CliRunner().invoke(ledger, ["reconcile", "--day", TODAY.isoformat(), "--json"])
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.output)
    assert (told["matched"], [one["kind"] for one in told["differences"]]) == (1, ["missing_here"])
    assert CliRunner().invoke(ledger, ["reconcile", "--day", "yesterday"]).exit_code == 2


# The rule


movements = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-50, 50).filter(bool)), max_size=12)


def side(name: str, made) -> list[Movement]:
    return [Movement(f"{name}{n}", NOON, "USD", minor, (key,)) for n, (key, minor) in enumerate(made)]


@settings(max_examples=60, deadline=None, database=None)
@given(movements, movements)
def test_nothing_is_lost_in_the_groups_and_a_group_fits_only_if_its_sums_do(here, there):
    also = {key: key for key, _ in there}
    groups = rules.compare(side("h", here), side("t", there), also)
    assert sorted(one.ref for group in groups for one in (*group.here, *group.there)) == sorted(
        one.ref for one in (*side("h", here), *side("t", there))
    )
    for group in groups:
        sums = [sum(minor for key, minor in made if key == group.key) for made in (here, there)]
        fits = bool(group.here) and bool(group.there) and sums[0] == sums[1]
        assert (group.difference is None) == fits
    assert rules.compare(side("h", here), [], {}) == sorted(
        rules.compare(side("h", here), [], {}), key=lambda group: (group.begins, group.key)
    )
