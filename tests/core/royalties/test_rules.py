"""Shares of sales like tax brackets: they add up, rise, and the year's total does not depend on the order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.royalties import rules
from hub.core.royalties.rules import Band, Period
from hub.kernel.errors import Invalid
from hub.kernel.money import Money

points = st.integers(0, 10_000)
bands = st.builds(
    lambda limits, parts: [Band(upto, bp) for upto, bp in zip([*sorted(limits), None], parts, strict=False)],
    st.sets(st.integers(1, 10**7), max_size=5),
    st.lists(points, min_size=6, max_size=6),
)
sales = st.lists(st.integers(1, 10**7), max_size=12)


def test_thirty_per_cent_up_to_ten_thousand_and_fifteen_above():
    two = [Band(1_000_000, 3_000), Band(None, 1_500)]
    assert [rules.due_on(two, total) for total in (0, 1_000_000, 1_000_001, 2_000_000)] == [0, 300_000, 300_000, 450_000]
    assert rules.marginal(two, 900_000, 200_000) == 30_000 + 15_000


@given(bands, sales, st.randoms(use_true_random=False))
def test_the_order_within_a_year_does_not_change_what_is_due(these, sold, chance):
    def over_a_year(order):
        before, due = 0, 0
        for minor in order:
            due += rules.marginal(these, before, minor)
            before += minor
        return due

    other = list(sold)
    chance.shuffle(other)
    assert over_a_year(sold) == over_a_year(other) == rules.due_on(these, sum(sold))


@given(bands, st.integers(0, 10**8), st.integers(1, 10**8))
def test_more_sold_is_never_less_due_and_never_more_than_was_sold(these, before, minor):
    assert 0 <= rules.marginal(these, before, minor) <= minor


@given(bands, st.integers(0, 10**8))
def test_bands_sum_to_the_whole(these, total):
    exact, above = 0, 0
    for band in these:
        top = total if band.upto is None else min(total, band.upto)
        exact += max(0, top - above) * band.bp
        above = max(above, top)
    assert above == total and rules.due_on(these, total) == exact // 10_000


@given(bands, st.integers(1, 10**13), st.integers(0, 9_999), st.integers(0, 10**9), st.sampled_from(["USD", "JPY", "KWD"]))
def test_no_cent_of_a_sale_is_lost(these, minor, fee_bp, before, currency):
    parts = rules.sale(Money(minor, currency), fee_bp, these, before)
    assert parts.fee + parts.owner + parts.seller == parts.gross
    assert min(parts.fee.minor, parts.owner.minor, parts.seller.minor) >= 0


@given(bands)
def test_bands_are_kept_and_read_as_they_are(these):
    assert rules.read(rules.kept(rules.checked(these))) == these


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ([], "bands_count"),
        ([Band(None, 1)] * 7, "bands_count"),
        ([Band(5, 1)], "bands_out_of_order"),
        ([Band(None, 1), Band(None, 2)], "bands_out_of_order"),
        ([Band(5, 1), Band(5, 2), Band(None, 3)], "bands_out_of_order"),
        ([Band(0, 1), Band(None, 3)], "bands_out_of_order"),
        ([Band(None, 10_001)], "percent_out_of_range"),
        ([Band(None, -1)], "percent_out_of_range"),
    ],
)
def test_bands_that_make_no_sense_are_refused(wrong, code):
    with pytest.raises(Invalid) as refusal:
        rules.checked(wrong)
    assert refusal.value.code == code


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(Period))
def test_calendar_periods_follow_one_another_without_a_gap(day, period):
    start = rules.starts(period, day)
    end = rules.ends(period, start)
    assert start <= day < end
    assert rules.starts(period, end) == end
    assert rules.starts(period, end - timedelta(days=1)) == start


@given(bands, st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_period_never_comes_to_less_than_its_minimum(these, before, sold, minimum):
    assert rules.royalty(these, before, sold, minimum) == max(minimum, rules.marginal(these, before, sold))
