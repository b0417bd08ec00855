"""The bell of an open page: told at once while there is a place, asked again later without one, and never in anybody's way."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from hub.cli.server import serve
from hub.core.accounts.models import LoginSession, Person
from hub.core.messages import operations as messages
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.web import live
from tests.factories import people


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    person = people.person("Ada")
    people.sign_in(client, person)
    return person


@pytest.fixture
def places(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[live.Places]:
    """One place in this process, and looks that take no time."""
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], live_streams=1)
    fresh = live.Places()
    monkeypatch.setattr(live, "places", fresh)
    monkeypatch.setattr(live, "LOOK", 0.001)
    yield fresh


def told(person: Person) -> None:
    with work.unit():
        messages.notify(actor=SYSTEM, person_ids=[person.id], text="News", kind="award")


def said(part: bytes) -> dict[str, Any]:
    line = next(line for line in part.decode().splitlines() if line.startswith("data: "))
    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return found


def test_news_come_down_an_open_stream(client: FlaskClient, ada: Person, places: live.Places) -> None:
    stream = client.get("/inbox/live", buffered=False)
    parts = iter(stream.response)
    first = next(parts)
    assert stream.content_type.startswith("text/event-stream") and first.startswith(b"retry: 1000\n")
    assert said(first) == {"unread": 0, "shown": "0", "label": "Inbox"}
    told(ada)
    assert said(next(part for part in parts if b"data:" in part)) == {"unread": 1, "shown": "1", "label": "Inbox, 1 new"}
    stream.close()
    assert places.take(1), "the place is free again"


def test_who_finds_no_place_is_answered_at_once_and_comes_back(client: FlaskClient, ada: Person, places: live.Places) -> None:
    held = client.get("/inbox/live", buffered=False)
    next(iter(held.response))
    told(ada)
    other = client.get("/inbox/live")
    assert other.get_data().startswith(b"retry: 20000\n") and said(other.get_data())["unread"] == 1
    held.close()


def test_a_stream_ends_by_itself_and_holds_no_connection_meanwhile(
    client: FlaskClient, ada: Person, places: live.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HELD", 0.05)
    monkeypatch.setattr(live, "BEAT", 0.01)
    before = db.engine.pool.checkedout() if hasattr(db.engine.pool, "checkedout") else 0
    stream = client.get("/inbox/live", buffered=False)
    for part in itertools.islice(iter(stream.response), 1000):
        assert part.startswith((b"retry", b":"))
        assert not hasattr(db.engine.pool, "checkedout") or db.engine.pool.checkedout() == before
    assert places.take(1)
    stream.close()


def test_a_place_that_was_never_handed_back_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    found, now = live.Places(), [0.0]
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert found.take(1) and not found.take(1) and not found.take(0)
    now[0] += live.HELD + live.BEAT
    assert found.take(1)


def test_programs_ask_for_the_number_alone(client: FlaskClient, ada: Person) -> None:
    told(ada)
    answer = client.get("/inbox/live", headers={"Accept": "application/json"})
    assert answer.json == {"unread": 1, "shown": "1", "label": "Inbox, 1 new"}
    assert client.get("/inbox/live", headers={"Accept": "application/json", "Accept-Language": "zh"}).json["label"] == "Inbox, 1 new"


def test_an_open_page_keeps_no_session_alive_that_nobody_uses(client: FlaskClient, ada: Person) -> None:
    seen = db.session.query(LoginSession).filter_by(person_id=ada.id).one().last_seen_at
    clock.set_to(seen + timedelta(hours=5))
    client.get("/inbox/live", headers={"Accept": "application/json"})
    db.session.expire_all()
    assert db.session.query(LoginSession).filter_by(person_id=ada.id).one().last_seen_at == seen
    client.get("/inbox")
    db.session.expire_all()
    assert db.session.query(LoginSession).filter_by(person_id=ada.id).one().last_seen_at == clock.now()


def test_streams_may_not_take_every_thread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUB_LIVE_STREAMS", "2")
    monkeypatch.setattr("multiprocessing.set_start_method", lambda *args, **more: None)
    answer = CliRunner().invoke(serve, ["--threads", "2"])
    assert answer.exit_code == 2 and "HUB_LIVE_STREAMS must be less than --threads" in answer.output


def test_who_was_signed_out_meanwhile_is_told_not_to_come_again(client: FlaskClient) -> None:
    assert client.get("/inbox/live", headers={"Accept": "text/event-stream"}).status_code == 204
    assert client.get("/inbox/live").headers["Location"].startswith("/login")
