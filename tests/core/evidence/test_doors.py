"""What anybody may ask of the log, in the browser and by program."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.contests.entries import queries as entries
from hub.core.evidence import operations, queries, rules
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.factories import entries as make
from tests.factories import people, seals


@pytest.fixture
def told(app: Flask) -> dict[str, Any]:
    """A receipt of this site, with two checkpoints around it."""
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    made = make.contest()
    with work.unit():
        sealed = make.seal(made.challenge, people.actor_of(made.solvers[0]), files={"data.csv": b"a\n1\n"})
    with clock.at(clock.now() + timedelta(days=1)), work.unit():
        operations.checkpoint(actor=SYSTEM)
    return entries.receipt(sealed)


def sent(client: FlaskClient, told: Any, **fields: str) -> Any:
    return client.post("/evidence/verify", data={"file": (io.BytesIO(json.dumps(told).encode()), "r.json"), **fields})


def test_a_receipt_is_checked_against_the_log_uploaded_or_pasted(client: FlaskClient, told: dict[str, Any]) -> None:
    page = sent(client, told).text
    assert "The receipt holds." in page and "The log of this site says the same" in page and "1 file on the receipt" in page
    assert "The receipt holds." in client.post("/evidence/verify", data={"text": json.dumps(told)}).text
    before = {"a": queries.head()}
    changed = sent(client, {**told, "manifest": {**told["manifest"], "title": "Another"}}).text
    assert "The receipt does not hold." in changed and "The manifest was altered" in changed
    assert "The salt is wrong" in sent(client, {**told, "salt": "ab" * 32}).text
    assert "The proof is wrong" in sent(client, {**told, "log": {**told["log"], "proof": ["ab" * 32]}}).text
    assert "The signature is wrong" in sent(client, {**told, "signature": "ab" * 64}).text
    assert "The key is unknown" in sent(client, seals.receipt()).text
    assert {"a": queries.head()} == before


def test_a_site_that_rewrote_its_log_is_shown_up_by_the_receipt(
    client: FlaskClient, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "root_at", lambda size: "ab" * 32)
    page = sent(client, told).text
    assert "The receipt does not hold." in page and "says something else now" in page


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Choose a file first"), (b"nonsense", "cannot be read as JSON"), (b"[" * 200_000, "cannot be read as JSON"),
        (b" " * (4 * 1024 * 1024 + 1), "too big"), (b'{"format": "other"}', "not a receipt"), (b"[]", "not a receipt"),
        (b'{"format": "innovation-hub/receipt/2"}', "Parts of the receipt are missing"), (b"PK\x03\x04broken", "archive is broken"),
    ],
)  # fmt: skip
def test_whatever_cannot_be_checked_is_refused_with_its_reason(client: FlaskClient, content: bytes, says: str) -> None:
    data = {"file": (io.BytesIO(content), "r.json")} if content else {"text": "  "}
    answer = client.post("/evidence/verify", data=data)
    assert answer.status_code == 422 and says in answer.text


def test_what_no_page_can_show_is_refused(client: FlaskClient, told: dict[str, Any]) -> None:
    for odd in (
        {"receipt_no": "\ud800"},
        {"manifest": {**told["manifest"], "\udfff": 1}},
        {"manifest": {**told["manifest"], "title": "\ud800"}},
    ):
        answer = sent(client, {**told, **odd})
        assert answer.status_code == 422 and "cannot be read as JSON" in answer.text


def test_checkpoints_and_the_proof_between_them_are_public(client: FlaskClient, told: dict[str, Any]) -> None:
    newest, first = queries.checkpoints()
    page = client.get("/evidence/checkpoints").text
    assert newest.root[:16] in page and f"first={first.size}&amp;second={newest.size}" in page
    file = client.get(f"/evidence/checkpoints/{newest.day}.json").get_json()
    assert rules.holds(rules.check(file, keys=queries.trusted()))
    assert "holds" in sent(client, file).text and "It does not hold." in sent(client, {**file, "size": 7}).text
    proof = client.get(f"/evidence/consistency.json?first={first.size}&second={newest.size}").get_json()
    assert rules.holds(rules.check(proof))
    assert client.get(f"/evidence/consistency?first={first.size}&second={newest.size}").status_code == 200
    assert client.get("/evidence/checkpoints/2001-01-01.json").status_code == 404
    assert client.get("/evidence/checkpoints/never.json").status_code == 404
    for query in ("first=0&second=999", "first=x&second=1", "first=-1&second=1", ""):
        assert client.get(f"/evidence/consistency?{query}").status_code == 422
    published = client.get("/.well-known/evidence-keys.json").get_json()
    assert rules.holds(rules.check(told, keys=rules.read_keys(published)))


def test_programs_ask_the_same(client: FlaskClient, told: dict[str, Any]) -> None:
    api = "/api/v1/evidence"
    listed = client.get(f"{api}/checkpoints?limit=1").get_json()
    assert len(listed["items"]) == 1 and listed["next"]
    assert len(client.get(f"{api}/checkpoints?cursor={listed['next']}").get_json()["items"]) == 1
    day = listed["items"][0]["day"]
    assert client.get(f"{api}/checkpoints/{day}").get_json()["root"] == listed["items"][0]["root"]
    proof = client.get(f"{api}/proof?hash={told['hash']}").get_json()
    assert proof["index"] == told["log"]["index"] and proof["size"] == queries.head()[0]
    assert client.get(f"{api}/consistency?first=0&second=1").get_json()["second"]["size"] == 1
    assert rules.read_keys(client.get(f"{api}/keys").get_json()) == queries.trusted()
    assert client.get(f"{api}/proof?hash={'0' * 64}").status_code == 404
    assert client.get(f"{api}/proof?hash=zz").status_code == 404
    assert client.get(f"{api}/consistency?first=0&second=99").get_json()["code"] == "no_such_size"


def test_the_page_that_explains_shows_the_log_of_the_moment_and_every_place_it_names_is_there(client: FlaskClient) -> None:
    before = client.get("/trust").get_data(as_text=True)
    with work.unit():
        operations.append(actor=SYSTEM, subject="test:1", sealed=operations.commit({"title": "A dye"}), at=clock.now())
        operations.checkpoint(actor=SYSTEM)
    page = client.get("/trust", headers={"Cache-Control": "no-cache"}).get_data(as_text=True)
    day = clock.now().date().isoformat()
    assert day in page and day not in before
    links = set(re.findall(r'href="(/[^"#]*)', page.split("<main")[1].split("</main>")[0]))
    assert {"/evidence/verify", "/evidence/checkpoints", f"/evidence/checkpoints/{day}.json", "/trust/levels", "/reputation"} <= links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
