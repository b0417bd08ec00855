"""Signing in with one step or two, as a browser does it; the settings of second factors."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hub.app import create_app
from hub.config import Config
from hub.core.accounts import operations as accounts
from hub.core.accounts.models import LoginSession
from hub.core.factors import queries
from hub.core.factors.queries import Held
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.web.security import limiter
from tests.conftest import NOON, Browser
from tests.factories.factors import Authenticator, app_for, code_of, passkey_for
from tests.factories.people import actor_of, api_headers, person, sign_in


def text(answer) -> str:
    return answer.get_data(as_text=True)


def sessions() -> int:
    return db.session.scalar(select(func.count()).select_from(LoginSession).where(LoginSession.ended_at.is_(None))) or 0


def signed_in(client: FlaskClient) -> bool:
    return client.get("/settings/profile").status_code == 200


def password(client: FlaskClient, ada, **more: str):
    return client.post("/login", data={"email": ada.email, "password": "demo-pass", **more})


# Two steps


def test_the_password_alone_opens_nothing_once_there_is_an_app(client):
    ada = person()
    secret, _ = app_for(ada)
    clock.advance(timedelta(minutes=1))
    answer = password(client, ada, next="/settings/keys")
    assert answer.headers["Location"] == "/login/second?next=/settings/keys"
    assert not signed_in(client) and sessions() == 0
    page = text(client.get(answer.headers["Location"]))
    assert "Second step" in page and ada.email not in page and ada.name not in page
    wrong = client.post("/login/second", data={"code": "000000", "next": "/settings/keys"})
    assert wrong.status_code == 422 and 'value="000000"' in text(wrong) and 'href="#f-code"' in text(wrong)
    assert client.post("/login/second", data={"code": ""}).status_code == 422 and sessions() == 0
    answer = client.post("/login/second", data={"code": code_of(secret), "next": "/settings/keys"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/settings/keys" and signed_in(client)


def test_a_recovery_code_stands_in_once(app):
    ada = person()
    _, codes = app_for(ada)
    for status in (302, 422):
        client = app.test_client()
        password(client, ada)
        assert client.post("/login/second", data={"code": codes[4]}).status_code == status
    assert sessions() == 1


def test_the_first_half_lapses_and_ends_with_the_password_it_proved(app):
    ada = person()
    secret, _ = app_for(ada)
    stale, changed = app.test_client(), app.test_client()
    password(stale, ada)
    clock.advance(timedelta(minutes=10))
    assert stale.post("/login/second", data={"code": code_of(secret)}).headers["Location"].startswith("/login")
    assert stale.get("/login/second").headers["Location"].startswith("/login")
    password(changed, ada)
    with work.unit():
        accounts.change_password(actor=actor_of(ada), current="demo-pass", password="a fresh start")
    assert changed.post("/login/second", data={"code": code_of(secret)}).headers["Location"].startswith("/login")
    assert sessions() == 0
    nobody = app.test_client()
    assert nobody.post("/login/second", data={"code": code_of(secret)}).headers["Location"].startswith("/login")


def test_wrong_passwords_tell_nothing_of_second_steps(client):
    ada, bob = person(), person("Bob")
    app_for(ada)
    pages = [text(client.post("/login", data={"email": who.email, "password": "wrong"})).replace(who.email, "") for who in (ada, bob)]
    assert len({re.sub(r'(csrf_token|_once)" value="[^"]+"', "", page) for page in pages}) == 1


def test_a_second_step_leads_nowhere_else(client):
    ada = person()
    secret, _ = app_for(ada)
    clock.advance(timedelta(minutes=1))
    assert password(client, ada, next="//evil.example").headers["Location"] == "/login/second?next=/home"
    assert client.post("/login/second", data={"code": code_of(secret), "next": "https://evil.example"}).headers["Location"] == "/home"


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    """The site with its rate limits and its question who is there."""
    app = create_app(dataclasses.replace(config, rate_limits=True, proof_minutes=15))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    clock.set_to(NOON)
    with app.app_context():
        limiter.reset()
        yield app
        limiter.reset()
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)
    limiter.enabled = False


def test_guessing_codes_and_proofs_is_slowed_for_each_account(limited):
    ada, bob = person(), person("Bob")
    (secret, _), (another, _) = app_for(ada), app_for(bob)
    clock.advance(timedelta(minutes=1))
    client = limited.test_client()
    password(client, ada)
    assert [client.post("/login/second", data={"code": "000000"}).status_code for _ in range(11)] == [422] * 10 + [429]
    late = client.post("/login/second", data={"code": code_of(secret)})
    assert late.status_code == 429 and "Too many tries" in text(late), "even the right one"
    other = limited.test_client()
    password(other, bob)
    assert other.post("/login/second", data={"code": code_of(another)}).status_code == 302, "another account is not held up"
    clock.advance(timedelta(minutes=20))
    tries = [other.post("/settings/keys", data={"name": "x", "_proof": "1", "_proof_password": "wrong"}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]


# Passkeys


def prove(client: FlaskClient, made: Authenticator, options: str) -> str:
    answer = client.post(options)
    assert answer.status_code == 200, text(answer)
    return made.prove(text(answer))


def test_a_passkey_is_a_whole_sign_in(client):
    ada = person()
    made = passkey_for(ada)
    options = json.loads(text(client.post("/login/passkey/options")))
    assert options["allowCredentials"] == [] and options["userVerification"] == "required" and options["rpId"] == "localhost"
    answer = client.post("/login/passkey", data={"credential": prove(client, made, "/login/passkey/options"), "next": "/settings/keys"})
    assert answer.headers["Location"] == "/settings/keys" and signed_in(client) and sessions() == 1


@pytest.mark.parametrize("name", ["id", "rawId", "type", "response", "userHandle", "signature", "clientDataJSON", "authenticatorData"])
def test_a_bent_passkey_is_refused(client, name):
    """Whatever a program sends in the place of a browser: nobody gets in, and nothing breaks."""
    made = passkey_for(person())
    for odd in ("\ud800", "a\x00", "é", ["a"], {}, 5, None):
        good = json.loads(prove(client, made, "/login/passkey/options"))
        (good if name in good else good["response"])[name] = odd
        answer = client.post("/login/passkey", data={"credential": json.dumps(good)})
        assert answer.status_code == 422 and sessions() == 0, odd


def test_a_challenge_belongs_to_one_browser_for_five_minutes_and_once(app):
    ada = person()
    made = passkey_for(ada)
    mine, other = app.test_client(), app.test_client()
    sent = prove(mine, made, "/login/passkey/options")
    cookie = mine.get_cookie("hub_session").value
    prove(other, made, "/login/passkey/options")
    assert other.post("/login/passkey", data={"credential": sent}).status_code == 422
    clock.advance(timedelta(minutes=4, seconds=59))
    assert mine.post("/login/passkey", data={"credential": sent}).status_code == 302
    again = app.test_client()
    again.set_cookie("hub_session", cookie)  # the browser's older cookie, with the challenge still in it
    assert again.post("/login/passkey", data={"credential": sent}).status_code == 422
    late = app.test_client()
    sent = prove(late, made, "/login/passkey/options")
    clock.advance(timedelta(minutes=5))
    answer = late.post("/login/passkey", data={"credential": sent})
    assert answer.status_code == 422 and "did not prove" in text(answer) and sessions() == 1


def test_a_passkey_is_the_second_step_of_its_person_alone(client):
    ada, bob = person(), person("Bob")
    made, foreign = passkey_for(ada), passkey_for(bob)
    assert password(client, ada).headers["Location"] == "/login/second?next=/home"
    assert len(json.loads(text(client.post("/login/second/options")))["allowCredentials"]) == 1
    assert client.post("/login/second", data={"credential": prove(client, foreign, "/login/second/options")}).status_code == 422
    assert client.post("/login/second", data={"credential": prove(client, made, "/login/second/options")}).status_code == 302
    assert signed_in(client)
    nobody = client.application.test_client()
    assert nobody.post("/login/second/options", headers={"Accept": "application/json"}).status_code == 401


def test_a_passkey_is_registered_named_and_removed(client):
    ada = person()
    sign_in(client, ada)
    assert "Register a passkey" in text(client.get("/settings/security/factors"))
    made = Authenticator()
    options = text(client.post("/settings/security/passkeys/options"))
    asked = json.loads(options)["authenticatorSelection"]
    assert (asked["residentKey"], asked["userVerification"]) == ("required", "required")
    data = {"name": "Key ring", "credential": made.make(options)}
    nameless = client.post("/settings/security/passkeys", data=data | {"name": " "})
    assert nameless.status_code == 422 and queries.held_by(ada.id).passkeys == 0
    assert client.post("/settings/security/passkeys", data=data | {"credential": ""}).status_code == 422
    data["credential"] = made.make(text(client.post("/settings/security/passkeys/options")))
    assert client.post("/settings/security/passkeys", data=data).headers["Location"] == "/settings/security/codes"
    codes = re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", text(client.get("/settings/security/codes")))
    assert len(set(codes)) == 10
    assert client.get("/settings/security/codes").status_code == 302, "shown once"
    number = queries.passkeys_of(ada.id)[0].id
    client.post(f"/settings/security/passkeys/{number}", data={"name": "Blue key"})
    assert "Blue key" in text(client.get("/settings/security/factors"))
    client.post(f"/settings/security/passkeys/{number}/remove")
    assert queries.held_by(ada.id) == Held(False, 0, 0)


def test_a_site_without_a_name_offers_no_passkeys(app, client):
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], base_url="http://192.0.2.7:8000")
    assert "data-passkey" not in text(client.get("/login"))
    assert client.post("/login/passkey/options").status_code == 422
    sign_in(client, person())
    assert "reached by a number" in text(client.get("/settings/security/factors"))


# The authenticator app in the settings


def test_an_app_is_set_up_and_removed(client):
    ada = person()
    sign_in(client, ada)
    assert client.get("/settings/security/app").status_code == 302
    assert client.get("/settings/security/app/qr.svg").status_code == 404
    assert client.post("/settings/security/app").headers["Location"] == "/settings/security/app"
    page = text(client.get("/settings/security/app"))
    secret = re.search(r'<code class="secret" id="secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    image = client.get("/settings/security/app/qr.svg?begun=1")
    assert image.mimetype == "image/svg+xml" and image.data.startswith(b"<?xml") and image.headers["Cache-Control"] == "no-store"
    assert b"style" not in image.data and b"script" not in image.data
    wrong = client.post("/settings/security/app/confirm", data={"code": "12 34 56 7"})
    assert wrong.status_code == 422 and 'value="12 34 56 7"' in text(wrong) and secret[:4] in text(wrong)
    assert client.post("/settings/security/app/confirm", data={"code": code_of(secret)}).headers["Location"] == "/settings/security/codes"
    assert "in use" in text(client.get("/settings/security/factors"))
    assert client.get("/settings/security/app/qr.svg").status_code == 404, "a confirmed secret is never shown again"
    assert queries.held_by(ada.id) == Held(True, 0, 10)
    client.post("/settings/security/app/remove")
    assert queries.held_by(ada.id) == Held(False, 0, 0)
    assert client.post("/settings/security/app/remove").status_code == 409


def test_an_administrator_helps_who_has_lost_everything(app):
    ada, root = person(), person("Root", admin=True)
    app_for(ada)
    client = app.test_client()
    sign_in(client, root)
    where = f"/admin/people/{ada.id}/factors"
    assert where in text(client.get(f"/admin/people/{ada.id}"))
    assert client.post(where, data={"reason": ""}).status_code == 422 and queries.held_by(ada.id).app
    assert client.post(where, data={"reason": "Showed me her passport."}).status_code == 302
    assert "Showed me her passport." in text(client.get(where)) and not queries.held_by(ada.id).any


# Programs, and whoever forgot the password


def test_programs_read_and_end_sessions(app, client):
    ada, bob = person(), person("Bob")
    app_for(bob)
    sign_in(client, ada)
    headers = api_headers(ada)
    [only] = client.get("/api/v1/me/sessions", headers=headers).get_json()["items"]
    assert only["since"].startswith("2026-11-21") and only["address"] == "127.0.0.1"
    assert client.delete(f"/api/v1/me/sessions/{only['id']}", headers=api_headers(bob)).status_code == 404
    assert client.delete(f"/api/v1/me/sessions/{only['id']}", headers=headers).status_code == 204
    assert not signed_in(client)
    sign_in(client, ada)
    assert client.delete("/api/v1/me/sessions", headers=headers).status_code == 204 and not signed_in(client)
    assert client.get("/api/v1/me/factors", headers=api_headers(bob)).get_json() == {"app": True, "passkeys": 0, "recovery_codes": 10}


def test_a_new_password_by_mail_takes_the_second_step_too(client):
    ada = person()
    app_for(ada)
    with work.unit():
        accounts.request_reset(actor=SYSTEM, email=ada.email)
    with work.unit():
        secret = accounts.fresh_token(1)
    assert client.post(f"/reset/{secret}", data={"password": "a fresh start"}).status_code == 302
    answer = client.post("/login", data={"email": ada.email, "password": "a fresh start"})
    assert answer.headers["Location"].startswith("/login/second")


def test_a_password_hashed_at_another_cost_is_hashed_anew_at_sign_in(client):
    from argon2 import PasswordHasher

    ada = person()
    with work.unit():
        ada.password_hash = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash("demo-pass")
    sign_in(client, ada)
    db.session.refresh(ada)
    assert "m=8,t=1" in ada.password_hash
