"""Searching, over both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hub.kernel import clock
from hub.search.index import queries
from hub.search.index.engine import Engine
from hub.search.index.queries import CLOSING, NEWEST, SearchRequest
from tests.conftest import NOON
from tests.factories.shelf import document

THINGS = (
    document(1, "Carbon nanotube gas sensor", text="Detects ammonia.", sector="sensors", status="issued", centre="ARC", at=NOON - timedelta(3)),
    document(2, "Carbon fibre composite", sector="materials", status="issued", centre="GRC", at=NOON - timedelta(2)),
    document(3, "Infrared camera", text="A sensor array behind a lens.", sector="optics", status="application", centre="ARC", at=NOON - timedelta(1)),
    document(4, "碳纳米管气体传感器", text="在室温下检测氨气。", sector="sensors", status="issued", centre="ARC"),
    document(1, "Detect spoilage in food packs", kind="challenge", text="We look for a printable sensor.", sector="agriculture", status="open",
             ends_at=NOON + timedelta(9), rank=100, at=NOON - timedelta(9)),
    document(2, "Map wildfire smoke", kind="challenge", sector="climate", status="open", ends_at=NOON + timedelta(2), rank=100, at=NOON - timedelta(5)),
    document(3, "Past prize", kind="challenge", sector="climate", status="ended", ends_at=NOON - timedelta(900)),
    document(7, "Hidden evidence about sensors", kind="evidence", listed=False, group="expert:1"),
)  # fmt: skip


@pytest.fixture
def filled(app: Flask, engine: Engine) -> Engine:
    app.extensions["hub_search"] = engine
    with engine.hold():
        engine.rebuild(THINGS)
    return engine


def keys(**asked: object) -> list[str]:
    return [card.document.key for card in queries.search(SearchRequest(**asked)).cards]


def test_words_are_found_in_titles_first(filled: Engine):
    assert keys(q="sensor")[0] == "offer:1"
    assert set(keys(q="Sensors")) == {"offer:1", "offer:3", "challenge:1"}


def test_all_words_are_asked_for(filled: Engine):
    assert keys(q="carbon sensor") == ["offer:1"]
    found = queries.search(SearchRequest(q="carbon sensor"))
    assert (found.relaxed, found.more) == (False, 3)
    assert set(keys(q="carbon sensor", loose=True)) == {"offer:1", "offer:2", "offer:3", "challenge:1"}
    assert keys(q="carbon sensor", loose=True)[0] == "offer:1"


def test_where_nothing_has_all_words_some_will_do_and_it_says_so(filled: Engine):
    found = queries.search(SearchRequest(q="wildfire nanotube"))
    assert found.relaxed
    assert {card.document.key for card in found.cards} == {"offer:1", "challenge:2"}


def test_chinese_is_found_by_a_part_and_by_a_compound_that_differs(filled: Engine):
    assert keys(q="传感器") == ["offer:4"]
    assert keys(q="碳纳米管传感器") == ["offer:4"]
    assert keys(q="氨") == ["offer:4"]
    assert keys(q="机器人") == []


def test_nothing_asked_lists_everything_open_challenges_first(filled: Engine):
    assert keys()[:2] == ["challenge:2", "challenge:1"]
    assert len(keys()) == 7


def test_what_is_not_listed_never_shows(filled: Engine):
    assert "evidence:7" not in keys(q="hidden evidence") + keys(kinds=("evidence",)) + keys()
    assert "evidence" not in {each.value for each in queries.search(SearchRequest()).facets["kind"]}


def test_several_values_widen_and_several_facets_narrow(filled: Engine):
    assert set(keys(centres=("ARC", "GRC"))) == {"offer:1", "offer:2", "offer:3", "offer:4"}
    assert set(keys(centres=("ARC",), statuses=("issued",))) == {"offer:1", "offer:4"}
    assert keys(sectors=("no-such",)) == []


def test_a_facet_counts_what_it_would_give_under_the_others(filled: Engine):
    facets = queries.search(SearchRequest(statuses=("issued",), centres=("ARC",))).facets
    assert {each.value: each.count for each in facets["status"]} == {"issued": 2, "application": 1}
    assert {each.value: each.count for each in facets["centre"]} == {"ARC": 2, "GRC": 1}
    assert {each.value: (each.count, each.chosen) for each in facets["sector"]} == {"sensors": (2, False)}
    assert [each.value for each in facets["status"] if each.chosen] == ["issued"]


def test_the_counts_agree_with_what_a_click_then_shows(filled: Engine):
    for q in ("", "sensor", "carbon"):
        facets = queries.search(SearchRequest(q=q)).facets
        for name, plural in (("kind", "kinds"), ("sector", "sectors"), ("status", "statuses"), ("centre", "centres")):
            for each in facets[name]:
                assert queries.search(SearchRequest(q=q, **{plural: (each.value,)})).total == each.count


def test_a_chosen_value_without_results_stays_in_view(filled: Engine):
    facets = queries.search(SearchRequest(q="wildfire", sectors=("optics",))).facets
    assert [(each.value, each.count) for each in facets["sector"] if each.chosen] == [("optics", 0)]


def test_newest_first(filled: Engine):
    assert keys(sort=NEWEST)[:3] == ["offer:3", "offer:2", "offer:1"]


def test_closing_soon_first_and_what_is_over_last(filled: Engine):
    order = keys(sort=CLOSING, kinds=("challenge",))
    assert order == ["challenge:2", "challenge:1", "challenge:3"]
    with clock.at(NOON + timedelta(3)):
        assert keys(sort=CLOSING, kinds=("challenge",))[0] == "challenge:1"


def test_pages_do_not_overlap_and_cover_all(filled: Engine):
    pages = [keys(size=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(key for page in pages for key in page) == sorted(keys())


def test_a_slip_of_the_pen_is_noticed(filled: Engine):
    assert queries.search(SearchRequest(q="camara")).suggestion == "camera"
    assert queries.search(SearchRequest(q="infrared camra")).suggestion == "infrared camera"
    assert queries.search(SearchRequest(q="zzzzqqq")).suggestion == ""
    assert queries.search(SearchRequest(q="sensor")).suggestion == ""


def test_the_summary_shows_where_the_word_is(filled: Engine):
    (card,) = queries.search(SearchRequest(q="printable")).cards
    assert "<mark>printable</mark>" in card.summary


def test_what_people_wrote_is_escaped(app: Flask, engine: Engine):
    app.extensions["hub_search"] = engine
    with engine.hold():
        engine.rebuild([document(1, "<img src=x onerror=alert(1)> sensor", text="</p><script>x</script> printable")])
    (card,) = queries.search(SearchRequest(q="sensor printable")).cards
    assert "<img" not in card.title and "&lt;img" in card.title
    assert "<script" not in card.summary


@pytest.mark.parametrize("q", ["*", "a AND", '"', "(", "title:x", "\\", "%", "sensor\x00", "’", "🚀", "x" * 5000, "传" * 3000])
def test_no_query_is_a_fault(filled: Engine, q: str):
    assert queries.search(SearchRequest(q=q)).available


def test_answers_follow_the_index(filled: Engine):
    assert keys(q="zebra") == []
    with filled.hold():
        filled.apply([document(9, "Zebra crossing")])
    assert keys(q="zebra") == ["offer:9"]


def test_without_an_index_the_answer_says_so(app: Flask, engine: Engine):
    app.extensions["hub_search"] = engine
    found = queries.search(SearchRequest(q="sensor"))
    assert (found.available, found.total, found.cards) == (False, 0, ())


def test_counts_and_newest(filled: Engine):
    assert queries.counts() == {"offer": 4, "challenge": 3}
    assert [each.key for each in queries.newest(("offer",), limit=2)] == ["offer:3", "offer:2"]
    assert [each.key for each in queries.newest(("challenge",), statuses=("open",))] == ["challenge:2", "challenge:1"]


def test_a_thing_and_what_belongs_to_it(filled: Engine):
    with filled.hold():
        filled.apply(
            [document(1, "Biosensors", kind="expert"), document(8, "More evidence", kind="evidence", listed=False, group="expert:1")]
        )
    assert [each.key for each in queries.together("expert:1")] == ["expert:1", "evidence:7", "evidence:8"]
    assert queries.together("expert:99") == []


def test_somebody_with_several_languages_is_found_and_counted_by_each(app: Flask, engine: Engine):
    app.extensions["hub_search"] = engine
    with engine.hold():
        engine.rebuild(
            [document(n, "Expert", kind="expert", language=said) for n, said in enumerate(("en zh", "zh", "", "pt en"), start=1)]
        )
    assert set(keys(languages=("zh",))) == {"expert:1", "expert:2"}
    assert set(keys(languages=("zh", "pt"))) == {"expert:1", "expert:2", "expert:4"}
    assert keys(languages=("e", "nobody")) == []
    facets = queries.search(SearchRequest(languages=("pt",))).facets["language"]
    assert [(each.value, each.count, each.chosen) for each in facets] == [("en", 2, False), ("zh", 2, False), ("pt", 1, True)]
