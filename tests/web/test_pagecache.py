"""Visitors' pages from memory: never an old one, never somebody else's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient

from hub.db import journal, work
from hub.kernel.actor import SYSTEM
from hub.search.index import operations as index
from hub.web import pagecache
from tests.factories.people import person, sign_in
from tests.factories.shelf import Shelf, document


@dataclass(frozen=True)
class Happened:
    """A fact for the journal."""


@pytest.fixture
def shelf(app: Flask) -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


@pytest.fixture
def made(app: Flask) -> Iterator[list[str]]:
    """The paths for which the application was woken."""
    woken: list[str] = []

    def note(sender: Flask, **_: object) -> None:
        woken.append(request.full_path)

    with request_started.connected_to(note, app):
        yield woken


def test_the_second_visitor_gets_the_kept_page(client: FlaskClient, made: list[str]):
    first, second = client.get("/explore"), client.get("/explore")
    assert len(made) == 1
    assert second.data == first.data and second.status_code == 200
    assert dict(second.headers) == dict(first.headers), "the security headers included"


def test_a_change_makes_it_stale_at_once(shelf: Shelf, client: FlaskClient):
    shelf.index()
    assert b"Gas sensor" not in client.get("/explore").data
    shelf.put(document(1, "Gas sensor"))
    shelf.index()
    assert b"Gas sensor" in client.get("/explore").data
    shelf.take_away("offer:1")
    shelf.index()
    assert b"Gas sensor" not in client.get("/explore").data


def test_a_change_in_another_process_is_seen_within_a_moment(
    app: Flask, client: FlaskClient, made: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pagecache, "MOMENT", 3.0)
    client.get("/explore")
    monkeypatch.setattr(journal, "last_id", lambda: 4711)  # committed elsewhere
    client.get("/explore")
    assert len(made) == 1
    monkeypatch.setattr(pagecache, "MOMENT", 0.05)
    time.sleep(0.1)
    client.get("/explore")
    assert len(made) == 2


def test_a_change_while_the_page_is_made_is_not_covered_up(
    app: Flask, client: FlaskClient, made: list[str], monkeypatch: pytest.MonkeyPatch
):
    def meanwhile(sender: Flask, **_: object) -> None:
        if len(made) == 1:
            with work.unit():
                index.mark(["offer:1"])
                journal.record(Happened(), actor=SYSTEM)

    with request_started.connected_to(meanwhile, app):
        client.get("/explore")
        client.get("/explore")
    assert len(made) == 2


def test_languages_themes_and_encodings_are_kept_apart(client: FlaskClient):
    plain = client.get("/explore")
    chinese = client.get("/explore", headers={"Accept-Language": "zh"})
    packed = client.get("/explore", headers={"Accept-Encoding": "gzip"})
    client.set_cookie("theme", "dark")
    dark = client.get("/explore")
    assert b'lang="en"' in plain.data and b'lang="zh-CN"' in chinese.data
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert b'data-theme="dark"' in dark.data and b'data-theme="dark"' not in plain.data
    assert client.get("/explore", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_who_is_signed_in_gets_their_own_page_and_leaves_none_behind(client: FlaskClient, app: Flask):
    someone = person(name="Zoe Private")
    sign_in(client, someone)
    assert b"Zoe Private" in client.get("/explore").data
    assert b"Zoe Private" not in app.test_client().get("/explore").data
    assert b"Zoe Private" in client.get("/explore").data


def test_pages_with_a_form_token_are_never_shared(app: Flask):
    tokens = set()
    for _ in range(2):
        answer = app.test_client().get("/login")
        tokens.add(answer.headers.get("Set-Cookie"))
    assert len(tokens) == 2 and None not in tokens


def test_posts_errors_and_keys_pass_through(client: FlaskClient, made: list[str]):
    for _ in range(2):
        assert client.get("/no-such-page").status_code == 404
        assert client.head("/explore").status_code == 200
        client.get("/explore", headers={"Authorization": "Bearer nothing"})
    assert len(made) == 6


def test_it_can_be_switched_off(app: Flask, client: FlaskClient, made: list[str]):
    app.config["HUB"] = replace(app.config["HUB"], page_cache=False)
    client.get("/explore")
    client.get("/explore")
    assert len(made) == 2
