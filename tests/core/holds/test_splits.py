"""One hold, several payees: no cent is lost, the fee is taken once, a repeat is the same, stages go out once each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.checks.rules import Report
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.holds import rules
from hub.core.holds.rules import Share, Way
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.payments import queries
from hub.core.statements import queries as statements
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotFound, NotNow
from hub.kernel.money import Money, breakdown
from tests.core.controls.test_verify import break_books
from tests.factories.money import held, race, refused, usd

PRIZE = usd(1_000_001)
SUBJECT = "challenge:1"

minors = st.integers(1, 10**13)
fees = st.integers(0, 10_000)


@given(minors, fees, st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_parts_add_up_and_nobody_pays_more_fee_than_they_get(minor, fee_bp, weights):
    whole = breakdown(Money(minor, "JPY"), fee_bp)
    parts = rules.divided(whole, weights)
    for name in ("gross", "fee", "net"):
        assert sum(getattr(part, name).minor for part in parts) == getattr(whole, name).minor
    assert all(part.gross == part.fee + part.net and min(part.fee.minor, part.net.minor) >= 0 for part in parts)
    for weight, part in zip(weights, parts, strict=True):
        assert abs(part.net.minor * sum(weights) - whole.net.minor * weight) < sum(weights)


@given(st.lists(st.integers(0, rules.WHOLE_BP), max_size=29).map(sorted))
def test_the_ways_of_a_team(cuts):
    people = len(cuts) + 1
    points = [after - before for before, after in zip([0, *cuts], [*cuts, rules.WHOLE_BP], strict=True)]
    assert rules.weights(Way.EQUAL, people) == [1] * people
    assert rules.weights(Way.FREE, people, points) == points
    half = rules.weights(Way.HALF, people, points)
    assert sum(half) == 2 * people * rules.WHOLE_BP
    for weight, point in zip(half, points, strict=True):  # a half of an equal part and a half of what the leader says
        assert weight * 2 * rules.WHOLE_BP == sum(half) * rules.WHOLE_BP // people + sum(half) * point
        assert weight >= rules.WHOLE_BP


@pytest.mark.parametrize("points", [[], [10_000], [5_000, 4_999], [10_001, -1], [5_000, 5_000, 0]])
@pytest.mark.parametrize("way", [Way.HALF, Way.FREE])
def test_parts_that_do_not_add_up_are_refused(way, points):
    with pytest.raises(Invalid) as refusal:
        rules.weights(way, 2, points)
    assert refusal.value.code == "parts_do_not_add_up"


def test_parts_said_as_amounts_come_out_as_said():
    net = usd(950_001)
    said = [1, 950_000, 0]
    assert [part.net.minor for part in rules.divided(breakdown(PRIZE, 500), rules.amounts(net, said))] == said
    for wrong in ([950_000], [950_002, -1], []):
        with pytest.raises(Invalid):
            rules.amounts(net, wrong)


def split(cast, *weights, fee_bp=500, key="split", gross=PRIZE, names=("solver", "member", "stranger")):
    people = [cast.people[name].id for name in names]
    shares = [Share(weight, person_id=person) for weight, person in zip(weights, people, strict=False)]
    with work.unit():
        return holds.release_split(actor=SYSTEM, subject=SUBJECT, gross=gross, fee_bp=fee_bp, shares=shares, key=key, memo="Prize")


def net_of(cast, name):
    return sum(amount.minor for amount in queries.balances("person", cast.people[name].id))


def test_a_split_is_one_transaction_told_to_each(cast):
    held(cast.company, PRIZE)
    with work.unit():
        shares = [Share(2, person_id=cast.people["solver"].id), Share(1, organisation_id=cast.company.id)]
        made = holds.release_split(actor=SYSTEM, subject=SUBJECT, gross=PRIZE, fee_bp=500, shares=shares, key="k", memo="Prize")
        assert journal.pending_kinds() == ["HoldReleased", "HoldReleased"]
    legs = {(account.purpose, account.owner_id): amount.minor for account, amount in books.legs_of([made.id])[made.id]}
    assert sorted(legs.values()) == [-1_000_001, 50_000, 316_667, 633_334]
    hold = holds_read.holds_of(SUBJECT)[0]
    assert (hold.awarded_minor, hold.fee_minor, hold.left_minor) == (950_001, 50_000, 0)
    (earning,) = statements.earnings(cast.people["solver"].id)
    assert (earning.gross, earning.fee, earning.net) == (usd(666_667), usd(33_333), usd(633_334))


def test_the_earnings_of_all_add_up_to_the_release(cast):
    held(cast.company, PRIZE)
    split(cast, 1, 1, 1, fee_bp=333)
    found = [statements.earnings(cast.people[name].id)[0] for name in ("solver", "member", "stranger")]
    whole = breakdown(PRIZE, 333)
    assert sum(one.gross.minor for one in found) == PRIZE.minor
    assert sum(one.fee.minor for one in found) == whole.fee.minor
    assert sum(one.net.minor for one in found) == whole.net.minor


def test_the_same_split_again_is_the_first_one_and_another_is_refused(cast):
    held(cast.company, PRIZE)
    first = split(cast, 1, 1)
    assert split(cast, 1, 1).id == first.id
    with pytest.raises(Conflict):
        split(cast, 2, 1)
    assert net_of(cast, "solver") + net_of(cast, "member") == 950_001
    refused(
        "not_enough_held", NotNow, holds.release_split, actor=SYSTEM, subject=SUBJECT, gross=usd(1), fee_bp=0,
        shares=[Share(1, person_id=1)], key="more", memo="",
    )  # fmt: skip


@pytest.mark.parametrize("shares", [[], [Share(0, person_id=1)], [Share(1, person_id=1), Share(1, person_id=1)], [Share(1)]])
def test_a_split_that_makes_no_sense_moves_nothing(cast, shares):
    held(cast.company, PRIZE)
    with pytest.raises(ValueError), work.unit():
        holds.release_split(actor=SYSTEM, subject=SUBJECT, gross=PRIZE, fee_bp=0, shares=shares, key="k", memo="")
    assert holds_read.held(SUBJECT, "USD") == PRIZE.minor


def test_two_splits_of_the_whole_at_once_are_one(app, cast):
    held(cast.company, PRIZE)
    people = [cast.people[name].id for name in ("solver", "member", "stranger")]

    def act(key, *weights):
        shares = [Share(weight, person_id=person) for weight, person in zip(weights, people, strict=True)]
        return lambda: holds.release_split(actor=SYSTEM, subject=SUBJECT, gross=PRIZE, fee_bp=500, shares=shares, key=key, memo="").id

    results = race(app, act("a", 1, 2, 3), act("b", 3, 2, 1), act("a", 1, 2, 3))
    work.rollback()
    assert len({result for result in results if isinstance(result, int)}) == 1
    assert sum(net_of(cast, name) for name in ("solver", "member", "stranger")) == 950_001


# The consultant


def test_the_consultants_part_comes_off_the_fee_and_is_named_as_such(cast):
    held(cast.company, PRIZE)
    released = split(cast, 1)
    consultant = cast.people["stranger"].id
    with work.unit():
        made = holds.pay_consultant(actor=SYSTEM, released=released, person_id=consultant, share_bp=1_999)
        assert journal.pending_kinds() == ["ConsultantPaid"]
    assert (made.kind.value, made.cause) == ("consultant_fee", released.ref)
    assert net_of(cast, "stranger") == 50_000 * 1_999 // 10_000
    assert net_of(cast, "solver") == 950_001
    assert books.balance(accounts.fees("USD")) == 50_000 - net_of(cast, "stranger")
    with work.unit():
        assert holds.pay_consultant(actor=SYSTEM, released=released, person_id=consultant, share_bp=1_999).id == made.id
    refused("idempotency_key_reused", Conflict, holds.pay_consultant, actor=SYSTEM, released=released, person_id=consultant, share_bp=2_000)
    refused("no_release", NotNow, holds.pay_consultant, actor=SYSTEM, released=made, person_id=consultant, share_bp=1)


def test_there_is_no_part_of_no_fee(cast):
    held(cast.company, PRIZE)
    released = split(cast, 1, fee_bp=0)
    with work.unit():
        assert holds.pay_consultant(actor=SYSTEM, released=released, person_id=cast.people["stranger"].id, share_bp=10_000) is None


# Stages

STAGES = [("Report", 300_000), ("Prototype", 700_001)]


def planned(cast):
    held(cast.company, PRIZE)
    with work.unit():
        return holds.plan_stages(actor=SYSTEM, subject=SUBJECT, total=PRIZE, stages=STAGES)


def stage(cast, number, to="solver"):
    with work.unit():
        return holds.release_stage(actor=SYSTEM, subject=SUBJECT, number=number, fee_bp=500, memo="Stage", to_person_id=cast.people[to].id)


@settings(max_examples=40)
@given(st.lists(st.integers(-3, 10**6), max_size=25), st.integers(0, 10**7))
def test_stages_are_taken_only_if_they_add_up(minors, total):
    stages = [("Stage", minor) for minor in minors]
    if 1 <= len(minors) <= rules.MOST_STAGES and min(minors) > 0 and sum(minors) == total:
        assert [minor for _, minor in rules.staged(usd(total), stages)] == minors
    else:
        with pytest.raises(Invalid):
            rules.staged(usd(total), stages)


def test_stages_are_released_in_any_order_each_once(cast):
    planned(cast)
    last = stage(cast, 2)
    assert holds_read.held(SUBJECT, "USD") == 300_000
    assert stage(cast, 2).id == last.id
    assert holds_read.held(SUBJECT, "USD") == 300_000
    refused(
        "idempotency_key_reused", Conflict, holds.release_stage, actor=SYSTEM, subject=SUBJECT, number=2, fee_bp=1, memo="", to_person_id=1
    )
    refused("not_found", NotFound, holds.release_stage, actor=SYSTEM, subject=SUBJECT, number=3, fee_bp=1, memo="", to_person_id=1)
    refused("stages_planned", Conflict, holds.plan_stages, actor=SYSTEM, subject=SUBJECT, total=PRIZE, stages=STAGES)
    with work.unit():
        holds.return_rest(actor=SYSTEM, subject=SUBJECT, key="rest")
    refused("not_enough_held", NotNow, holds.release_stage, actor=SYSTEM, subject=SUBJECT, number=1, fee_bp=0, memo="", to_person_id=1)
    assert [one.released_at is not None for one in holds_read.stages_of(SUBJECT)] == [False, True]


def test_one_stage_released_by_many_at_once_goes_out_once(app, cast):
    planned(cast)
    person = cast.people["solver"].id

    def act():
        return holds.release_stage(actor=SYSTEM, subject=SUBJECT, number=1, fee_bp=500, memo="Stage", to_person_id=person).id

    assert len(set(race(app, act, act, act))) == 1
    work.rollback()
    assert holds_read.held(SUBJECT, "USD") == 700_001 and net_of(cast, "solver") == 285_000


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE hold_stage SET transaction_id = NULL, released_at = NULL WHERE number = 1", "stage_release"),
        ("UPDATE hold_stage SET minor = minor + 1 WHERE number = 1", "stage_amount"),
        ("UPDATE hold_stage SET transaction_id = 1 WHERE number = 2", "stage_release"),
        ("UPDATE hold_stage SET currency = 'XYZ'", "value_unknown"),
        ("""UPDATE "transaction" SET cause = 'transaction:1' WHERE kind = 'consultant_fee'""", "consultant_fee"),
    ],
)
def test_the_check_finds_stages_and_parts_of_fees_that_the_books_do_not_know(cast, damage, code):
    planned(cast)
    released = stage(cast, 1)
    with work.unit():
        holds.pay_consultant(actor=SYSTEM, released=released, person_id=cast.people["stranger"].id, share_bp=5_000)
    report = Report()
    holds_read.verify(report)
    assert report.ok, report.problems
    cast.breaks_the_books = True
    break_books(damage)
    db.session.expire_all()
    report = Report()
    holds_read.verify(report)
    assert code in {problem.code for problem in report.problems}, report.problems
