"""Versions compared word by word: nothing lost, nothing invented."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.agreements import rules as agreed
from hub.core.wording import rules as agreements
from hub.kernel import redline

WORDS = st.lists(st.sampled_from(["the", "Rights", "5", "years.", "第", "三条", "，", "fall", " ", "back"]), max_size=14).map(" ".join)
ACME = {"seeker": "Acme AG", "title": "Powder", "solver": "Ada", "object": "The recipe.", "price": "EUR 5.00"}


@settings(max_examples=60)
@given(WORDS, WORDS)
def test_a_comparison_gives_both_texts_back(before: str, after: str) -> None:
    found = redline.pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "added") == before
    assert "".join(piece.text for piece in found if piece.kind != "removed") == after


@settings(max_examples=40)
@given(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5))
def test_no_paragraph_is_lost(before: list[str], after: list[str]) -> None:
    found = redline.paragraphs(before, after)
    old = ["".join(p.text for p in one.pieces if p.kind != "added") for one in found if one.kind != "added"]
    new = ["".join(p.text for p in one.pieces if p.kind != "removed") for one in found if one.kind != "removed"]
    assert (sorted(old), new) == (sorted(before), after)


def composed(**choices: object) -> str:
    return agreements.compose("technology", choices, ACME).text_en


def test_a_changed_number_is_marked_and_nothing_else() -> None:
    changes = agreed.compare(composed(term_years=5), composed(term_years=8))
    (scope,) = [change for change in changes if change.kind is not agreed.Became.SAME]
    assert (scope.kind, scope.heading) == (agreed.Became.CHANGED, "Term and scope of the licence")
    (part,) = [part for part in scope.paragraphs if part.kind != "same"]
    assert [(piece.kind, piece.text) for piece in part.pieces if piece.kind != "same"] == [("removed", "5"), ("added", "8")]


def test_a_clause_that_came_or_went_is_told_at_its_place_with_its_number() -> None:
    without, with_ = composed(), composed(reversion_years=3)
    changes = agreed.compare(without, with_)
    (added,) = [change for change in changes if change.kind is agreed.Became.ADDED]
    assert (added.heading, added.before) == ("When the rights go back", "") and "3 years" in added.paragraphs[0].pieces[0].text
    back = agreed.compare(with_, without)
    (gone,) = [change for change in back if change.kind is agreed.Became.REMOVED]
    assert (gone.before, gone.number) == (added.number, "")
    assert [change.heading for change in back] == [clause.heading for clause in agreements.clauses(with_)]


def test_references_that_only_got_another_number_are_told_as_what_they_are() -> None:
    """A clause put in moves those behind it: their numbers differ, their words do not, unless they name another clause by number."""
    changes = agreed.compare(composed(), composed(reversion_unpaid=True))
    last = changes[-1]
    assert last.kind is agreed.Became.SAME and int(last.number) == int(last.before) + 1
