"""The figures: whatever is rated in whatever order, they stay within bounds, grow with the ratings, and few say little."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.disputes.rules import Side
from hub.core.reputation import rules
from hub.core.reputation.rules import PRIOR_COUNT, PRIOR_MEAN, Asked, Badge, Delivered, Facts, Rate, Scores, shrunk
from hub.kernel.errors import Invalid, NotNow
from hub.kernel.levels import Level

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RATINGS = st.lists(st.integers(3, 15), max_size=60)


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.integers(3, 15), st.randoms())
def test_the_figure_is_bounded_monotone_and_the_same_in_every_order(ratings, another, random):
    figure = shrunk(sum(ratings), len(ratings))
    assert 1 <= figure <= 5
    again = list(ratings)
    random.shuffle(again)
    points = count = 0
    for one in again:
        points, count = points + one, count + 1
    assert shrunk(points, count) == figure
    more = shrunk(sum(ratings) + another, len(ratings) + 1)
    assert (more > figure) == (Fraction(another, 3) > figure) and (more == figure) == (Fraction(another, 3) == figure)
    if another < 15:
        assert shrunk(sum(ratings) + another + 1, len(ratings) + 1) > more


@settings(max_examples=40, deadline=None)
@given(RATINGS)
def test_it_lies_between_the_prior_and_the_mean_and_few_stay_near_the_prior(ratings):
    figure = shrunk(sum(ratings), len(ratings))
    if not ratings:
        assert figure == PRIOR_MEAN
        return
    mean = Fraction(sum(ratings), 3 * len(ratings))
    low, high = sorted([mean, PRIOR_MEAN])
    assert low <= figure <= high
    assert abs(figure - PRIOR_MEAN) == abs(mean - PRIOR_MEAN) * Fraction(len(ratings), len(ratings) + PRIOR_COUNT)


def test_figures_as_they_are_read():
    assert rules.one_decimal(shrunk(12 * 15, 12)) == "4.6"
    assert rules.one_decimal(shrunk(15, 1)) == "3.8"
    assert [rules.one_decimal(Fraction(n)) for n in ("4.55", "4.54", "5", "1")] == ["4.6", "4.5", "5.0", "1.0"]
    assert [rules.percent(Fraction(n, 1000)) for n in (0, 1, 994, 999, 1000)] == [0, 1, 99, 99, 100]


def test_answers_count_once_their_time_is_over_and_say_nothing_below_three():
    def asked(answered: float | None, due: float | None) -> Asked:
        at = NOW - timedelta(days=10)
        return Asked(at, None if answered is None else at + timedelta(days=answered), None if due is None else at + timedelta(days=due))

    waiting, missed = asked(None, 20), asked(None, 5)
    rate, median = rules.answers([asked(1, 5), asked(3, 2), waiting], NOW)
    assert (rate, rate.known, median) == (Rate(2, 2), False, None)
    rate, median = rules.answers([asked(1, 5), asked(3, 2), asked(6, None), missed, waiting], NOW)
    assert (rate, rate.percent, median) == (Rate(3, 4), 75, timedelta(days=3))


@pytest.mark.parametrize(("day", "on_time"), [(20, True), (21, True), (22, False)])
def test_the_due_day_counts_to_its_end(day, on_time):
    at = datetime(2026, 11, day, 23, 59, tzinfo=UTC)
    assert Delivered("order:1/0", Side(organisation_id=1), date(2026, 11, 21), at).on_time is on_time


def facts(**changes) -> Facts:
    said = {"deals": 12, "ratings": 12, "points": 170, "answers": Rate(9, 10), "on_time": Rate(5, 5), "lost": 0}
    return Facts(**{**said, "level": Level.DOMAIN, "since": NOW - timedelta(days=800), **changes})


def test_badges_hold_by_facts_and_of_a_scale_only_the_highest():
    every = [Badge.TEN, Badge.ON_TIME, Badge.ANSWERS, Badge.WELL_RATED, Badge.DOMAIN, Badge.ONE_YEAR]
    assert rules.badges(facts(), NOW) == every
    assert set(rules.MEANS) == set(Badge)
    for changes, gone in [
        ({"on_time": Rate(5, 6)}, Badge.ON_TIME), ({"on_time": Rate(4, 4)}, Badge.ON_TIME), ({"answers": Rate(8, 10)}, Badge.ANSWERS),
        ({"lost": 1}, Badge.WELL_RATED), ({"points": 120}, Badge.WELL_RATED), ({"level": Level.EMAIL}, Badge.DOMAIN),
    ]:  # fmt: skip
        assert rules.badges(facts(**changes), NOW) == [badge for badge in every if badge is not gone]
    nothing = facts(deals=0, ratings=0, points=0, answers=Rate(0, 0), on_time=Rate(0, 0), level=Level.NONE)
    assert rules.badges(nothing, NOW) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 5)), max_size=20))
def test_the_net_score_counts_everybody_once(counted):
    found = rules.scores(counted)
    assert found.total == sum(count for _, count in counted)
    assert (found.net is None) == (found.total < rules.FEWEST)
    if found.net is not None:
        assert -100 <= found.net <= 100
    assert Scores(2, 1, 1).net == 25


def test_a_sentence_is_one_and_not_too_long():
    assert rules.sentence("  Good\n data. ") == "Good data."
    for bad in ("", "a", "x" * 281):
        with pytest.raises(Invalid):
            rules.sentence(bad)


def test_the_two_weeks_are_half_open():
    def check(moment):
        rules.clock.set_to(moment)
        try:
            rules.check_open(NOW, NOW + rules.RATE_WITHIN, None)
        finally:
            rules.clock.set_to(None)

    check(NOW)
    check(NOW + rules.RATE_WITHIN - timedelta(microseconds=1))
    for moment in (NOW - timedelta(seconds=1), NOW + rules.RATE_WITHIN):
        with pytest.raises(NotNow):
            check(moment)
    assert rules.months(datetime(2026, 2, 1, tzinfo=UTC), 3) == ["2025-12", "2026-01", "2026-02"]
