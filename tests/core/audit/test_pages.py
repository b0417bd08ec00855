"""The log as administrators and stories read it."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from hub.core.audit import queries
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor
from tests.factories import people


@dataclass(frozen=True)
class ThingMoved:
    SAYS: ClassVar[str] = "moved the thing to %(place)s"

    place: str


@dataclass(frozen=True)
class OldKind:
    place: str


@pytest.fixture(autouse=True)
def events_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("hub.thing.events")
    module.ThingMoved = ThingMoved  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hub.thing.events", module)


def moved(place: str, actor: Actor = SYSTEM, subject: str = "thing:1", scope: str = "") -> None:
    with work.unit():
        journal.record(ThingMoved(place), actor=actor, subject=subject, scope=scope)


def test_a_story_has_what_happened_to_the_thing_and_in_it_in_order(app: Flask) -> None:
    moved("A", scope="room:1")
    moved("B", subject="room:1")
    moved("C", subject="thing:2", scope="room:2")
    assert [line.says % line.facts for line in queries.story("room:1")] == ["moved the thing to A", "moved the thing to B"]
    assert [line.facts["place"] for line in queries.story("thing:2")] == ["C"]
    assert queries.story("room:9") == []


def test_every_event_of_the_site_has_a_sentence_that_its_facts_fill(app: Flask) -> None:
    said = queries.sentences()
    assert "FileStored" in said and "AgreementSigned" in said and "PersonRegistered" in said
    for name, module in list(sys.modules.items()):
        if name.startswith("hub.") and name.endswith(".events"):
            for event in vars(module).values():
                if isinstance(event, type) and hasattr(event, "__dataclass_fields__") and event.__module__ == name:
                    assert event.__name__ in said, f"{name}.{event.__name__} has no SAYS"
                    assert said[event.__name__] % dict.fromkeys(event.__dataclass_fields__, "x")


def test_only_administrators_read_the_log(client: FlaskClient) -> None:
    assert "/login" in client.get("/admin/audit").location
    people.sign_in(client, people.person(consultant=True))
    for answer in (client.get("/admin/audit"), client.get("/admin/audit/1"), client.post("/admin/audit/check")):
        assert answer.status_code == 403


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    people.sign_in(client, people.person("Root", admin=True))
    return client


def test_the_log_names_who_did_what(admin: FlaskClient) -> None:
    ada = people.person("Ada <Lovelace>")
    moved("Berlin", people.actor_of(ada))
    moved("Bern")
    page = admin.get("/admin/audit?kind=ThingMoved").get_data(as_text=True)
    assert "<b>Ada &lt;Lovelace&gt;</b></a> moved the thing to Berlin" in page
    assert "<b>The site</b> moved the thing to Bern" in page


def test_filters_narrow_the_log(admin: FlaskClient) -> None:
    ada = people.person("Ada")
    moved("Berlin", people.actor_of(ada), subject="thing:7", scope="room:3")
    moved("Bern", subject="thing:8")
    for asked in ("ref=thing:7", "ref=room:3", f"actor={ada.id}&kind=ThingMoved"):
        page = admin.get(f"/admin/audit?{asked}").get_data(as_text=True)
        assert "moved the thing to Berlin" in page and "moved the thing to Bern<" not in page
    people_only = admin.get("/admin/audit?kind=ThingMoved&people=1").get_data(as_text=True)
    assert "moved the thing to Berlin" in people_only and "moved the thing to Bern<" not in people_only
    assert "Nothing in the log fits" in admin.get("/admin/audit?ref=thing:999").get_data(as_text=True)
    for nonsense in ("actor=abc&before=x&after=-1", "before=99999999999999999999", "kind=%00&ref=%00"):
        assert admin.get(f"/admin/audit?{nonsense}").status_code == 200


def test_the_log_is_walked_to_its_end_and_back(admin: FlaskClient) -> None:
    with work.unit():
        for number in range(120):
            journal.record(ThingMoved(f"place {number}."), actor=SYSTEM)
    base = "/admin/audit?kind=ThingMoved"
    first = admin.get(base).get_data(as_text=True)
    assert "place 119." in first and "place 70." in first and "place 69." not in first
    assert 'rel="prev"' not in first
    oldest = db.session.query(journal.JournalRow.id).filter_by(kind="ThingMoved").order_by(journal.JournalRow.id).first()
    assert oldest is not None
    second = admin.get(f"{base}&before={oldest.id + 70}").get_data(as_text=True)
    assert "place 69." in second and "place 20." in second and "place 19." not in second
    assert 'rel="next"' in second and 'rel="prev"' in second
    last = admin.get(f"{base}&before={oldest.id + 20}").get_data(as_text=True)
    assert "place 0." in last and 'rel="next"' not in last
    back = admin.get(f"{base}&after={oldest.id + 19}").get_data(as_text=True)
    assert "place 20." in back and "place 69." in back and "place 19." not in back and "place 70." not in back
    assert 'rel="next"' in back and 'rel="prev"' in back
    top = admin.get(f"{base}&after={oldest.id + 69}").get_data(as_text=True)
    assert "place 119." in top and 'rel="prev"' not in top


def test_one_row_shows_all_it_holds(admin: FlaskClient) -> None:
    moved("Berlin")
    row = db.session.query(journal.JournalRow).filter_by(kind="ThingMoved").one()
    page = admin.get(f"/admin/audit/{row.id}").get_data(as_text=True)
    assert row.hash in page and "Berlin" in page and "ThingMoved" in page
    assert admin.get("/admin/audit/99999").status_code == 404


def test_an_event_that_today_knows_no_words_for_is_shown_by_its_name(admin: FlaskClient) -> None:
    with work.unit():
        journal.record(OldKind("x"), actor=SYSTEM)
        journal.record(ThingMoved("x"), actor=SYSTEM)
    with work.unit():
        db.session.execute(text("UPDATE journal SET facts = '{}' WHERE kind = 'ThingMoved'"))
    page = admin.get("/admin/audit").get_data(as_text=True)
    assert "OldKind" in page and "moved the thing to %(place)s" in page


def test_the_check_tells_the_administrator_where_the_chain_breaks(admin: FlaskClient) -> None:
    moved("Berlin")
    assert "The chain is whole" in admin.post("/admin/audit/check").get_data(as_text=True)
    row = db.session.query(journal.JournalRow).filter_by(kind="ThingMoved").one()
    with work.unit():
        db.session.execute(text("UPDATE journal SET subject = 'thing:2' WHERE id = :id"), {"id": row.id})
    page = admin.post("/admin/audit/check").get_data(as_text=True)
    assert f"broken at row {row.id}" in page and "was changed after it was written" in page
