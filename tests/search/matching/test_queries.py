"""What fits a need, over both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, render_template_string

from hub.search.index import engines
from hub.search.index.engine import Engine
from hub.search.index.engine_memory import MemoryEngine
from hub.search.index.engine_whoosh import WhooshEngine
from hub.search.matching import queries
from tests.factories.shelf import document


@pytest.fixture(params=["whoosh", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return WhooshEngine(tmp_path / "search") if request.param == "whoosh" else MemoryEngine()


NEED = "We look for a printable sensor that detects ammonia and other volatile amines in food packs at room temperature."
THINGS = (
    document(1, "Gas sensors based on coated carbon nanotubes", text="They detect ammonia at room temperature."),
    document(2, "Printable humidity sensor"),
    document(3, "Rocket nozzle"),
    document(4, "室温氨气传感器", text="印刷的传感器检测食品包装中的氨气。"),
    document(9, "Detect ammonia in food packs", kind="challenge", text="A printable sensor.", status="open"),
    document(1, "Electrochemical biosensors", kind="expert", text="Li Wei"),
    document(2, "Rocket engines", kind="expert", text="Ada Rocket"),
    document(3, "Hidden away", kind="expert", text="sensor ammonia food", listed=False),
    document(11, "Ammonia sensors for food packs", kind="evidence", group="expert:1", listed=False),
    document(12, "Printable amine sensors", kind="evidence", group="expert:1", listed=False),
    document(13, "Gardening", kind="evidence", group="expert:1", listed=False),
    document(21, "Nozzle cooling at room temperature", kind="evidence", group="expert:2", listed=False),
    document(31, "Ammonia sensors for food packs", kind="evidence", group="expert:3", listed=False),
    document(41, "Ammonia sensors for food packs", kind="evidence", group="expert:4", listed=False),
)


@pytest.fixture(autouse=True)
def filled(app: Flask, engine: Engine) -> None:
    app.extensions["hub_search"] = engine
    with engine.hold():
        engine.rebuild(THINGS)


def test_offers_that_share_telling_words_come_first():
    found = queries.matches_for(NEED)
    assert {match.key for match in found} == {"offer:1", "offer:2"}
    assert all(0 < match.score <= 1 for match in found)
    assert found[0].score >= found[1].score


def test_the_reasons_add_up_to_the_score_and_are_words_of_the_need():
    for match in queries.matches_for(NEED, ("offer", "challenge", "expert"), limit=10):
        assert sum(share for _, share in match.reasons) == pytest.approx(match.score)
        assert all(word in NEED.lower() for word, _ in match.reasons)
        shown, others, score = match.shown
        assert sum(number for _, number in shown) + others == score == round(match.score * 100)


def test_a_chinese_need_finds_chinese_offers():
    (match,) = queries.matches_for("寻找传感器，用于检测氨气")
    assert match.key == "offer:4"
    assert {"传感器", "氨气"} <= {word for word, _ in match.reasons}


def test_experts_are_judged_by_their_evidence():
    found = queries.matches_for(NEED, ("expert",))
    assert found[0].key == "expert:1"
    assert found[0].items >= 2
    assert found[0].url == "/experts/1"


def test_who_is_not_listed_is_never_named():
    named = {match.key for match in queries.matches_for(NEED, ("expert",), limit=50)}
    assert "expert:3" not in named, "not listed"
    assert "expert:4" not in named, "no profile in the index"
    assert not any(key.startswith("evidence:") for key in named)


def test_kinds_limit_and_exclusions_are_kept():
    assert {match.document.kind for match in queries.matches_for(NEED, ("offer", "challenge"))} == {"offer", "challenge"}
    assert len(queries.matches_for(NEED, ("offer",), limit=1)) == 1
    assert "challenge:9" not in {match.key for match in queries.matches_for(NEED, ("challenge",), exclude=("challenge:9",))}
    assert queries.matches_for(NEED, ("service",)) == []
    assert queries.matches_for(NEED, ("challenge",), statuses=("past",)) == []
    assert [match.key for match in queries.matches_for(NEED, ("challenge", "offer"), statuses=("open",))] == ["challenge:9"]


@pytest.mark.parametrize("text", ["", "   ", "the and of", "zzzz qqqq", "!!!", "x" * 10_000])
def test_a_text_that_says_nothing_matches_nothing(text: str):
    assert queries.matches_for(text) == []


def test_one_common_word_is_a_coincidence():
    with engines.current().hold():
        engines.current().apply([document(50, "On the temperature of a very different and much longer story about gardens and rivers")])
    assert "offer:50" not in {match.key for match in queries.matches_for(NEED, limit=50)}


def test_a_very_long_need_is_answered():
    assert queries.matches_for(NEED * 200)


def test_answers_follow_the_index():
    assert "offer:7" not in {match.key for match in queries.matches_for(NEED)}
    with engines.current().hold():
        engines.current().apply([document(7, "Printable ammonia sensor for food packs")])
    assert queries.matches_for(NEED)[0].key == "offer:7"


def test_without_an_index_there_are_no_matches(app: Flask):
    app.extensions["hub_search"] = MemoryEngine()
    assert queries.matches_for(NEED) == []


def test_the_list_for_pages_says_why(app: Flask):
    with app.test_request_context("/"):
        found = queries.matches_for(NEED, ("offer", "expert"))
        html = render_template_string('{% import "search/matching/matches.html" as m with context %}{{ m.match_list(found) }}', found=found)
    assert 'href="/offers/1"' in html and "Gas sensors based on coated carbon nanotubes" in html
    assert "ammonia" in html


def test_the_list_for_pages_says_so_when_empty(app: Flask):
    with app.test_request_context("/"):
        html = render_template_string('{% import "search/matching/matches.html" as m with context %}{{ m.match_list([]) }}')
    assert "Nothing" in html


def test_a_need_that_is_in_the_index_is_not_hidden_behind_its_own_words(engine: Engine):
    own = " ".join(f"peculiar{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    need = document(5, "Detect ammonia with a printable sensor", kind="need", text=own)
    with engine.hold():
        engine.rebuild((*THINGS, need))
    assert queries.matches_for(f"{need.title} {own}")[0].key == "offer:2"


def test_a_chinese_need_finds_a_chinese_offer(engine: Engine):
    need = document(
        6, "检测食品包装内氨气的传感器", kind="need", text="寻找可以印刷在包装膜内侧、室温下工作、成本低廉的传感器，读数应能用手机完成。"
    )
    with engine.hold():
        engine.rebuild((*THINGS, need))
    assert queries.matches_for(f"{need.title} {need.text}", exclude={"need:6"})[0].key == "offer:4"
