from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contests.challenges import rules
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import LIFE, Act, State
from hub.kernel import clock
from tests.conftest import NOON


@dataclass
class Row:
    title: str
    kind: Kind
    weight: int


@dataclass
class Draft:
    title: str = "Detect spoilage in sealed packs"
    summary: str = "A sensing principle that a phone can read."
    problem: str = "p" * 100
    sector: Any = "sensors"
    prize_minor: int = 4_000_000
    held_minor: int = 0
    closes_at: datetime | None = NOON + timedelta(days=20)
    review_days: int = 30
    eligibility: str = "Anyone"
    criteria: list[Row] = field(default_factory=lambda: [Row("Cost", Kind.SCORED, 60), Row("Evidence", Kind.SCORED, 40)])
    state: State = State.DRAFT


@pytest.fixture(autouse=True)
def noon():
    clock.set_to(NOON)
    yield
    clock.set_to(None)


def test_a_whole_draft_has_no_gaps():
    assert rules.gaps(Draft()) == {}


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("title", "Short"), ("summary", ""), ("problem", "Too little."), ("sector", None), ("prize", None), ("eligibility", ""),
        ("closes_at", None), ("closes_at", NOON - timedelta(seconds=1)), ("closes_at", NOON + timedelta(hours=23, minutes=59)),
        ("closes_at", NOON + timedelta(days=5 * 365, seconds=1)), ("criteria", []), ("criteria", [Row("Only a must", Kind.MUST, 0)]),
        ("criteria", [Row("Cost", Kind.SCORED, 60), Row("Evidence", Kind.SCORED, 39)]),
        ("criteria", [Row("Cost", Kind.SCORED, 101)]), ("criteria", [Row("Cost", Kind.SCORED, 100), Row("Nothing", Kind.SCORED, 0)]),
    ],
)  # fmt: skip
def test_each_gap_is_named_at_its_field(field_name, value):
    draft = Draft(prize_minor=0) if field_name == "prize" else Draft(**{field_name: value})
    assert list(rules.gaps(draft)) == [field_name]


def test_a_day_ahead_to_the_second_is_enough():
    assert rules.gaps(Draft(closes_at=NOON + rules.NOTICE)) == {}


def test_the_deadline_is_half_open():
    draft = Draft(closes_at=NOON)
    with clock.at(NOON - timedelta(microseconds=1)):
        assert rules.deadline_is_ahead(draft) and not rules.deadline_has_passed(draft)
    assert rules.deadline_has_passed(draft) and not rules.deadline_is_ahead(draft)


def test_a_cent_short_is_not_held():
    assert not rules.prize_is_held(Draft(held_minor=3_999_999))
    assert rules.prize_is_held(Draft(held_minor=4_000_000))
    assert not rules.prize_is_held(Draft(prize_minor=0, held_minor=0)), "a prize of nothing is no prize"


@given(st.integers(min_value=0, max_value=5000))
def test_the_range_always_contains_the_number(count):
    least, most = rules.span(count)
    assert least <= count and (most is None or count <= most)


def test_ranges_do_not_overlap():
    ends = [rules.span(n) for n in range(1200)]
    assert {a.least for a in ends} == {0, 1, 6, 11, 26, 51, 101, 251, 501, 1001}


@given(st.sampled_from(list(State)), st.sampled_from(list(Act)))
def test_no_act_moves_it_anywhere_but_along_the_table(state, act):
    draft = Draft(state=state, held_minor=4_000_000)
    move = LIFE.move(state, act)
    try:
        LIFE.fire(draft, act)
    except Exception:
        assert draft.state is state
    else:
        assert move is not None and draft.state is move.target


def test_the_ends_are_ends():
    assert {state for state in State if not any(move.source is state for move in LIFE.moves)} == {
        State.AWARDED, State.ENDED, State.WITHDRAWN,
    }  # fmt: skip
