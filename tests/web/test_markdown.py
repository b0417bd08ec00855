"""People's Markdown, as HTML and as the beginning of a text."""

from __future__ import annotations

import pytest

from hub.web.markdown import excerpt, render


def test_scripts_and_foreign_schemes_are_taken_out():
    html = render("Hello <script>alert(1)</script> [there](javascript:alert(1)) **bold**")
    assert "<script" not in html and "javascript:" not in html.replace("](javascript:", "") and "<strong>bold</strong>" in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("changes **irreversibly** when\n\nfrozen", "changes irreversibly when frozen"),
        ("# A head\n- one\n- two", "A head one two"),
        ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
        ("[a link](https://example.org)", "a link"),
        ("one two three four five six", "one two three…"),
        ("没有空格的中文句子一直写下去不停", "没有空格的中文句子一直写下去不停"),
        (None, ""),
    ],
)
def test_an_excerpt_is_one_line_without_marks_cut_at_a_word(text, said):
    assert excerpt(text, 16 if text and text.startswith(("one", "没")) else 240) == said
