from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from hub.guide.explore import schemas
from hub.search.index.queries import BEST, CLOSING, SearchRequest

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
values = st.lists(words.filter(bool), max_size=4, unique=True).map(tuple)


def read(address: str) -> SearchRequest:
    return schemas.asked(parse_qs(urlsplit(address).query))


@given(words, values, values, values, values, st.booleans(), st.sampled_from([BEST, CLOSING]))
def test_an_address_says_all_of_a_search(q, kinds, sectors, statuses, centres, loose, sort):
    asked = SearchRequest(q, kinds, sectors, statuses, centres, loose=loose, sort=sort)
    assert read(schemas.address(asked)) == asked


def test_what_cannot_be_meant_is_passed_over():
    asked = schemas.asked(
        {"q": ["  a\x00b   c "], "sort": ["DROP TABLE"], "kind": ["", " offer ", "offer"], "nonsense": ["1"], "any": ["yes"]}, page=3
    )
    assert asked == SearchRequest(q="a b c", kinds=("offer",), offset=40)


def test_endless_addresses_are_cut():
    asked = schemas.asked({"q": ["x" * 5000], "centre": [str(n) for n in range(500)]}, page=100_000)
    assert len(asked.q) == schemas.LONGEST_QUERY
    assert len(asked.centres) == schemas.MOST_VALUES
    assert asked.offset == schemas.LAST


def test_taking_one_value_away_leaves_the_others_and_begins_again():
    asked = SearchRequest("q", kinds=("offer", "need"), sectors=("water",), offset=40)
    assert schemas.lacking(asked, "kind", "need") == SearchRequest("q", kinds=("offer",), sectors=("water",))
    assert schemas.unfiltered(asked) == SearchRequest("q")


def test_values_have_words():
    assert schemas.word_for("kind", "offer") == "Offers"
    assert schemas.word_for("sector", "sensors") == "Sensors & instruments"
    assert schemas.word_for("status", "issued") == "Patent issued"
    assert schemas.word_for("status", "open") == "Open for entries"
    assert schemas.word_for("centre", "NASA Ames Research Center") == "NASA Ames Research Center"
    assert schemas.word_for("kind", "robots_from_mars") == "robots_from_mars", "a newer room's kind is shown as it is"
