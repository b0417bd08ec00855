"""What all doors have in common: headers, cookies, methods, sizes; and that nobody writes a field that is not theirs to write."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from hub.app import create_app
from hub.config import BadSetting, Config, from_environment
from hub.core.accounts import queries as people
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.web import api
from hub.web.security import CSP
from tests.conftest import NOON, Browser
from tests.factories.people import api_headers, person, sign_in
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import PEOPLE
from tests.house.matrix.world import World

PAGES = [row for row in ROWS if not row.writes and not row.is_api and "anonymous" in row.yes]


def protected(answer: Any) -> list[str]:
    """What is missing or wrong in an answer's headers."""
    headers, wrong = answer.headers, []
    expected = {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Content-Security-Policy": CSP,
        "Cross-Origin-Opener-Policy": "same-origin",
    }  # fmt: skip
    wrong += [name for name, value in expected.items() if headers.get(name) != value and not stricter(name, headers.get(name, ""))]
    wrong += [name for name, _ in headers if name.lower().startswith("access-control-")]
    for cookie in headers.getlist("Set-Cookie"):
        if not ("HttpOnly" in cookie and "SameSite=Lax" in cookie):
            wrong.append(f"Set-Cookie {cookie.partition('=')[0]}")
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.lower():
        wrong.append(f"Content-Type {kind}")
    return wrong


def stricter(name: str, value: str) -> bool:
    """What people sent is shown and downloaded under a policy that runs nothing at all; a portal's own pages name their host in it."""
    if name == "Referrer-Policy":
        return value == "no-referrer"
    return name == "Content-Security-Policy" and "default-src 'none'" in value and "unsafe" not in value


@pytest.mark.only_on("sqlite")
def test_every_public_page_carries_the_headers(world: World):
    for row in PAGES:
        answer = world.visitor("anonymous").get(row.address.format_map(world.made.places))
        assert protected(answer) == [], row
        answer.close()
    assert len(PAGES) > 60


def test_the_policy_runs_nothing_from_elsewhere_and_lets_nobody_frame_us():
    parts = dict(part.strip().partition(" ")[::2] for part in CSP.split(";"))
    assert parts["default-src"] == parts["form-action"] == "'self'"
    assert parts["object-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert parts["img-src"] == "'self' data:" and not {"script-src", "style-src", "connect-src"} & set(parts)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO"])
@pytest.mark.parametrize(
    "path", ["/", "/login", "/no/such/page", "/static/css/hub.css", "/static/none.css", "/api/v1/me", "/api/v1/none", "/healthz"]
)
def test_every_method_is_answered_with_the_headers(client: FlaskClient, method: str, path: str):
    if method == "POST" and path == "/login":
        return
    answer = client.open(path, method=method, headers={"X-Secret-Header": "xevil"})
    assert answer.status_code in {200, 302, 304, 400, 401, 404, 405, 422} and protected(answer) == []
    assert "xevil" not in answer.get_data(as_text=True), "TRACE would send back what was sent"
    if method in {"TRACE", "CONNECT", "FOO", "PUT"}:
        assert answer.status_code in {401, 404, 405}
    answer.close()


def test_a_fault_carries_the_headers_and_tells_nothing(own_app: Flask):
    @own_app.get("/broken")
    def broken() -> str:
        raise RuntimeError("SELECT password FROM person")

    broken.is_public = True  # type: ignore[attr-defined]
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = own_app.test_client().get("/broken")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500 and protected(answer) == []
    assert "SELECT" not in page and "Traceback" not in page and "RuntimeError" not in page


@pytest.mark.parametrize(
    "path", ["/.git/config", "/hub/config.py", "/.env", "/secret_key", "/console", "/static/", "/var/hub.sqlite3", "/server-status"]
)
def test_no_source_debugger_or_listing_is_served(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


def test_a_request_larger_than_the_largest_upload_is_refused_before_it_is_read(client: FlaskClient):
    class Endless:
        read_so_far = 0

        def tell(self) -> int:
            return 0

        def seek(self, *where: int) -> int:
            return 100 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            Endless.read_so_far += max(size, 0)
            return b"x" * max(size, 0)

    for path in ("/login", "/register"):
        size = str(100 * 1024 * 1024)
        answer = client.post(
            path, input_stream=Endless(), environ_overrides={"CONTENT_LENGTH": size, "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code == 413, path
        assert Endless.read_so_far < 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name": ' * 50_000,
        b'{"name": "\\ud800"}',
        b'{"name": "\\udfff\\ud800x"}',
        b"\xff\xfe{}",
        b"{",
        b"null",
        b"NaN",
        b'"x"',
        b"[]",
        b"-2.9e16",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_or_no_object_is_refused(client: FlaskClient, body: bytes):
    headers = api_headers(person())
    answer = client.patch("/api/v1/me", data=body, headers={**headers, "Content-Type": "application/json"})
    assert answer.status_code in {400, 422} and answer.content_type == "application/problem+json"
    looked_at_first = client.post("/api/v1/platforms/x/products", data=body, headers={**headers, "Content-Type": "application/json"})
    assert looked_at_first.status_code in {400, 404, 422}, "also where a schema looks at the whole before its fields"
    assert client.patch("/api/v1/me", json={"name": "\U0001f986 Ada"}, headers=headers).json["name"] == "\U0001f986 Ada", (
        "two halves are a letter"
    )


def test_what_an_address_asks_never_replaces_what_it_names(client: FlaskClient):
    page = client.get("/needs?kind=evil&q=x")
    assert page.status_code == 200 and 'href="/evil' not in page.get_data(as_text=True)


# Under https


@pytest.fixture
def https(config: Config):
    app = create_app(dataclasses.replace(config, base_url="https://hub.example"))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    clock.set_to(NOON)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)


def test_under_https_cookies_are_bound_to_this_host_and_never_travel_in_the_open(https: Flask):
    ada = person()
    answer = https.test_client().post("/login", data={"email": ada.email, "password": "demo-pass"}, base_url="https://hub.example")
    cookies = answer.headers.getlist("Set-Cookie")
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-hub_session", "__Secure-hub_device"}
    for cookie in cookies:
        flags = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= flags and not any(flag.startswith("Domain") for flag in flags)
        assert "Path=/" in flags or cookie.startswith("__Secure-")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    shown = https.test_client().get("/language/zh", base_url="https://hub.example").headers["Set-Cookie"]
    assert "Secure" in shown


def test_cookies_are_signed_with_sha_256(app: Flask):
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert len(signer.dumps({}).rpartition(".")[2]) == 43, "32 bytes in base64"
    old = URLSafeTimedSerializer("test-key", salt="cookie-session", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1})
    client = app.test_client()
    client.set_cookie("hub_session", str(old.dumps({"_user_id": "x"})))
    assert client.get("/settings/profile").status_code == 302


def test_signing_out_clears_what_the_browser_keeps(client: FlaskClient):
    sign_in(client, person())
    assert client.post("/logout").headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("key", ["geheim", "a" * 64, "0123456789" * 2, "abababababababababababababababababab"])
def test_a_secret_key_that_could_be_guessed_stops_the_start(tmp_path, key: str):
    with pytest.raises(BadSetting, match="HUB_SECRET_KEY") as refused:
        from_environment({"HUB_DATA_DIR": str(tmp_path), "HUB_SECRET_KEY": key})
    assert key not in str(refused.value)
    assert from_environment({"HUB_DATA_DIR": str(tmp_path), "HUB_SECRET_KEY": key, "HUB_DEMO": "1"}).secret_key == key
    good = "k3-Jd92mQx_0pLsR7vTzYb1NcWuEoHgA"
    assert from_environment({"HUB_DATA_DIR": str(tmp_path), "HUB_SECRET_KEY": good}).secret_key == good


# Fields that are not the sender's to write


FOREIGN = {
    "id": 1,
    "owner_id": 1,
    "person_id": 1,
    "is_admin": True,
    "state": "published",
    "created_at": "2020-01-01T00:00:00+00:00",
    "amount_minor": 1,
}
OURS = re.compile(r"(^|_)(id|hash|minor|by|at)$|^is_|^(owner|author|creator|status|balance|verified|vouched|duties|version|locked)$")
"""Of a field's name: what the site writes itself."""


def written(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields that each operation of the document takes in JSON."""

    def resolved(schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json") if isinstance(operation, dict) else None
            if body:
                found[f"{method.upper()} {path}"] = resolved(body["schema"]).get("properties", {})
    return found


def test_no_schema_takes_what_the_site_writes_itself(app: Flask):
    taken = {f"{door}: {name}" for door, fields in written(api.spec(app)).items() for name in fields if OURS.search(name)}
    names = {one.rpartition(": ")[2] for one in taken}
    assert names <= REFERENCES, sorted(one for one in taken if one.rpartition(": ")[2] not in REFERENCES)


REFERENCES = set(
    "building_at closes_at ends_at entry_id filing_id is_expert is_shown listing_id needed_by opens_at organisation_id post_id quotes_by "
    "seen_hash starts_at tax_id terms_hash version voting_at".split()
)
"""Fields that choose another thing by its number, or a moment that the sender decides: the operation asks whether they may."""


@pytest.mark.only_on("sqlite")
def test_fields_that_nobody_asked_for_are_refused_by_every_endpoint(world: World):
    adapter = world.app.url_map.bind("127.0.0.1")
    with_body = written(api.spec(world.app))
    before, tried = world.fingerprints(), set()
    for row in ROWS:
        if not (row.is_api and row.writes and row.yes) or row.files:
            continue
        rule, _ = adapter.match(row.path(world.made.places), method=row.method, return_rule=True)
        door = f"{row.method} {api._openapi_path(rule.rule)}"
        if door not in with_body or door in tried:
            continue
        tried.add(door)
        who = min(row.yes - {"anonymous"}, key=PEOPLE.index)
        foreign = {name: value for name, value in FOREIGN.items() if name not in with_body[door]}
        sent = {**world.filled(row.send), **foreign}
        answer = world.app.test_client().open(
            row.address.format_map(world.made.places), method=row.method, json=sent, headers=world.program(who)
        )
        assert answer.status_code == 422 and set(foreign) & {name.rpartition(".")[2] for name in answer.json.get("errors", {})}, (
            f"{row}: {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        )
    assert world.fingerprints() == before and len(tried) > 100


def test_a_form_passes_over_fields_that_nobody_asked_for(client: FlaskClient):
    ada = person()
    sign_in(client, ada)
    form = {
        "name": "Ada",
        "handle": ada.handle,
        "language": "en",
        "timezone": "UTC",
        "email": "x@evil.example",
        "id": "99",
        "is_admin": "1",
        "state": "erased",
    }
    assert client.post("/settings/profile", data=form).status_code == 302
    kept = people.get(ada.id)
    assert (kept.name, kept.is_admin, kept.state.value) == ("Ada", False, "active") and kept.email != "x@evil.example"
    work.rollback()
