"""The merge, the comparison, links and shares: nothing that anybody wrote gets lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.communities.pages.rules import Side, carry, linked, merge3, merged_title, page_slug, shares, tokens, units
from hub.communities.spaces.rules import compare

FEW = settings(max_examples=60, deadline=None)
SENTENCES = ["Soil is wet. ", "Dry it first.\n", "\n", "土壤是湿的。", "A list:\n", "- one\n", "- two\n", "Weigh it. "]
texts = st.lists(st.sampled_from(SENTENCES), max_size=14).map("".join)
distinct_lines = st.lists(st.text("abcdefgh", min_size=3, max_size=8), min_size=5, max_size=16, unique=True)


@FEW
@given(texts, texts, texts)
def test_the_chunks_of_a_merge_hold_every_word_of_all_three_texts(base, theirs, yours):
    merge = merge3(base, theirs, yours)
    for side, text in (("base", base), ("theirs", theirs), ("yours", yours)):
        assert "".join(getattr(chunk, side) for chunk in merge.chunks).rstrip("\n") == text.rstrip("\n")
    for chunk in merge.conflicts:
        assert chunk.theirs in chunk.merged and chunk.yours in chunk.merged
        assert chunk.theirs != chunk.yours


@FEW
@given(texts, texts, texts)
def test_it_does_not_matter_who_saved_first(base, theirs, yours):
    one, other = merge3(base, theirs, yours), merge3(base, yours, theirs)
    assert one.is_clean == other.is_clean
    if one.is_clean:
        assert one.text == other.text


@FEW
@given(texts, texts)
def test_what_only_one_side_changed_is_taken_as_it_is(base, changed):
    assert merge3(base, base, changed).text == changed.rstrip("\n")
    assert merge3(base, changed, base).text == changed.rstrip("\n")
    assert merge3(base, changed, changed).text == changed.rstrip("\n")


@FEW
@given(distinct_lines, st.data())
def test_changes_apart_from_one_another_are_both_in_the_merge(lines, data):
    """Applied one after the other, in either order, they give the same text as the merge."""
    first = data.draw(st.integers(0, len(lines) - 3))
    second = data.draw(st.integers(first + 2, len(lines) - 1))
    acts = st.sampled_from([lambda line: [], lambda line: [line + "X"], lambda line: ["NEW", line], lambda line: [line, "NEWER"]])
    one, other = data.draw(acts), data.draw(acts)

    def apply(*changes):
        out = []
        for number, line in enumerate(lines):
            now = [line]
            for place, change in changes:
                if place == number:
                    now = change(line)
            out += now
        return "\n".join(out)

    base, theirs, yours = "\n".join(lines), apply((first, one)), apply((second, other))
    both = apply((first, one), (second, other))
    merge = merge3(base, theirs, yours)
    assert merge.is_clean and merge.text == both


def test_two_changes_of_one_sentence_are_a_conflict_and_the_rest_is_merged():
    base = "Dry the soil. Weigh it. Note the weight.\n\nThen wet it.\n"
    theirs = "Dry the soil at 105 °C. Weigh it. Note the weight.\n\nThen wet it slowly.\n"
    yours = "Dry the soil overnight. Weigh it. Note weight and time.\n\nThen wet it.\n"
    merge = merge3(base, theirs, yours)
    (conflict,) = merge.conflicts
    assert (conflict.base, conflict.theirs, conflict.yours) == ("Dry the soil. ", "Dry the soil at 105 °C. ", "Dry the soil overnight. ")
    assert merge.decided(["theirs"]) == "Dry the soil at 105 °C. Weigh it. Note weight and time.\n\nThen wet it slowly."
    assert merge.decided(["yours"]).startswith("Dry the soil overnight. Weigh it.")
    assert merge.decided([]).startswith("Dry the soil at 105 °C. Dry the soil overnight. Weigh it.")


def test_both_sides_may_have_done_the_same():
    merge = merge3("a\n\nb\n\nc", "A\n\nb\n\nc", "A\n\nb\n\nC")
    assert merge.is_clean and merge.text == "A\n\nb\n\nC"
    assert [chunk.side for chunk in merge.chunks if chunk.side is not Side.SAME] == [Side.BOTH, Side.YOURS]


@pytest.mark.parametrize(("yours", "merged"), [("Drying", "Weighing"), ("Wetting", "Wetting")])
def test_of_two_titles_the_changed_one_is_taken(yours, merged):
    assert merged_title("Drying", "Weighing", yours) == merged


def test_units_are_sentences_in_both_languages():
    assert units("One. Two!\n3. Three\n三。四") == ["One. ", "Two!\n", "3. Three\n", "三。", "四\n"]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        ("", "", []),
        ("a", "a", [("same", "a", "a")]),
        ("", "new", [("added", "", "[new]")]),
        ("old", "", [("removed", "[old]", "")]),
        ("the red fox runs", "the brown fox runs", [("changed", "the [red] fox runs", "the [brown] fox runs")]),
        ("土壤湿度传感器", "土壤温度传感器", [("changed", "土壤[湿]度传感器", "土壤[温]度传感器")]),
        ("entirely one thing", "nothing in common 12345", [("removed", "[entirely one thing]", ""), ("added", "", "[nothing in common 12345]")]),
        ("a\nb\nc", "a\nc", [("same", "a", "a"), ("removed", "[b]", ""), ("same", "c", "c")]),
    ],
)  # fmt: skip
def test_a_comparison_marks_the_words_that_changed(before, after, rows):
    def said(pieces):
        return "".join(f"[{text}]" if changed else text for text, changed in pieces)

    assert [(row.kind, said(row.before), said(row.after)) for row in compare(before, after, context=None)] == rows


@FEW
@given(texts, texts)
def test_the_two_columns_of_a_comparison_are_the_two_texts(before, after):
    rows = compare(before, after, context=None)
    for column, text, kinds in (("before", before, {"same", "changed", "removed"}), ("after", after, {"same", "changed", "added"})):
        lines = ["".join(piece for piece, _ in getattr(row, column)) for row in rows if row.kind in kinds]
        assert lines == text.splitlines()


def test_long_unchanged_passages_are_folded():
    before = "\n".join(str(n) for n in range(40))
    rows = compare(before, before.replace("20", "twenty"))
    assert [(row.kind, row.hidden) for row in rows if row.kind == "gap"] == [("gap", 18), ("gap", 17)]
    assert len(rows) == 2 + 5 + 1  # two gaps, two lines around, one line replaced by another


@FEW
@given(texts, texts)
def test_every_word_has_a_writer_and_shares_add_up(before, after):
    runs = carry("", [], before, 1)
    runs = carry(before, runs, after, 2)
    assert sum(number for _, number in runs) == len(tokens(after))
    assert sum(shares(after, runs).values()) == sum(len(word) for word in tokens(after) if not word.isspace())
    if before == after:
        assert set(shares(after, runs)) <= {1}


def test_mending_one_word_does_not_make_the_sentence_yours():
    before = "Mosture changes the capacitance of the probe."
    after = "Moisture changes the capacitance of the probe."
    assert shares(after, carry(before, carry("", [], before, 1), after, 2)) == {1: 32, 2: 8}


@pytest.mark.parametrize(
    ("title", "slug"),
    [("How to calibrate", "how-to-calibrate"), ("校准 方法", "校准-方法"), ("ＡＢＣ", "abc"), ("--- !", ""), ("a_b/c", "a-b-c"), ("x" * 300, "x" * 120)],
)  # fmt: skip
def test_titles_become_addresses(title, slug):
    assert page_slug(title) == slug


def test_links_between_pages_lead_to_them_or_to_a_new_one():
    def resolve(title):
        return ("/c/pages/parts", True) if title == "Parts" else (f"/c/pages/new?title={title}", False)

    text = "See [[Parts]], [[Parts|the *list*]] and [[No such]]; not `[[Parts]]`.\n\n```\n[[Parts]]\n```\n[[Parts]]"
    assert linked(text, resolve, "not written yet") == (
        "See [Parts](/c/pages/parts), [the \\*list\\*](/c/pages/parts) and [No such](/c/pages/new?title=No%20such) (not written yet); "
        "not `[[Parts]]`.\n\n```\n[[Parts]]\n```\n[Parts](/c/pages/parts)"
    )
