"""What the site charges: from a day on, never backwards; the rate of the day on which people agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from hub.core.checks.rules import Report
from hub.core.fees import operations, queries, rules
from hub.core.fees.models import FeeRate
from hub.core.fees.rules import Mode, Rate
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Invalid, NotAllowed
from hub.kernel.money import Money
from tests.core.controls.test_verify import break_books
from tests.factories.people import sign_in

WHY = "Contests cost us more than they bring."
DAY = date(2030, 6, 1)
days = st.dates(DAY, DAY + timedelta(days=20))
said = st.lists(st.builds(Rate, mode=st.sampled_from(Mode), from_on=days, fee_bp=st.integers(0, rules.HIGHEST_BP)), max_size=12)


@given(said, days, st.sampled_from(Mode))
def test_the_rate_of_a_day_is_the_last_word_said_for_it_or_the_last_day_before(rates, day, mode):
    mine = [(rate.from_on, place, rate) for place, rate in enumerate(rates) if rate.mode is mode and rate.from_on <= day]
    expected = max(mine)[2].fee_bp if mine else rules.STANDARD_BP
    assert rules.in_force(rates, mode, day).fee_bp == expected


@given(said, days, st.sampled_from(Mode), st.builds(Rate, mode=st.sampled_from(Mode), from_on=days, fee_bp=st.integers(0, 9)))
def test_another_word_never_changes_what_was_charged_before_its_day(rates, day, mode, more):
    if day < more.from_on or mode is not more.mode:
        assert rules.in_force([*rates, more], mode, day) == rules.in_force(rates, mode, day)
    else:
        assert rules.in_force([more, *rates], mode, day).from_on >= more.from_on


@given(said, days, st.sampled_from(Mode))
def test_what_is_to_come_comes(rates, day, mode):
    for rate in rules.coming(rates, mode, day):
        assert rate.from_on > day
        assert rules.in_force(rates, mode, rate.from_on) == rate


@given(st.integers(1, 10**13), st.integers(0, 9_999), st.integers(0, 10_000), st.sampled_from(["USD", "JPY", "KWD"]))
def test_the_consultants_part_comes_off_the_fee_and_no_cent_is_lost(minor, fee_bp, share_bp, currency):
    share = rules.share(Money(minor, currency), fee_bp, share_bp)
    assert share.parts.net + share.parts.fee == share.parts.gross
    assert 0 <= share.consultant.minor <= share.parts.fee.minor
    assert share.parts == rules.share(Money(minor, currency), fee_bp, 0).parts
    assert share_bp < 10_000 or share.consultant == share.parts.fee


@pytest.mark.parametrize(("text", "points"), [("7.5", 750), (" 5 %", 500), ("0", 0), ("12,25", 1225), ("99.99", 9_999)])
def test_per_cent_are_read_and_written(text, points):
    assert rules.basis_points(text, "percent", rules.HIGHEST_BP) == points
    assert rules.basis_points(rules.percent(points), "percent", rules.HIGHEST_BP) == points


@pytest.mark.parametrize("text", ["", "x", "-1", "100", "1e9", "NaN", "Infinity", "7.555"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        rules.basis_points(text, "percent", rules.HIGHEST_BP)
    assert set(refusal.value.fields) == {"percent"}


def set_rate(cast, days=1, **more):
    told = {"mode": Mode.CONTESTS, "fee_bp": 700, "consultant_bp": 0, "reason": WHY} | more
    with work.unit():
        return operations.set_rate(actor=cast.admin, from_on=clock.now().date() + timedelta(days=days), **told)


def test_a_rate_holds_from_its_day_on_and_nothing_before_changes(cast):
    assert queries.rate(Mode.CONTESTS) == rules.STANDARD_BP
    set_rate(cast, days=2)
    moment = clock.now()
    assert queries.rate(Mode.CONTESTS) == rules.STANDARD_BP
    midnight = (moment + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert queries.rate(Mode.CONTESTS, midnight - timedelta(microseconds=1)) == rules.STANDARD_BP
    assert queries.rate(Mode.CONTESTS, midnight) == 700
    assert queries.rate(Mode.SERVICES, midnight) == rules.STANDARD_BP
    set_rate(cast, days=2, fee_bp=800, reason="On second thought, a little more.")
    assert queries.rate(Mode.CONTESTS, midnight) == 800
    with clock.at(midnight + timedelta(days=9)):
        set_rate(cast, fee_bp=0, consultant_bp=0, reason="A gift to the challenges.")
    assert queries.rate(Mode.CONTESTS, midnight) == 800


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"days": 0}, "day_not_future"),
        ({"days": -30}, "day_not_future"),
        ({"fee_bp": 10_000}, "percent_out_of_range"),
        ({"fee_bp": -1}, "percent_out_of_range"),
        ({"consultant_bp": 10_001}, "percent_out_of_range"),
        ({"reason": "why"}, "reason_missing"),
        ({"fee_bp": rules.STANDARD_BP}, "rate_unchanged"),
    ],
)
def test_what_cannot_be_charged_changes_nothing(cast, more, code):
    with pytest.raises(Invalid) as refusal:
        set_rate(cast, **more)
    assert refusal.value.code == code
    assert db.session.scalar(select(func.count()).select_from(FeeRate)) == 0


def test_administrators_alone_say_it(cast):
    for name in ("owner", "finance", "stranger"):
        with pytest.raises(NotAllowed), work.unit():
            operations.set_rate(
                actor=cast.actor(name),
                mode=Mode.TASKS,
                from_on=clock.now().date() + timedelta(days=1),
                fee_bp=1,
                consultant_bp=0,
                reason=WHY,
            )
    assert queries.history() == []
    with work.unit():
        operations.set_rate(
            actor=cast.admin, mode=Mode.TASKS, from_on=clock.now().date() + timedelta(days=1), fee_bp=1, consultant_bp=0, reason=WHY
        )
        assert journal.pending_kinds() == ["FeeRateSet"]


@pytest.mark.parametrize("statement", ["UPDATE fee_rate SET fee_bp = 1", "DELETE FROM fee_rate"])
def test_the_database_keeps_what_was_said(cast, statement):
    set_rate(cast)
    with pytest.raises(DatabaseError, match="never changed"):
        db.session.execute(text(statement))
    work.rollback()
    assert queries.history()[0].fee_bp == 700


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE fee_rate SET from_on = '2001-01-01'", "fee_backdated"),
        ("UPDATE fee_rate SET fee_bp = 10001", "fee_range"),
        ("UPDATE fee_rate SET mode = 'gifts'", "value_unknown"),
    ],
)
def test_the_check_finds_a_rate_that_cannot_have_been_said(cast, damage, code):
    set_rate(cast)
    cast.breaks_the_books = True
    break_books(damage)
    report = Report()
    queries.verify(report)
    assert [problem.code for problem in report.problems] == [code]


def test_everybody_reads_what_is_charged_and_reckons_an_example(cast, client):
    set_rate(cast, fee_bp=725, consultant_bp=2_000)
    page = client.get("/fees?amount=1000&currency=EUR").get_data(as_text=True)
    assert "EUR 950" in page and "7.25 %" in page
    wrong = client.get("/fees?amount=lots")
    assert wrong.status_code == 200 and "Write an amount in figures" in wrong.get_data(as_text=True)
    told = client.get("/api/v1/fees").get_json()["items"]
    (contests,) = [one for one in told if one["mode"] == "contests"]
    assert (contests["fee_bp"], contests["from_on"]) == (500, "0001-01-01")
    assert [(one["fee_bp"], one["consultant_bp"]) for one in contests["coming"]] == [(725, 2_000)]


def test_a_refused_rate_comes_back_as_it_was_typed(cast, client):
    sign_in(client, cast.people["admin"])
    sent = {"mode": "tasks", "from_on": "2001-01-01", "percent": "7.5", "consultant_percent": "", "reason": WHY}
    answer = client.post("/admin/fees/check", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Choose a day to come" in page and WHY in page and "7.5" in page
    fine = client.post("/admin/fees/check", data=sent | {"from_on": (clock.now().date() + timedelta(days=3)).isoformat()})
    assert fine.status_code == 200 and "USD 9,250" in fine.get_data(as_text=True)
    assert queries.history() == []
