"""Private addresses: what programs read there, whose it is, and that it ends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from hub.contests.challenges import operations as challenges
from hub.core.accounts.models import Person
from hub.core.accounts.states import State as AccountState
from hub.core.feeds.models import PrivateAddress
from hub.core.messages import operations as messages
from hub.core.messages.models import Notification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories import challenges as contest
from tests.factories import people

ATOM = "{http://www.w3.org/2005/Atom}"


def told(person: Person, title: str, link: str = "/challenges") -> Notification:
    with work.unit():
        [note] = messages.notify(
            actor=SYSTEM, person_ids=[person.id], text="“%(title)s” is decided.", values={"title": title}, link=link, kind="award"
        )
    return note


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    person = people.person("Ada")
    people.sign_in(client, person)
    return person


def made(client: FlaskClient, feed: str) -> str:
    """The path of a fresh address, as the page shows it once."""
    assert client.post(f"/settings/feeds/{feed}/new").location == "/settings/feeds"
    shown = re.search(r"http://127\.0\.0\.1:8000(/private/[^/<]+/[a-z.]+)", client.get("/settings/feeds").get_data(as_text=True))
    assert shown is not None
    assert "/private/" not in client.get("/settings/feeds").get_data(as_text=True), "shown once"
    return shown[1]


def test_the_inbox_is_read_as_a_feed_by_whoever_has_the_address(app: Flask, client: FlaskClient, ada: Person) -> None:
    told(ada, "Odd \x08 & <title>")
    newest = told(ada, "Glue")
    told(people.person(), "not hers")
    path = made(client, "inbox")
    reader = app.test_client()
    answer = reader.get(path)
    feed = ElementTree.fromstring(answer.get_data())
    titles = [str(entry.findtext(f"{ATOM}title")) for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["“Glue” is decided.", "“Odd  & <title>” is decided."]
    assert [link.get("href") for link in feed.iter(f"{ATOM}link")][2] == f"http://127.0.0.1:8000/inbox/{newest.id}"
    assert answer.content_type == "application/atom+xml; charset=utf-8" and answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "Set-Cookie" not in answer.headers
    same = reader.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304 and same.get_data() == b""
    for how in ("gzip", "br"):
        zipped = reader.get(path, headers={"Accept-Encoding": how})
        again = reader.get(path, headers={"Accept-Encoding": how, "If-None-Match": zipped.headers["ETag"]})
        assert (zipped.status_code, again.status_code) == (200, 304)
    told(ada, "Paint")
    assert reader.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    assert reader.get("/inbox").status_code == 302, "it opens nothing else"


def events(body: bytes) -> list[dict[str, Any]]:
    found = Calendar.from_ical(body.decode()).walk("VEVENT")
    return [{"summary": str(e["summary"]), "ends": e["dtend"].dt, "url": str(e["url"]), "uid": str(e["uid"])} for e in found]


def test_deadlines_of_followed_challenges_stand_in_the_calendar(app: Flask, client: FlaskClient, ada: Person) -> None:
    owner = people.person()
    company = people.organisation(owner)
    with work.unit():
        challenge = contest.challenge(company, people.actor_of(owner), "open", title="Peel onions, 不流泪")
        challenges.follow(actor=people.actor_of(ada), challenge=challenge)
    path = made(client, "calendar")
    [event] = events(app.test_client().get(path).get_data())
    assert event["summary"] == "Last moment for entries: Peel onions, 不流泪" and event["ends"] == challenge.closes_at
    assert event["url"] == f"http://127.0.0.1:8000/challenges/{challenge.slug}"
    other = people.person()
    client.post("/logout")
    people.sign_in(client, other)
    assert events(app.test_client().get(made(client, "calendar")).get_data()) == []


def test_an_address_speaks_its_owners_language(app: Flask, client: FlaskClient) -> None:
    chen = people.person("陈", language="zh")
    people.sign_in(client, chen)
    path = made(client, "inbox")
    assert "收件箱" in app.test_client().get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_a_new_address_ends_the_old_one_and_revoking_ends_all(app: Flask, client: FlaskClient, ada: Person) -> None:
    reader, old = app.test_client(), made(client, "inbox")
    new = made(client, "inbox")
    assert (reader.get(old).status_code, reader.get(new).status_code) == (404, 200)
    assert reader.get(new.replace("inbox.atom", "calendar.ics")).status_code == 404, "an address is of one feed"
    client.post("/settings/feeds/inbox/revoke")
    assert reader.get(new).status_code == 404 and db.session.query(PrivateAddress).count() == 0
    assert client.post("/settings/feeds/inbox/revoke").status_code == 404


def test_a_suspended_persons_address_leads_nowhere(app: Flask, client: FlaskClient, ada: Person) -> None:
    path = made(client, "inbox")
    with work.unit():
        db.session.merge(ada).state = AccountState.SUSPENDED
    assert app.test_client().get(path).status_code == 404


def test_the_secret_is_in_no_table_and_its_owner_hears_of_it(client: FlaskClient, ada: Person) -> None:
    secret = made(client, "calendar").split("/")[2]
    delivery.deliver_all()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            assert secret not in repr(row)
    told_of = db.session.query(Notification).filter_by(person_id=ada.id).one()
    assert (told_of.kind.value, told_of.link) == ("account", "/settings/feeds")


def test_that_it_is_read_is_written_down_now_and_then(app: Flask, client: FlaskClient, ada: Person) -> None:
    path, reader = made(client, "inbox"), app.test_client()
    first = clock.now()
    for hours, noted in ((0, first), (1, first), (13, first + timedelta(hours=14))):
        clock.advance(timedelta(hours=hours))
        reader.get(path)
        db.session.expire_all()
        assert db.session.query(PrivateAddress).one().read_at == noted
