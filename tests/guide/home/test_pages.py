"""The front page, home, and what search engines ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as MessageKind
from hub.core.profiles import operations as profiles
from hub.core.profiles.states import EvidenceKind
from hub.db import work
from hub.guide.home import pages, queries
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money
from hub.web import todo
from tests.conftest import NOON
from tests.factories.people import actor_of, organisation, person, sign_in
from tests.factories.shelf import Shelf, document

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def shelf(app: Flask) -> Iterator[Shelf]:
    with Shelf() as shelf:
        shelf.put(
            *[document(number, f"Challenge {number}", kind="challenge", status="open", rank=100, sector="water", ends_at=NOON + timedelta(number),
                       facts={"prize": [1_000_000, "USD"], "ends": "closes"}) for number in (3, 1, 2)],
            document(4, "Detect ammonia in food packs", kind="challenge", text="A printable sensor for fish.", status="open", rank=100,
                     ends_at=NOON + timedelta(90), facts={"prize": [500_000, "EUR"], "owner": "Acme"}),
            document(5, "Long past", kind="challenge", status="past", facts={"prize": [9_900_000, "USD"]}),
            document(1, "Newest offer & more", at=NOON, sector="sensors"), document(2, "Older offer", at=NOON - timedelta(5)),
        )  # fmt: skip
        shelf.index()
        yield shelf


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer.text


def test_the_front_page_shows_what_is_really_there(shelf: Shelf, client: FlaskClient):
    text = page(client, "/")
    assert text.index("Challenge 1") < text.index("Challenge 2") < text.index("Challenge 3"), "the next deadline first"
    assert "USD 30,000" in text and "EUR 5,000" in text, "money held for open challenges, not for past ones"
    assert "Newest offer &amp; more" in text
    assert 'href="/explore?sector=water"' in text


def test_figures_add_up_by_currency(shelf: Shelf):
    figures = queries.figures()
    assert (figures.open_challenges, figures.offers, figures.needs, figures.experts) == (4, 2, 0, 0)
    assert figures.prizes == [Money(3_000_000, "USD"), Money(500_000, "EUR")]


def test_an_empty_site_has_a_front_page_too(app: Flask, client: FlaskClient):
    assert "Post a need" in page(client, "/")


def test_who_is_signed_in_goes_home(client: FlaskClient):
    sign_in(client, person())
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home")


def test_home_asks_visitors_to_sign_in(client: FlaskClient):
    answer = client.get("/home")
    assert answer.status_code == 302 and "/login" in answer.headers["Location"]


def test_home_tells_what_waits_and_only_to_whom_it_concerns(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch):
    ada, bob = person(name="Ada"), person(name="Bob")
    mine = lambda who: [todo.Todo("Score 2 entries", "Food packs", "/judge", "Judge")] if who.person_id == ada.id else []  # noqa: E731
    monkeypatch.setattr(todo, "_providers", [mine])
    sign_in(client, ada)
    text = page(client, "/home")
    assert "Good to see you, Ada" in text and "Score 2 entries" in text
    other = app.test_client()
    sign_in(other, bob)
    text = page(other, "/home")
    assert "Score 2 entries" not in text and "Nothing waits for you" in text


def test_home_shows_messages_and_organisations(client: FlaskClient):
    ada = person(name="Ada")
    place = organisation(ada, name="Acme Foods")
    with work.unit():
        messages.notify(
            actor=SYSTEM,
            person_ids=[ada.id],
            text="“%(title)s” is open.",
            values={"title": "Food packs"},
            link="/challenges/x",
            kind=MessageKind.CHALLENGE,
        )
    sign_in(client, ada)
    text = page(client, "/home")
    assert "“Food packs” is open." in text
    assert f'href="/orgs/{place.slug}">Acme Foods' in text


def test_home_recommends_what_fits_the_profile_and_says_why(shelf: Shelf, client: FlaskClient):
    ada = person(name="Ada")
    with work.unit():
        profiles.save_profile(
            actor=actor_of(ada), headline="Printable sensors", bio="I make ammonia sensors.", skills=["food packs"], visible=False
        )
        profiles.add_evidence(actor=actor_of(ada), kind=EvidenceKind.PROJECT, title="A sensor for fish")
    found = queries.recommended(ada.id)
    assert [match.key for match in found] == ["challenge:4"], "open ones only"
    sign_in(client, ada)
    text = page(client, "/home")
    assert "Fits what you do" in text and "<mark>ammonia</mark>" in text
    assert text.count("Detect ammonia in food packs") == 1, "not again among the others"


def test_without_a_profile_home_shows_open_challenges(shelf: Shelf, client: FlaskClient):
    sign_in(client, person())
    text = page(client, "/home")
    assert "Challenge 1" in text and "Long past" not in text and "Expert profile" in text
    assert queries.recommended(99_999) == []


def test_robots_keep_out_of_what_is_private(client: FlaskClient):
    text = page(client, "/robots.txt")
    assert "Disallow: /admin" in text and "Disallow: /my/" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_site_map_names_everything_public_once(shelf: Shelf, client: FlaskClient):
    shelf.put(document(9, "Hidden evidence", listed=False))
    shelf.index()
    answer = client.get("/sitemap.xml")
    assert answer.content_type.startswith("application/xml")
    places = [url.findtext(f"{SITEMAP}loc") for url in ElementTree.fromstring(answer.data).findall(f"{SITEMAP}url")]
    assert len(places) == len(set(places)) == len(pages.STATIC) + 7
    assert "http://127.0.0.1:8000/offers/1" in places and "http://127.0.0.1:8000/" in places
    assert "http://127.0.0.1:8000/offers/9" not in places


def test_a_large_site_map_comes_in_parts(shelf: Shelf, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "PER_SITEMAP", 5)
    index = ElementTree.fromstring(client.get("/sitemap.xml").data)
    parts = [part.findtext(f"{SITEMAP}loc") for part in index.findall(f"{SITEMAP}sitemap")]
    assert len(parts) == -(-(len(pages.STATIC) + 7) // 5)
    found = [url for part in parts for url in ElementTree.fromstring(client.get(part.removeprefix("http://127.0.0.1:8000")).data)]
    assert len(found) == len(pages.STATIC) + 7
    assert client.get(f"/sitemap.xml?part={len(parts) + 1}").status_code == client.get("/sitemap.xml?part=0").status_code == 404


def test_the_site_map_names_only_pages_that_are_there(client: FlaskClient):
    assert {path: client.get(path).status_code for path in pages.STATIC} == dict.fromkeys(pages.STATIC, 200)
