"""What the program says of itself: a line of JSON each, nobody's address or secret, and no second line out of one."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator

import pytest

from hub.web import logs
from tests.factories.people import api_headers, person, sign_in


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    out = io.StringIO()
    handler = logs.set_up(out)
    yield out
    logging.getLogger().removeHandler(handler)


def said(lines: io.StringIO, what: str = "") -> list[dict]:
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [one for one in found if not what or one["message"] == what]


def test_a_line_is_one_line_whatever_stands_in_it(lines):
    logging.getLogger("hub.web").warning("%s", 'x\r\n{"message": "forged"}\u2028\u0085\x1b[2J')
    assert len(lines.getvalue().splitlines()) == 1 and lines.getvalue().isascii()
    assert [one["message"][:1] for one in said(lines)] == ["x"]
    assert {"time", "level", "logger"} <= set(said(lines)[0]) and said(lines)[0]["time"].endswith("+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "no route to ada@example.org", "{'ada@example.org': (550, b'no')}", "Authorization: Bearer hub_abcdefghijklmnop", "key hub_abcdefghij1234",
        "smtp://user:geheim99@mail.example.org", "password=geheim99", "'token': 'geheim99'", "sk_live_abcdefghijk",
    ],
)  # fmt: skip
def test_addresses_and_secrets_are_left_out(lines, text):
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("hub.db").exception("failed: %s", text)
    whole = lines.getvalue()
    assert not any(secret in whole for secret in ("ada@", "abcdefghij", "geheim99")), whole
    assert "ValueError" in said(lines)[0]["trace"]


@pytest.mark.parametrize("sign", ["a", "password", "hub_"])
def test_a_long_word_is_looked_through_in_a_moment(sign):
    begun = time.process_time()
    logs.without_secrets(sign * (60_000 // len(sign)))
    assert time.process_time() - begun < 2


def test_a_fault_is_told_with_its_trace_and_without_what_was_sent(own_app, lines):
    @own_app.get("/broken/<secret>")
    def broken(secret: str):
        raise RuntimeError("kaputt")

    broken.is_public = True
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = own_app.test_client().get("/broken/geheim99")
    assert answer.status_code == 500
    (line,) = [one for one in said(lines) if "fault" in one["message"]]
    assert "/broken/<secret>" in line["message"] and "kaputt" in line["trace"] and "geheim99" not in lines.getvalue()
    assert line["message"].split()[1] in answer.get_data(as_text=True), "the number that the visitor is given"


def test_who_is_let_in_and_who_is_turned_away_is_told(app, client, lines):
    ada = person()
    client.post("/login", data={"email": ada.email, "password": "wrong"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    sign_in(client, ada)
    (wrong,), (right,) = said(lines, "sign_in_refused"), said(lines, "signed_in")
    assert (wrong["step"], wrong["code"], wrong["route"]) == ("password", "bad_credentials", "/login")
    assert right["by"] == "password"
    assert ada.email not in lines.getvalue() and "203.0.113.7" not in lines.getvalue() and len(wrong["visitor"]) == 12


def test_refused_requests_and_wrong_keys_are_told(app, client, lines):
    ada = person()
    sign_in(client, ada)
    assert client.get("/admin").status_code == 403
    reading = api_headers(ada, "read")
    assert client.patch("/api/v1/me", json={"name": "Ada"}, headers=reading).status_code == 403
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer hub_wrong"}).status_code == 401
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/logout").status_code == 400
    codes = [(one["code"], one["route"], one["person"]) for one in said(lines, "refused")]
    assert codes == [("not_allowed", "/admin", ada.id), ("missing_scope", "/api/v1/me", ada.id), ("csrf", "/logout", None)] or [
        code for code, _, _ in codes
    ] == ["not_allowed", "missing_scope", "csrf"]
    assert len(said(lines, "bad_key")) == 1


def test_the_same_visitor_is_known_by_a_hash_that_needs_the_site_s_key(app):
    first = logs.visitor("203.0.113.7")
    assert first == logs.visitor("203.0.113.7") != logs.visitor("203.0.113.8")
    app.config["SECRET_KEY"] = "another"
    assert logs.visitor("203.0.113.7") != first
