"""Who sets webhooks up and looks after them, by pages and by API; what is refused changes nothing."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from hub.core.webhooks import operations, queries, rules
from hub.core.webhooks.models import Endpoint, Message
from hub.core.webhooks.states import EndpointState
from hub.db import work
from hub.db.extensions import db
from hub.db.once import OnceKey
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow
from tests.factories.people import api_headers, person, sign_in
from tests.factories.webhooks import endpoint

URL = "https://receiver.example/hub"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"


def count() -> int:
    work.rollback()
    return db.session.scalar(select(func.count()).select_from(Endpoint)) or 0


def test_every_type_tells_ids_and_codes_of_an_event_that_exists(wired):
    types = queries.types()
    assert len(types) > 60
    for sent in types:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", sent.type)
        assert sent.says and not set(sent.data) & {"minor", "label", "title", "reason", "fields", "recipient", "issuer"}
    with pytest.raises(ValueError, match="declared already"):
        queries.declare({types[0].type: types[0].event}, lambda event: None, data=())


def test_a_manager_sets_one_up_and_sees_the_secret_once(cast, client):
    sign_in(client, cast.people["manager"])
    base = f"/orgs/{cast.company.slug}/webhooks"
    refused = client.post(f"{base}/new", data={"url": "https://127.0.0.1/", "types": "challenge.closed", "description": "Tickets"})
    assert refused.status_code == 422
    assert 'value="Tickets"' in refused.text and "not public" in refused.text
    assert re.search(r'value="challenge.closed" checked', refused.text)
    assert client.post(f"{base}/new", data={"url": URL}).status_code == 422
    assert count() == 0
    answer = client.post(f"{base}/new", data={"url": URL, "types": ["challenge.closed", "deal.closed"], "description": "Tickets"})
    first = client.get(answer.location)
    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]{32}", first.text))
    assert "whsec_" not in client.get(answer.location).text
    row = db.session.scalars(select(Endpoint)).one()
    assert secret not in json.dumps([str(value) for value in vars(row).values()])
    assert "Tickets" in client.get(base).text
    client.post(f"/webhooks/{row.id}/rotate")
    (fresh,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]{32}", client.get(answer.location).text))
    assert fresh != secret


def test_the_log_is_filtered_and_a_message_sent_again(cast, client):
    made, _ = endpoint(cast.solver, types=["key.made"])
    sign_in(client, cast.people["solver"])
    assert "on its way" in client.post(f"/webhooks/{made.id}/test", follow_redirects=True).text
    message = db.session.scalars(select(Message)).one()
    with work.unit():
        job = operations.take_message(endpoint_id=made.id, site_key="test-key")
        operations.note(job=job, outcome=rules.Outcome(1200, status=500, answer="<script>alert(1)</script>"))
    page = client.get(f"/webhooks/{made.id}?state=due&type=webhook.test").text
    assert "500" in page and "1200 ms" in page
    assert "fits this filter" in client.get(f"/webhooks/{made.id}?state=delivered").text
    one = client.get(f"/webhooks/{made.id}/messages/{message.id}").text
    assert "&lt;script&gt;" in one and "<script>alert" not in one
    assert client.post(f"/webhooks/{made.id}/messages/{message.id}/replay").status_code == 409, "it waits already"
    for act, state in (("pause", "paused"), ("resume", "on"), ("end", "ended")):
        assert client.post(f"/webhooks/{made.id}/{act}").status_code == 302
        work.rollback()
        assert db.session.get_one(Endpoint, made.id).state == state
    assert client.get(f"/webhooks/{made.id}").status_code == 404
    assert db.session.get_one(Endpoint, made.id).sealed_secret == ""


def test_whoever_switches_it_on_again_decides_about_what_it_missed(cast, client):
    made, _ = endpoint(cast.solver, types=["key.made"])
    sign_in(client, cast.people["solver"])
    client.post(f"/webhooks/{made.id}/test")
    client.post(f"/webhooks/{made.id}/pause")
    page = client.get(f"/webhooks/{made.id}").text
    assert "It has missed 1 message." in page and "It stays in the log" in page
    headers = api_headers(cast.people["solver"])
    assert client.get(f"/api/v1/webhooks/{made.id}", headers=headers).json["missed"] == 1
    wrong = client.post(f"/webhooks/{made.id}/resume", data={"send_missed": "perhaps"})
    assert wrong.status_code == 422 and "Switch it on" in wrong.text
    assert client.post(f"/webhooks/{made.id}/resume", data={"send_missed": "1"}).status_code == 302
    work.rollback()
    assert db.session.scalars(select(Message.state)).one() == "due"
    client.post(f"/api/v1/webhooks/{made.id}/pause", headers=headers)
    assert client.post(f"/api/v1/webhooks/{made.id}/resume", json={}, headers=headers).json["missed"] == 0
    work.rollback()
    assert db.session.scalars(select(Message.state)).one() == "failed", "by default it stays in the log"


def test_programs_set_up_their_own(cast, client):
    headers = api_headers(cast.people["manager"]) | {"Idempotency-Key": "one"}
    body = {"url": URL, "types": ["challenge.closed"], "secret": SECRET, "organisation": cast.company.slug}
    made = client.post("/api/v1/webhooks", json=body, headers=headers)
    again = client.post("/api/v1/webhooks", json=body, headers=headers)
    assert (made.status_code, again.json["id"], count()) == (201, made.json["id"], 1)
    assert "secret" not in made.json
    work.rollback()
    assert not [once for once in db.session.scalars(select(OnceKey)) if SECRET.encode() in once.body], "no stored answer holds a secret"
    path = f"/api/v1/webhooks/{made.json['id']}"
    listed = client.get(f"/api/v1/webhooks?organisation={cast.company.slug}", headers=headers).json["items"]
    assert [(one["id"], one["types"]) for one in listed] == [(made.json["id"], ["challenge.closed"])]
    assert client.get("/api/v1/webhooks", headers=headers).json["items"] == []
    changed = client.put(path, json={"url": URL + "2", "types": ["deal.closed"]}, headers=headers | {"If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.json["types"]) == (200, ["deal.closed"])
    stale = client.put(path, json={"url": URL, "types": ["deal.closed"]}, headers=headers | {"If-Match": '"99"'})
    assert stale.status_code == 409
    del headers["Idempotency-Key"]
    assert client.post(f"{path}/rotate", json={"secret": rules.new_secret()}, headers=headers).status_code == 200
    test = client.post(f"{path}/test", headers=headers).json
    message = client.get(f"{path}/messages/{test['id']}", headers=headers).json
    assert (message["webhook_id"], message["log"], message["data"]) == (test["webhook_id"], [], {"endpoint_id": made.json["id"]})
    assert [one["id"] for one in client.get(f"{path}/messages?state=due", headers=headers).json["items"]] == [test["id"]]
    assert client.post(f"{path}/replay", json={"since": "2026-01-01T00:00:00Z"}, headers=headers).json == {"messages": 0}
    assert client.delete(path, headers=headers).status_code == 204
    assert client.get(path, headers=headers).status_code == 404
    names = [one["type"] for one in client.get("/api/v1/webhooks/types").json["items"]]
    assert names == sorted(names) and "challenge.closed" in names


@pytest.mark.parametrize(
    "secret", ["", "short", "whsec_", "whsec_AAAA", "whsec_" + "A" * 32, "whsec_!!!", SECRET + "x" * 90, SECRET.removeprefix("whsec_")]
)
def test_weak_secrets_are_refused(cast, client, secret):
    body = {"url": URL, "types": ["key.made"], "secret": secret}
    answer = client.post("/api/v1/webhooks", json=body, headers=api_headers(cast.people["solver"]))
    assert (answer.status_code, "secret" in answer.json["errors"], count()) == (422, True, 0)


def test_what_is_refused_changes_nothing(cast):
    made, _ = endpoint(cast.manager, organisation_id=cast.company.id)
    ours = {"url": URL, "site_key": "k", "organisation_id": cast.company.id}
    refusals = [
        (NotAllowed, lambda: operations.set_up(actor=cast.member, types=["challenge.closed"], **ours)),
        (NotAllowed, lambda: operations.set_up(actor=cast.stranger, types=["challenge.closed"], **ours)),
        (NotAllowed, lambda: operations.set_up(actor=cast.manager, types=["payout.confirmed"], **ours)),
        (Invalid, lambda: operations.set_up(actor=cast.manager, types=[], **ours)),
        (Invalid, lambda: operations.set_up(actor=cast.manager, types=["challenge.exploded"], **ours)),
        (NotAllowed, lambda: operations.change(actor=cast.finance, endpoint=made, url=URL, types=["challenge.closed"])),
        (NotAllowed, lambda: operations.rotate(actor=cast.stranger, endpoint=made, site_key="k")),
        (NotAllowed, lambda: operations.send_test(actor=cast.admin, endpoint=made)),
        (NotAllowed, lambda: operations.end(actor=cast.solver, endpoint=made)),
        (NotFound, lambda: queries.get_for(cast.stranger, made.id)),
        (NotAllowed, lambda: queries.get_for(cast.member, made.id)),
    ]
    before = (count(), made.version, made.sealed_secret, queries.choices([made.id]))
    for kind, refused in refusals:
        with pytest.raises(kind), work.unit():
            refused()
        work.rollback()
    assert (count(), made.version, made.sealed_secret, queries.choices([made.id])) == before
    with work.unit():
        operations.set_up(actor=cast.owner, types=["payout.confirmed"], **ours)


def test_nobody_has_too_many_and_an_unconfirmed_address_has_none(cast):
    for _ in range(rules.MOST_ENDPOINTS):
        endpoint(cast.solver, types=["key.made"])
    with pytest.raises(Invalid):
        endpoint(cast.solver, types=["key.made"])
    fledgling = person("Fledgling", verified=False)
    with pytest.raises(NotAllowed) as refused:
        endpoint(cast.actor("stranger").__class__(person_id=fledgling.id), types=["key.made"])
    assert refused.value.code == "unverified_address"


def test_a_suspended_person_hears_nothing_more(cast):
    made, _ = endpoint(cast.solver, types=["key.made"])
    with work.unit():
        operations.disable_of_person(person_id=cast.solver.person_id)
    assert db.session.get_one(Endpoint, made.id).state is EndpointState.DISABLED
    with pytest.raises(NotNow), work.unit():
        operations.send_test(actor=cast.solver, endpoint=made)
    assert issubclass(NotNow, HubError)
