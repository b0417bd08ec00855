"""The JSON door of the entries room: the same steps, the same refusals, by key."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.contests.entries import queries
from hub.contests.entries.models import Entry, EntryFile, Seal
from hub.contests.entries.states import State
from hub.core.evidence import rules
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest
Key = dict[str, str]


@pytest.fixture
def made(app: Flask) -> Made:
    return make.contest(solvers=2)


@pytest.fixture
def key(made: Made) -> Key:
    return people.api_headers(made.solvers[0])


@pytest.fixture
def drafted(made: Made) -> int:
    with work.unit():
        return make.draft(made.challenge, people.actor_of(made.solvers[0])).id


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = answer.json
    return told


def test_the_whole_way_from_the_agreement_to_the_receipt(made: Made, key: Key, client: FlaskClient) -> None:
    base = f"/api/v1/challenges/{made.challenge.slug}"
    terms = client.get(f"{base}/agreement", headers=key).json
    assert terms["signed_at"] is None and terms["summary"] and terms["text"].startswith("Challenge participation agreement")
    entry = client.post(f"{base}/agreement", headers=key, json={"seen_hash": terms["hash"]})
    assert entry.status_code == 201 and entry.json["state"] == "draft"
    assert client.get(f"{base}/agreement", headers=key).json["signed_at"]

    url = f"/api/v1/entries/{entry.json['id']}"
    saved = client.patch(url, headers={**key, "If-Match": entry.headers["ETag"]}, json={"title": make.TITLE, "body": make.BODY})
    assert saved.status_code == 200 and saved.headers["ETag"] != entry.headers["ETag"]
    attached = client.post(f"{url}/files", headers=key, data={"file": (io.BytesIO(b"ppm,hue\n5,12\n"), "data.csv")})
    assert attached.status_code == 201 and attached.json["filename"] == "data.csv"
    assert client.get(f"{url}/files/{attached.json['id']}", headers=key).data == b"ppm,hue\n5,12\n"

    sealed = client.post(f"{url}/seal", headers=key, json={"version": saved.json["version"]})
    assert sealed.status_code == 201
    receipt = client.get(f"{url}/receipt", headers=key).json
    assert receipt["hash"] == sealed.json["hash"] and rules.holds(rules.check(receipt))
    assert receipt["manifest"]["files"][0]["sha256"] == attached.json["sha256"]
    shown = client.get(f"{base}/entry", headers=key).json
    assert (shown["state"], shown["changed"], [s["number"] for s in shown["seals"]]) == ("sealed", False, [1])
    assert [line["id"] for line in client.get("/api/v1/entries", headers=key).json["items"]] == [shown["id"]]


def test_the_same_idempotency_key_seals_once(made: Made, key: Key, client: FlaskClient, drafted: int) -> None:
    url, once = f"/api/v1/entries/{drafted}/seal", {**key, "Idempotency-Key": "abc"}
    first, again = client.post(url, headers=once, json={}), client.post(url, headers=once, json={})
    assert first.json == again.json and again.headers["Idempotency-Replayed"] == "true"
    refused(client.post(url, headers=once, json={"version": 1}), 409, "idempotency_key_reused")
    assert db.session.query(Seal).count() == 1


def test_one_second_late_is_refused_alike_at_both_doors(made: Made, key: Key, client: FlaskClient, drafted: int) -> None:
    assert made.challenge.closes_at is not None
    clock.set_to(made.challenge.closes_at + timedelta(seconds=1))
    told = refused(client.post(f"/api/v1/entries/{drafted}/seal", headers=key, json={}), 409, "deadline_passed")
    assert "2026-12-11 12:00:01 UTC" in told["title"]
    refused(client.patch(f"/api/v1/entries/{drafted}", headers=key, json={"body": "late"}), 409, "deadline_passed")
    sent = {"file": (io.BytesIO(b"a\n"), "late.csv")}
    refused(client.post(f"/api/v1/entries/{drafted}/files", headers=key, data=sent), 409, "deadline_passed")
    entry = db.session.get_one(Entry, drafted)
    assert (entry.state, entry.body) == (State.DRAFT, make.BODY) and not db.session.query(EntryFile).count()


def test_a_foreign_entry_is_not_there(made: Made, client: FlaskClient, drafted: int) -> None:
    url = f"/api/v1/entries/{drafted}"
    others = [people.api_headers(person) for person in (made.solvers[1], made.owner, people.person(admin=True))]
    for key in others:
        refused(client.get(url, headers=key), 404, "not_found")
        refused(client.patch(url, headers=key, json={"body": "mine now"}), 404, "not_found")
        refused(client.post(f"{url}/seal", headers=key, json={}), 404, "not_found")
        refused(client.post(f"{url}/withdraw", headers=key), 404, "not_found")
        refused(client.post(f"{url}/files", headers=key, data={"file": (io.BytesIO(b"a\n"), "a.csv")}), 404, "not_found")
        refused(client.get(f"{url}/receipt", headers=key), 404, "not_found")
        refused(client.get(f"{url}/looks", headers=key), 404, "not_found")
    refused(client.get(url), 401, "not_signed_in")
    assert db.session.get_one(Entry, drafted).body == make.BODY
    assert db.session.query(Seal).count() == 0


def test_a_key_that_may_only_read_seals_nothing(made: Made, client: FlaskClient, drafted: int) -> None:
    key = people.api_headers(made.solvers[0], "read")
    refused(client.post(f"/api/v1/entries/{drafted}/seal", headers=key, json={}), 403, "missing_scope")
    assert db.session.query(Seal).count() == 0


def test_a_stale_edit_is_a_conflict(made: Made, key: Key, client: FlaskClient, drafted: int) -> None:
    url = f"/api/v1/entries/{drafted}"
    old = client.get(url, headers=key).headers["ETag"]
    client.patch(url, headers=key, json={"body": "newer"})
    refused(client.patch(url, headers={**key, "If-Match": old}, json={"body": "older"}), 409, "stale")
    refused(client.post(f"{url}/seal", headers=key, json={"version": 1}), 409, "stale")
    assert db.session.get_one(Entry, drafted).body == "newer"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("photo.png", b"MZ not a picture", "file_disguised"), ("x.exe", b"MZ", "file_type"), ("empty.csv", b"", "file_empty")],
)
def test_a_bad_file_is_named_and_nothing_kept(
    made: Made, key: Key, client: FlaskClient, drafted: int, name: str, content: bytes, code: str
) -> None:
    answer = client.post(f"/api/v1/entries/{drafted}/files", headers=key, data={"file": (io.BytesIO(content), name)})
    assert "file" in refused(answer, 422, code)["errors"]
    refused(client.post(f"/api/v1/entries/{drafted}/files", headers=key, data={}), 422, "invalid")
    assert not queries.files_of(db.session.get_one(Entry, drafted))


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"title": "x" * 161}, "title"), ({"body": "x" * 100_001}, "body"), ({"body": "nul\x00"}, "body"), ({"title": 5}, "title"), ({"else": 1}, "else")],
)  # fmt: skip
def test_what_cannot_be_stored_is_named(made: Made, key: Key, client: FlaskClient, drafted: int, sent: dict[str, Any], field: str) -> None:
    assert field in refused(client.patch(f"/api/v1/entries/{drafted}", headers=key, json=sent), 422, "invalid")["errors"]
    assert db.session.get_one(Entry, drafted).title == make.TITLE


def test_signing_another_text_than_the_present_one_is_refused(made: Made, key: Key, client: FlaskClient) -> None:
    base = f"/api/v1/challenges/{made.challenge.slug}"
    refused(client.post(f"{base}/agreement", headers=key, json={"seen_hash": "0" * 64}), 409, "terms_changed")
    refused(client.post(f"{base}/agreement", headers=key, json={"seen_hash": "short"}), 422, "invalid")
    refused(client.post(f"{base}/entry", headers=key), 403, "sign_first")
    refused(client.get(f"{base}/entry", headers=key), 404, "not_entered")
    assert db.session.query(Entry).count() == 0


def test_after_the_close_the_seeker_reads_what_was_sealed_without_a_name_and_the_author_sees_it(
    made: Made, key: Key, client: FlaskClient
) -> None:
    with work.unit():
        seal = make.seal(made.challenge, people.actor_of(made.solvers[0]), files={"data.csv": b"1\n"})
        make.close(made.challenge)
    url, manager = f"/api/v1/entries/{seal.entry_id}", people.api_headers(made.owner)
    read = client.get(url, headers=manager).json
    assert (read["title"], read["body"], read["hash"]) == (make.TITLE, make.BODY, seal.hash)
    assert made.solvers[0].name not in client.get(url, headers=manager).text
    client.get(f"{url}/files/{read['files'][0]['id']}", headers=manager)
    looks = client.get(f"{url}/looks", headers=key).json["items"]
    assert [(look["capacity"], look["file"]) for look in looks] == [("seeker", "data.csv"), ("seeker", ""), ("seeker", "")]


def test_withdrawing_and_taking_a_file_off(made: Made, key: Key, client: FlaskClient, drafted: int) -> None:
    url = f"/api/v1/entries/{drafted}"
    file = client.post(f"{url}/files", headers=key, data={"file": (io.BytesIO(b"a\n"), "a.csv")}).json
    assert client.delete(f"{url}/files/{file['id']}", headers=key).status_code == 204
    assert client.get(url, headers=key).json["files"] == []
    assert client.post(f"{url}/withdraw", headers=key).json["state"] == "withdrawn"
    refused(client.post(f"{url}/seal", headers=key, json={}), 409, "not_now")
    assert client.post(f"/api/v1/challenges/{made.challenge.slug}/entry", headers=key).json["state"] == "draft"
