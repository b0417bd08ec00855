"""What every page and every answer has in common."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient


def test_every_answer_carries_the_security_headers(client: FlaskClient):
    headers = client.get("/how-it-works").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_person_gets_a_page_and_a_program_gets_a_problem(client: FlaskClient):
    page = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert page.status_code == 404 and b"<h1" in page.data
    answer = client.get("/no-such-page", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "not_found"


def test_the_api_asks_for_a_key_in_json(client: FlaskClient):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["code"] == "not_signed_in"
    wrong = client.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 401 and wrong.json["code"] == "bad_key"


def test_the_language_is_a_choice_that_stays(client: FlaskClient):
    assert b'lang="en"' in client.get("/how-it-works").data
    assert b'lang="zh-CN"' in client.get("/how-it-works", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).data
    answer = client.get("/language/zh?next=/how-it-works")
    assert answer.status_code == 302 and answer.headers["Location"] == "/how-it-works"
    assert b'lang="zh-CN"' in client.get("/how-it-works").data


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_redirect_never_leaves_the_site(client: FlaskClient, target: str):
    assert client.get("/language/en", query_string={"next": target}).headers["Location"] == "/"


def test_a_private_page_sends_a_visitor_to_sign_in_and_back(client: FlaskClient):
    answer = client.get("/home")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=/home")


def test_a_form_without_its_token_is_refused(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/login", data={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 400
    assert b"expired" in answer.data


def test_static_files_may_be_kept_because_their_address_changes_with_them(client: FlaskClient):
    page = client.get("/how-it-works").get_data(as_text=True)
    assert "/static/css/hub.css?v=" in page
    assert client.get("/static/css/hub.css").status_code == 200


def test_the_api_describes_itself(client: FlaskClient):
    document = client.get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert "security" in operation, (method, path)
    rooms = client.get("/api/docs").get_data(as_text=True)
    for path in document["paths"]:
        assert f">{path}</code>" in rooms, path
    page = client.get("/api/docs/agreements").get_data(as_text=True)
    assert "/api/v1/agreements/{terms_id}/sign" in page and "seen_hash" in page
    assert client.get("/api/docs/no-such-room").status_code == 404


def test_health_is_told_without_a_session(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json["status"] == "ready"
    assert "hub_deliveries" in client.get("/metrics").get_data(as_text=True)
    assert "Set-Cookie" not in client.get("/healthz").headers
