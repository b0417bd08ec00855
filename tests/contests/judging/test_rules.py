"""The ranking: by hand, and by properties that must hold whatever is scored."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hub.contests.judging.rules import Mark, Measure, points_fit, ranking, shown, unanswered, weighted

MUST, COST, PROOF = Measure(1, True, 0), Measure(2, False, 60), Measure(3, False, 40)
CRITERIA = (MUST, COST, PROOF)


def marks(entry: int, must: int, cost: int, proof: int, judge: int = 1) -> list[Mark]:
    return [Mark(judge, entry, 1, must), Mark(judge, entry, 2, cost), Mark(judge, entry, 3, proof)]


def places(*given_marks: list[Mark], entries: tuple[int, ...] = (10, 11, 12)) -> list[tuple[int, int | None]]:
    return [(s.entry_id, s.place) for s in ranking(CRITERIA, entries, [mark for some in given_marks for mark in some])]


def test_the_weighted_mean_of_the_judges_means_decides() -> None:
    standings = ranking(
        CRITERIA, [10, 11], [*marks(10, 1, 8, 5), *marks(10, 1, 9, 6, judge=2), *marks(11, 1, 7, 9), *marks(11, 1, 8, 10, judge=2)]
    )
    # entry 10: .6 * 8.5 + .4 * 5.5 = 7.3; entry 11: .6 * 7.5 + .4 * 9.5 = 8.3
    assert [(s.entry_id, s.place, s.total) for s in standings] == [(11, 1, Fraction(83, 10)), (10, 2, Fraction(73, 10))]
    assert (standings[1].lowest, standings[1].highest, standings[1].judges) == (Fraction(68, 10), Fraction(78, 10), 2)
    assert standings[0].means == {1: 1, 2: Fraction(15, 2), 3: Fraction(19, 2)}


def test_equal_totals_share_a_place_and_the_next_is_skipped() -> None:
    assert places(marks(10, 1, 5, 5), marks(11, 1, 9, 9), marks(12, 1, 5, 5)) == [(11, 1), (10, 2), (12, 2)]
    assert places(marks(10, 1, 9, 9), marks(11, 1, 9, 9), marks(12, 1, 5, 5)) == [(10, 1), (11, 1), (12, 3)]


def test_a_failed_must_have_comes_last_without_a_place_whatever_it_scored() -> None:
    assert places(marks(10, 0, 10, 10), marks(11, 1, 1, 1), marks(12, 1, 2, 2)) == [(12, 1), (11, 2), (10, None)]
    failed = ranking(CRITERIA, [10], marks(10, 0, 10, 10))[0]
    assert failed.failed == (1,) and failed.complete and failed.total == 10


def test_a_must_have_needs_more_judges_for_it_than_against() -> None:
    def fails(*votes: int) -> bool:
        return bool(ranking(CRITERIA, [10], [Mark(judge, 10, 1, vote) for judge, vote in enumerate(votes)])[0].failed)

    assert [fails(1), fails(0), fails(1, 0), fails(1, 1, 0), fails(1, 0, 0)] == [False, True, True, False, True]


def test_what_is_not_scored_yet_is_shown_as_missing_between_the_placed_and_the_failed() -> None:
    half = [Mark(1, 11, 2, 10)]
    standings = ranking(CRITERIA, [10, 11, 12, 13], [*marks(10, 0, 9, 9), *half, *marks(12, 1, 1, 1)])
    assert [(s.entry_id, s.place, s.missing) for s in standings] == [(12, 1, ()), (11, None, (1, 3)), (13, None, (1, 2, 3)), (10, None, ())]
    assert standings[1].total is None and standings[2].judges == 0


def test_nothing_to_rank_is_an_empty_list() -> None:
    assert ranking(CRITERIA, [], []) == [] and ranking(CRITERIA, [], marks(10, 1, 5, 5)) == []
    assert weighted([MUST], {}) is None


def test_unanswered_names_each_missing_pair() -> None:
    assert unanswered(CRITERIA, [10, 11], [*marks(10, 0, 1, 1), Mark(5, 11, 2, 3)]) == [(11, 1), (11, 3)]


def test_points_are_shown_to_two_places_half_up() -> None:
    assert [shown(Fraction(29, 4)), shown(Fraction(2, 3)), shown(Fraction(1, 200)), shown(Fraction(10)), shown(None)] == [
        "7.25",
        "0.67",
        "0.01",
        "10.00",
        "",
    ]


def test_points_go_from_zero_to_ten_and_a_must_have_is_met_or_not() -> None:
    assert [points_fit(False, n) for n in (-1, 0, 10, 11)] == [False, True, True, False]
    assert [points_fit(True, n) for n in (-1, 0, 1, 2)] == [False, True, True, False]


criteria = st.lists(st.tuples(st.booleans(), st.integers(1, 100)), min_size=1, max_size=5).map(
    lambda rows: [Measure(n, must, 0 if must else weight) for n, (must, weight) in enumerate(rows)]
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Measure], list[int], list[Mark]]:
    measures = draw(criteria)
    entries = draw(st.lists(st.integers(1, 30), unique=True, max_size=6))
    given_marks = [
        Mark(judge, entry, measure.id, draw(st.integers(0, 1 if measure.must else 10)))
        for judge in range(draw(st.integers(0, 3)))
        for entry in entries
        for measure in measures
        if draw(st.booleans())
    ]
    return measures, entries, given_marks


@given(cases())
def test_every_entry_stands_once_and_places_follow_the_totals(case: tuple[list[Measure], list[int], list[Mark]]) -> None:
    measures, entries, given_marks = case
    standings = ranking(measures, entries, given_marks)
    assert sorted(s.entry_id for s in standings) == sorted(entries)
    placed = [s for s in standings if s.place is not None]
    for s in standings:
        assert (s.place is not None) == (s.complete and not s.failed)
        assert s.total is None or 0 <= s.total <= 10
        assert s.lowest is None or s.highest is None or s.lowest <= s.highest
    for s in placed:
        assert s.place == 1 + sum(1 for other in placed if (other.total or 0) > (s.total or 0))
    assert [s.place for s in placed] == sorted(s.place for s in placed)
    assert standings[: len(placed)] == placed


@given(cases(), st.randoms())
def test_the_order_of_scoring_and_the_names_of_judges_do_not_matter(
    case: tuple[list[Measure], list[int], list[Mark]], chance: object
) -> None:
    measures, entries, given_marks = case
    shuffled = list(given_marks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    renamed = [Mark(mark.judge_id + 100, mark.entry_id, mark.criterion_id, mark.points) for mark in shuffled]
    assert ranking(measures, entries, given_marks) == ranking(measures, entries, renamed)


@given(cases(), st.data())
def test_a_better_score_never_costs_a_place(case: tuple[list[Measure], list[int], list[Mark]], data: st.DataObject) -> None:
    measures, entries, given_marks = case
    open_marks = [mark for mark in given_marks if mark.points < 10 and not next(m for m in measures if m.id == mark.criterion_id).must]
    if not open_marks:
        return
    old = data.draw(st.sampled_from(open_marks))
    raised = [Mark(m.judge_id, m.entry_id, m.criterion_id, m.points + 1) if m is old else m for m in given_marks]
    before = {s.entry_id: s.place for s in ranking(measures, entries, given_marks)}[old.entry_id]
    after = {s.entry_id: s.place for s in ranking(measures, entries, raised)}[old.entry_id]
    assert (before is None) == (after is None) and (before is None or after is None or after <= before)


@given(cases())
def test_scaling_the_weights_changes_nothing(case: tuple[list[Measure], list[int], list[Mark]]) -> None:
    measures, entries, given_marks = case
    assert ranking(measures, entries, given_marks) == ranking([Measure(m.id, m.must, m.weight * 7) for m in measures], entries, given_marks)
