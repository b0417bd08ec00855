from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.matching import rules


def vector(**counts: int) -> rules.Vector:
    return rules.Vector.of(counts, lambda term: 1.0)


def test_the_same_text_is_a_full_match_and_a_foreign_one_none():
    need = vector(gas=2, sensor=1)
    assert rules.total(need.parts(need)) == pytest.approx(1.0)
    assert need.parts(vector(water=3, pump=1)) == {}
    assert rules.total(need.parts(vector())) == 0


def test_the_parts_add_up_to_the_cosine():
    need, offer = vector(gas=1, sensor=1), vector(sensor=1, array=1, camera=1)
    parts = need.parts(offer)
    assert set(parts) == {"sensor"}
    assert rules.total(parts) == pytest.approx(1 / math.sqrt(6))


def test_rare_terms_weigh_more():
    weigh = {"rare": rules.idf(1000, 2), "common": rules.idf(1000, 800)}
    assert weigh["rare"] > 5 * weigh["common"]
    assert rules.idf(1000, 0) > rules.idf(1000, 1), "what nobody has is the rarest"


def test_a_need_is_cut_to_its_rarest_known_terms():
    often = {"the": 900, "gas": 30, "nanotube": 2, "unknown": 0} | {f"filler{n}": 100 + n for n in range(20)}
    cut = rules.rarest(dict.fromkeys(often, 1), often.__getitem__)
    assert len(cut) == rules.RAREST
    assert cut[:2] == ["nanotube", "gas"]
    assert "unknown" not in cut and "the" not in cut


def test_an_expert_is_the_mean_of_the_best_three():
    items = [{"a": 0.9}, {"a": 0.6}, {"b": 0.3}, {"c": 0.2}]
    assert rules.total(rules.best_items(items)) == pytest.approx(0.6)
    assert set(rules.best_items(items)) == {"a", "b"}
    assert rules.total(rules.best_items(items[:2])) == pytest.approx(0.75)
    assert rules.total(rules.best_items([])) == 0


def test_one_good_piece_of_evidence_says_less_than_two():
    assert rules.total(rules.best_items([{"a": 0.8}])) == pytest.approx(0.4)
    assert rules.total(rules.best_items([{"a": 0.8}, {"a": 0.7}])) > rules.total(rules.best_items([{"a": 0.8}]))


def test_people_read_their_own_words_not_stems():
    parts = {"detect": 0.2, "nanotub": 0.3, "sensor": 0.1}
    said = rules.spelled("Detecting ammonia with NANOTUBE sensors", parts)
    assert said == [("NANOTUBE", 0.3), ("detecting", 0.2), ("sensors", 0.1)]


def test_chinese_pairs_are_one_word_again_and_nothing_is_counted_twice():
    parts = {"传感": 0.2, "感器": 0.1, "传": 0.05, "阵列": 0.15}
    said = rules.spelled("传感器的阵列和传感器", parts)
    assert said == [("传感器", pytest.approx(0.35)), ("阵列", 0.15)]


@given(st.lists(st.floats(0, 1), max_size=12))
def test_the_hundredths_shown_add_up_to_the_score_shown(shares: list[float]):
    whole = sum(shares) or 1
    said = sorted(((f"w{n}", share / max(whole, 1)) for n, share in enumerate(shares)), key=lambda item: -item[1])
    shown, others, score = rules.in_hundredths(said)
    assert sum(number for _, number in shown) + others == score
    assert 0 <= score <= 100 and others >= 0 and all(number > 0 for _, number in shown)
    assert len(shown) <= 5
