"""The response rate's arithmetic, and whose domain an address is at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.tech_market.deals import rules
from tests.conftest import NOON

DAY = timedelta(days=1)


@dataclass
class Asked:
    asked_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None


def asked(days_ago: float, answered_after: float | None = None, taken_back_after: float | None = None) -> Asked:
    began = NOON - days_ago * DAY
    return Asked(
        began,
        None if answered_after is None else began + answered_after * DAY,
        None if taken_back_after is None else began + taken_back_after * DAY,
    )


def test_no_requests_are_no_rate():
    rate = rules.rate([], NOON)
    assert (rate.counted, rate.per_cent, rate.median) == (0, None, None)


def test_answers_count_at_once_and_silence_after_fourteen_days():
    rate = rules.rate([asked(3, 1), asked(20, 5), asked(13.99), asked(14), asked(30, 14), asked(60, taken_back_after=2)], NOON)
    assert (rate.in_time, rate.counted) == (2, 4)
    assert rate.per_cent == 50
    assert rate.median == 5 * DAY


def test_an_answer_a_moment_before_the_fourteenth_day_ends_is_in_time_and_at_it_is_late():
    almost = Asked(NOON - 20 * DAY, NOON - 6 * DAY - timedelta(microseconds=1))
    assert rules.rate([almost], NOON).in_time == 1
    assert rules.rate([Asked(NOON - 20 * DAY, NOON - 6 * DAY)], NOON).in_time == 0


def test_an_interest_taken_back_after_long_silence_still_counts_against_the_owner():
    rate = rules.rate([asked(40, taken_back_after=20)], NOON)
    assert (rate.in_time, rate.counted) == (0, 1)


ASKED = st.builds(asked, st.floats(0, 300), st.none() | st.floats(0, 100), st.none() | st.floats(0, 100))


@settings(max_examples=60, deadline=None)
@given(st.lists(ASKED, max_size=12))
def test_the_parts_never_exceed_the_whole_and_the_order_does_not_matter(interests: list[Asked]):
    rate = rules.rate(interests, NOON)
    assert 0 <= rate.in_time <= rate.counted <= len(interests)
    assert rate == rules.rate(reversed(interests), NOON)
    assert (rate.median is None) == all(one.answered_at is None for one in interests)


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, max_size=8))
def test_one_more_answer_in_time_never_lowers_the_share(interests: list[Asked]):
    before, after = rules.rate(interests, NOON), rules.rate([*interests, asked(2, 1)], NOON)
    assert after.in_time * max(before.counted, 1) >= before.in_time * after.counted or not before.counted


@pytest.mark.parametrize(
    ("email", "website", "own"),
    [
        ("a@loom.example", "https://loom.example", True),
        ("a@loom.example", "https://www.loom.example/about", True),
        ("a@mail.loom.example", "https://loom.example", True),
        ("a@notloom.example", "https://loom.example", False),
        ("a@loom.example.evil.org", "https://loom.example", False),
        ("a@loom.example", "", False),
        ("a@example", "https://example", False),
    ],
)
def test_an_address_at_the_organisations_own_domain(email: str, website: str, own: bool):
    assert rules.is_own_domain(email, website) is own
