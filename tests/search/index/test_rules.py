from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from hub.search.index import rules


def test_latin_words_are_folded_and_stemmed():
    assert rules.terms("Sensors SENSING café naïve") == ["sensor", "sens", "cafe", "naiv"]


def test_stop_words_are_left_out_of_texts():
    assert rules.terms("the detection of a gas") == ["detect", "gas"]


def test_chinese_runs_give_characters_and_pairs():
    assert rules.terms("传感器") == ["传", "传感", "感", "感器", "器"]


def test_a_text_may_mix_scripts_without_spaces():
    assert rules.terms("3D打印nozzle") == ["3d", "打", "打印", "印", "nozzl"]


def test_full_width_and_subscript_forms_are_the_plain_ones():
    assert rules.terms("ＮＯ₂") == rules.terms("NO2")


def test_numbers_of_a_case_are_found_part_by_part():
    assert rules.terms("ARC-15566-1") == ["arc", "15566", "1"]


def test_japanese_and_korean_are_cut_like_chinese():
    assert "センサ"[:2] in rules.terms("センサ")
    assert "센서" in rules.terms("센서")


def test_a_query_of_stop_words_alone_is_taken_at_its_word():
    assert [unit.spelled for unit in rules.units("the who")] == ["the", "who"]
    assert [unit.spelled for unit in rules.units("the sensor")] == ["sensor"]


def test_a_chinese_compound_is_found_without_all_of_its_pairs():
    (unit,) = rules.units("碳纳米管传感器")
    assert (len(unit.terms), unit.least) == (6, 4)


def test_highlighting_escapes_everything_it_did_not_write():
    shown = rules.highlight('<script>alert("sensor")</script> & Sensors', {"sensor"})
    assert isinstance(shown, Markup)
    assert shown == "&lt;script&gt;alert(&#34;<mark>sensor</mark>&#34;)&lt;/script&gt; &amp; <mark>Sensors</mark>"


def test_overlapping_pairs_are_marked_as_one_piece():
    assert rules.highlight("新型传感器阵列", {"传感", "感器"}) == "新型<mark>传感器</mark>阵列"


@given(st.text(max_size=300), st.text(max_size=30))
def test_highlighting_never_changes_the_text_nor_lets_a_tag_through(text: str, query: str):
    wanted = {term for unit in rules.units(query) for term in unit.terms}
    shown = rules.highlight(text, wanted)
    assert Markup(shown).unescape().replace("<mark>", "").replace("</mark>", "") == text.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")
    assert shown.count("<mark>") == shown.count("</mark>")


@given(st.text(max_size=2000), st.text(max_size=30), st.integers(40, 400))
def test_an_excerpt_is_short_and_balanced(text: str, query: str, length: int):
    shown = rules.excerpt(text, {term for unit in rules.units(query) for term in unit.terms}, length)
    assert shown.count("<mark>") == shown.count("</mark>")
    assert len(shown.striptags()) <= length + 10


def test_an_excerpt_shows_the_place_where_the_words_stand():
    text = "Nothing of interest here. " * 40 + "The carbon nanotube sensor detects ammonia. " + "More filler follows. " * 40
    shown = rules.excerpt(text, set(rules.terms("nanotube ammonia")))
    assert "<mark>nanotube</mark>" in shown and "<mark>ammonia</mark>" in shown
    assert shown.startswith("… ") and shown.endswith(" …")


@pytest.mark.parametrize(
    ("a", "b", "most", "near"),
    [
        ("sensr", "sensor", 1, True),
        ("esnsor", "sensor", 1, True),
        ("sensor", "sensor", 0, True),
        ("robot", "rabbit", 1, False),
        ("rotob", "robot", 2, True),
    ],
)
def test_spelling_distance(a: str, b: str, most: int, near: bool):
    assert rules.within(a, b, most) is near
