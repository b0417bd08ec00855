"""The inbox and the settings through both doors."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hub.core.accounts.models import Person
from hub.core.messages import operations, queries, rules
from hub.core.messages.models import Notification
from hub.core.messages.states import Kind, Pace
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from tests.factories import people


def told(person: Person, title: str = "Powder", kind: str = "award", link: str = "/challenges") -> Notification:
    with work.unit():
        [note] = operations.notify(
            actor=SYSTEM, person_ids=[person.id], text="“%(title)s” is decided.", values={"title": title}, link=link, kind=kind
        )
    return note


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    person = people.person("Ada")
    people.sign_in(client, person)
    return person


def test_the_inbox_shows_what_is_new_and_the_bar_counts_it(client: FlaskClient, ada: Person) -> None:
    told(ada, "Powder <script>")
    page = client.get("/inbox").get_data(as_text=True)
    assert "“Powder &lt;script&gt;” is decided." in page and "Results and awards" in page
    assert 'aria-label="Inbox, 1 new"' in page


def test_opening_a_notice_reads_it_and_leads_on(client: FlaskClient, ada: Person) -> None:
    note = told(ada)
    answer = client.get(f"/inbox/{note.id}")
    assert answer.status_code == 302 and answer.location == "/challenges"
    assert queries.unread(ada.id) == 0
    assert "Nothing new." in client.get("/inbox?show=new").get_data(as_text=True)


def test_nobody_opens_somebody_elses_notice(client: FlaskClient, ada: Person) -> None:
    other = people.person()
    note = told(other)
    assert client.get(f"/inbox/{note.id}").status_code == 404
    client.post("/inbox/read-all")
    assert queries.unread(other.id) == 1


def test_reading_all_empties_the_new_ones(client: FlaskClient, ada: Person) -> None:
    told(ada)
    told(ada)
    assert client.post("/inbox/read-all").location == "/inbox"
    assert queries.unread(ada.id) == 0


def test_a_long_inbox_has_pages(client: FlaskClient, ada: Person) -> None:
    for n in range(31):
        told(ada, f"Thing {n}.")
    first, second = (client.get(f"/inbox?page={n}").get_data(as_text=True) for n in (1, 2))
    assert "Thing 30." in first and "Thing 0." not in first
    assert "Thing 0." in second and "Thing 30." not in second


def test_settings_are_kept_and_shown_again(client: FlaskClient, ada: Person) -> None:
    page = client.get("/settings/notifications").get_data(as_text=True)
    assert page.count(' value="now" checked') == len(rules.CHOSEN) == page.count(" checked") and 'name="account"' not in page
    client.post("/settings/notifications", data={"money": "never", "award": "weekly", "hour": "18", "weekday": "4", "account": "never"})
    choices = queries.mail_choices(ada.id)
    chosen = {kind: pace for kind, pace in choices.items() if pace is not Pace.NOW}
    assert chosen == {Kind.MONEY: Pace.NEVER, Kind.AWARD: Pace.WEEKLY} and queries.hours(ada.id) == rules.Hours(18, 4)
    page = client.get("/settings/notifications").get_data(as_text=True)
    assert 'name="award" value="weekly" checked' in page and '<option value="18" selected' in page


@pytest.mark.parametrize("wrong", [{"award": "hourly"}, {"hour": "24"}, {"weekday": "x"}, {"award": ""}])
def test_settings_that_make_no_sense_are_shown_again_and_change_nothing(client: FlaskClient, ada: Person, wrong: dict[str, str]) -> None:
    answer = client.post("/settings/notifications", data={"money": "weekly", **wrong})
    assert answer.status_code == 422 and "Choose one of the options." in answer.get_data(as_text=True)
    assert 'name="money" value="weekly" checked' in answer.get_data(as_text=True), "what was chosen is still there"
    assert set(queries.mail_choices(ada.id).values()) == {Pace.NOW} and queries.hours(ada.id) == rules.Hours()


def test_a_program_reads_and_changes_the_settings(client: FlaskClient) -> None:
    ada = people.person()
    key, address = people.api_headers(ada), "/api/v1/me/notifications/settings"
    before = client.get(address, headers=key).json
    assert before["award"] == "now" and (before["hour"], before["weekday"]) == (7, 0) and "account" not in before
    assert client.patch(address, json={"award": "daily", "hour": 9}, headers=key).json == before | {"award": "daily", "hour": 9}
    for wrong in ({"award": "hourly"}, {"account": "never"}, {"hour": -1}, {"gossip": "now"}):
        answer = client.patch(address, json=wrong, headers=key)
        assert answer.status_code == 422 and list(answer.json["errors"]) == list(wrong)
    assert client.get(address, headers=key).json == before | {"award": "daily", "hour": 9}


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    for path in ("/inbox", "/inbox/1", "/settings/notifications"):
        assert "/login" in client.get(path).location


def test_a_program_reads_and_marks_its_persons_notices(client: FlaskClient) -> None:
    ada = people.person()
    first, second, third = told(ada, "A"), told(ada, "B"), told(ada, "C")
    told(people.person(), "not hers")
    key = people.api_headers(ada)
    page = client.get("/api/v1/me/notifications?limit=2", headers=key)
    texts = [item["text"] for item in page.json["items"]]
    assert texts[:2] == ["“C” is decided.", "“B” is decided."] and 'rel="next"' in page.headers["Link"]
    assert page.json["items"][0] | {"at": ""} == {
        "id": third.id,
        "kind": "award",
        "text": "“C” is decided.",
        "link": "/challenges",
        "at": "",
        "read_at": None,
    }
    rest = client.get(f"/api/v1/me/notifications?limit=2&cursor={page.json['next']}", headers=key).json
    assert "“A” is decided." in [item["text"] for item in rest["items"]]
    assert client.post(f"/api/v1/me/notifications/{second.id}/read", headers=key).json["read_at"] is not None
    unread = [item["id"] for item in client.get("/api/v1/me/notifications?unread=1", headers=key).json["items"]]
    assert second.id not in unread and {first.id, third.id} <= set(unread)
    assert client.post("/api/v1/me/notifications/read-all", headers=key).json == {"unread": 0}


def test_a_program_cannot_reach_other_peoples_notices(client: FlaskClient) -> None:
    note = told(people.person())
    key = people.api_headers(people.person())
    answer = client.post(f"/api/v1/me/notifications/{note.id}/read", headers=key)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    db.session.expire_all()
    assert db.session.get_one(Notification, note.id).read_at is None
    assert client.get("/api/v1/me/notifications?limit=0", headers=key).status_code == 422
    assert client.get("/api/v1/me/notifications?cursor=%%%", headers=key).status_code == 422
