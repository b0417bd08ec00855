"""The search as its users meet it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from hub.db.extensions import db
from hub.search.index import engines
from tests.conftest import NOON
from tests.factories.people import person, sign_in
from tests.factories.shelf import Shelf, document

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def shelf(app: Flask) -> Iterator[Shelf]:
    with Shelf() as shelf:
        shelf.put(
            document(1, "Carbon nanotube gas sensor", text="Detects ammonia.", sector="sensors", status="issued", centre="NASA Ames Research Center",
                     at=NOON - timedelta(3), ends_at=NOON + timedelta(900),
                     facts={"summary": "Detects trace ammonia.", "owner": "NASA Ames", "badges": [["good", "Patent issued"]], "words": ["Licence", ["TRL %(n)s", {"n": 4}]],
                            "plain": ["ARC-15566-1"], "ends": "until"}),
            document(2, "Infrared camera", sector="optics", status="application", at=NOON - timedelta(1)),
            document(1, "Detect spoilage in food packs", kind="challenge", text="A printable sensor.", sector="agriculture", status="open", rank=100,
                     ends_at=NOON + timedelta(9), at=NOON - timedelta(9),
                     facts={"summary": "Below 2 cents a pack.", "kind_label": "Theoretical challenge", "prize": [4_000_000, "USD"], "owner": "Acme", "ends": "closes"}),
            document(2, "<script>alert(1)</script> pump", kind="challenge", status="past", ends_at=NOON - timedelta(30), facts={"ends": "closes"}),
            *[document(number, f"Water valve number {number}", sector="water") for number in range(100, 145)],
        )  # fmt: skip
        shelf.index()
        yield shelf


def page(client: FlaskClient, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.status
    return answer.text


def titles(text: str) -> list[str]:
    found = re.findall(r'<article class="card".*?<h2><a href="[^"]*">(.*?)</a></h2>', text, re.DOTALL)
    return [html.unescape(re.sub(r"</?mark>", "", title)) for title in found]


def test_everything_is_listed_open_challenges_first(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore")
    assert titles(text)[0] == "Detect spoilage in food packs"
    assert len(titles(text)) == 20
    assert "Showing 1–20 of 49" in text


def test_a_card_tells_prize_deadline_owner_and_rights(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=sensor")
    for told in (
        "Theoretical challenge",
        "USD 40,000",
        "closes <b>",
        "Acme",
        "NASA Ames",
        "Patent issued",
        "TRL 4",
        "ARC-15566-1",
        "to <time",
    ):
        assert told in text, told
    assert "<mark>sensor</mark>" in text


def test_what_people_typed_is_never_markup(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=pump+%3Cscript%3E&any=1")
    assert "<script>alert" not in text and "&lt;<mark>script</mark>&gt;" in text
    assert 'value="pump &lt;script&gt;"' in text


def test_a_facet_narrows_and_its_chip_takes_it_away(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=sensor&kind=offer")
    assert titles(text) == ["Carbon nanotube gas sensor"]
    assert re.search(r'name="kind" value="offer" checked', text)
    assert re.search(r'<a href="/explore\?q=sensor"><span class="hidden">Remove </span>Offers', text)


def test_the_forms_carry_the_rest_of_the_search(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=sensor&kind=offer&sector=sensors&sort=newest")
    facets = re.search(r'<form class="facets".*?</form>', text, re.DOTALL)[0]
    search = re.search(r'<form class="searchbar".*?</form>', text, re.DOTALL)[0]
    assert 'name="q" value="sensor"' in facets and 'name="sort" value="newest"' in facets
    assert 'type="hidden" name="kind" value="offer"' in search and 'type="hidden" name="sector" value="sensors"' in search
    assert '<option value="newest" selected>' in search


def test_pages_follow_each_other(shelf: Shelf, client: FlaskClient):
    seen = [title for number in (1, 2, 3) for title in titles(page(client, f"/explore?page={number}"))]
    assert len(seen) == len(set(seen)) == 49
    assert 'rel="next" href="/explore?q=water&amp;page=2"' in page(client, "/explore?q=water")


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=999999999",
        "page=x",
        "sort=nonsense",
        "kind=%00",
        "q=%00",
        "q=" + "x" * 3000,
        "sector=a&sector=b",
        "q=%22%5B%5D(",
    ],
)
def test_no_address_is_a_fault(shelf: Shelf, client: FlaskClient, query: str):
    page(client, f"/explore?{query}")


def test_nothing_found_says_what_to_do(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=teleportation")
    assert "Nothing here about that yet" in text and 'href="/needs/new"' in text


def test_filters_that_leave_nothing_offer_a_way_out(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=camera&sector=water")
    assert "Nothing fits all of these filters" in text
    assert "Show 1 result without filters" in text and 'href="/explore?q=camera"' in text


def test_a_typing_mistake_is_noticed(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=infrared+camra")
    assert "Did you mean" in text and 'href="/explore?q=infrared+camera"' in text


def test_past_the_last_page_there_is_a_way_back(shelf: Shelf, client: FlaskClient):
    text = page(client, "/explore?q=water&page=40")
    assert "There are no more results" in text and "page=1" in text


def test_while_there_is_no_index_the_page_says_so(app: Flask, client: FlaskClient):
    assert engines.current().needs_rebuild()
    assert "The search is being prepared" in page(client, "/explore")


def test_the_page_speaks_chinese(shelf: Shelf, client: FlaskClient):
    assert 'lang="zh-CN"' in page(client, "/explore", **{"Accept-Language": "zh"})


def test_a_signed_in_reader_sees_the_same_results_and_pays_few_statements(shelf: Shelf, client: FlaskClient):
    sign_in(client, person())
    page(client, "/explore")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert titles(page(client, "/explore?q=sensor")) == titles(page(client, "/explore?q=sensor"))
    assert len(statements) <= 12, statements


def test_results_need_no_look_at_the_database(shelf: Shelf, client: FlaskClient):
    page(client, "/explore")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    page(client, "/explore?q=valve")
    assert [text for text in statements if text != "BEGIN" and "journal_head" not in text] == []


def test_a_search_can_be_followed(shelf: Shelf, client: FlaskClient):
    assert 'href="/explore.atom?q=sensor"' in page(client, "/explore?q=sensor")
    answer = client.get("/explore.atom?q=sensor")
    assert answer.content_type.startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.data)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == [
        "Carbon nanotube gas sensor",
        "Detect spoilage in food packs",
    ]
    assert feed.find(f"{ATOM}entry/{ATOM}link").get("href") == "http://127.0.0.1:8000/offers/1"
    assert feed.findtext(f"{ATOM}id") == "http://127.0.0.1:8000/explore.atom?q=sensor"


def test_a_feed_survives_characters_that_xml_forbids(shelf: Shelf, client: FlaskClient):
    shelf.put(document(77, "Bell \x07 & <b>", facts={"summary": "a\x0bb", "owner": "x\x01"}))
    shelf.index()
    feed = ElementTree.fromstring(client.get("/explore.atom?q=bell").data)
    assert feed.find(f"{ATOM}entry/{ATOM}title").text == "Bell  & <b>"
