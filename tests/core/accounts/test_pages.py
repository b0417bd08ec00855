"""The HTML door of accounts, as a browser without JavaScript uses it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hub.app import create_app
from hub.config import Config
from hub.core.accounts import operations, queries
from hub.core.accounts.models import LoginSession, MailToken, Person
from hub.core.accounts.states import Purpose
from hub.core.keys import queries as keys_read
from hub.core.keys.models import ApiKey
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.web.security import limiter
from tests.conftest import NOON, Browser
from tests.factories.people import actor_of, api_headers, organisation, person, sign_in

FORM = {"name": "Ada Lovelace", "email": "ada@example.org", "password": "correct horse"}


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def mailed(purpose: Purpose) -> str:
    with work.unit():
        number = db.session.scalar(select(func.max(MailToken.id)).where(MailToken.purpose == purpose))
        secret = operations.fresh_token(number or 0)
    assert secret is not None
    return secret


def session_cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("hub_session")
    return cookie.value if cookie else ""


def session_secret(client: FlaskClient) -> str:
    with client.session_transaction() as kept:
        return str(kept.get("_user_id", ""))


def text(answer) -> str:
    return answer.get_data(as_text=True)


# Registration


def test_from_registering_to_signed_in(client):
    answer = client.post("/register", data=FORM, follow_redirects=True)
    assert answer.status_code == 200 and "ada@example.org" in text(answer)
    assert session_secret(client) == "", "registering alone signs nobody in"
    link = f"/verify/{mailed(Purpose.VERIFY)}"
    assert not queries.by_email("ada@example.org").email_verified_at
    assert "ada@example.org" in text(client.get(link))
    assert not queries.by_email("ada@example.org").email_verified_at, "opening the link alone confirms nothing"
    assert client.post(link).headers["Location"] == "/login"
    assert queries.by_email("ada@example.org").email_verified_at == NOON
    assert client.get(link).status_code == 404
    answer = client.post("/login", data=FORM | {"next": "/settings/keys"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/settings/keys"
    assert "Ada Lovelace" in text(client.get("/settings/profile"))


def test_a_known_address_gets_the_very_same_answer(app):
    person(email="known@example.org")
    new, known = app.test_client(), app.test_client()
    answers = [
        (new.post("/register", data=FORM | {"email": "new@example.org"}), text(new.get("/register/sent"))),
        (known.post("/register", data=FORM | {"email": "known@example.org"}), text(known.get("/register/sent"))),
    ]
    assert answers[0][0].status_code == answers[1][0].status_code == 302
    assert answers[0][0].headers["Location"] == answers[1][0].headers["Location"]
    bare = [re.sub(r'csrf_token" value="[^"]+"', "", page).replace("new@", "X@").replace("known@", "X@") for _, page in answers]
    assert bare[0] == bare[1]
    assert count(Person) == 2 and queries.by_email("known@example.org").name == "Ada Solver"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"email": "ada"}, "email"), ({"name": " "}, "name"), ({"password": "password"}, "password"), ({"password": "short"}, "password")],
)
def test_a_wrong_registration_keeps_what_was_typed_and_says_what_to_mend(client, wrong, field):
    answer = client.post("/register", data=FORM | wrong)
    page = text(answer)
    assert answer.status_code == 422 and count(Person) == 0
    assert f'id="f-{field}-error"' in page and f'href="#f-{field}"' in page
    kept = "ada@example.org" if field != "email" else "Ada Lovelace"
    assert f'value="{kept}"' in page
    assert "correct horse" not in page and 'value="password"' not in page


# Signing in


def test_a_wrong_password_is_refused_alike_for_known_and_unknown(client):
    ada = person(email="ada@example.org")
    pages = [text(client.post("/login", data={"email": email, "password": "wrong"})) for email in (ada.email, "nobody@example.org")]
    bare = [re.sub(r'(csrf_token|_once)" value="[^"]+"', "", page).replace("nobody@", "ada@") for page in pages]
    assert bare[0] == bare[1] and "do not belong together" in pages[0]
    assert count(LoginSession) == 0
    assert client.get("/settings/profile").status_code == 302


def test_the_session_is_made_anew_at_every_sign_in(client):
    ada, bob = person(), person("Bob")
    client.get("/login")
    with client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
    before = session_cookie(client)
    sign_in(client, ada)
    first = session_secret(client)
    with client.session_transaction() as kept:
        assert "planted" not in kept
    assert session_cookie(client) != before
    sign_in(client, bob)
    second = session_secret(client)
    assert first != second and queries.identity_by_token(first) is None
    assert queries.identity_by_token(second).handle == bob.handle
    assert db.session.get(LoginSession, 1).ended_at == NOON


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, client):
    sign_in(client, person())
    thief = app.test_client()
    thief.set_cookie("hub_session", session_cookie(client))
    assert thief.get("/settings/profile").status_code == 200
    assert client.post("/logout").status_code == 302
    assert thief.get("/settings/profile").status_code == 302
    assert client.get("/settings/profile").headers["Location"].startswith("/login?next=")
    assert client.post("/logout").status_code == 302, "signing out twice does no harm"


def test_signing_in_leads_back_to_where_one_wanted_to_go_but_never_off_the_site(client):
    ada = person()
    assert (
        client.get("/settings/keys").headers["Location"] == "/login?next=/settings/keys?" or client.get("/settings/keys").status_code == 302
    )
    for target, leads in [
        ("/settings/keys?x=1", "/settings/keys?x=1"),
        ("//evil.example", "/home"),
        ("https://evil.example/", "/home"),
        ("/\\evil", "/home"),
    ]:
        answer = client.post("/login", data={"email": ada.email, "password": "demo-pass", "next": target})
        assert answer.headers["Location"] == leads


def test_a_signed_in_person_is_not_asked_again(client):
    sign_in(client, person())
    assert client.get("/login").headers["Location"] == "/home"
    assert client.get("/register").headers["Location"] == "/home"
    assert client.get("/login?email=solver@demo.example").status_code == 200, "the demo's links change roles"


def test_a_suspended_person_is_told_why_and_stays_outside(client):
    ada = person()
    with work.unit():
        operations.suspend(actor=SYSTEM, person=ada, reason="Copied entries")
    answer = client.post("/login", data={"email": ada.email, "password": "demo-pass"})
    assert answer.status_code == 422 and "Copied entries" in text(answer)
    assert client.get("/settings/profile").status_code == 302


def test_a_session_lapses_and_its_use_is_noted_once_an_hour(client):
    sign_in(client, person())
    row = db.session.get(LoginSession, 1)
    clock.advance(timedelta(minutes=59))
    client.get("/settings/profile")
    assert row.last_seen_at == NOON
    clock.advance(timedelta(minutes=1))
    client.get("/settings/profile")
    assert row.last_seen_at == NOON + timedelta(hours=1)
    clock.advance(timedelta(days=14))
    assert client.get("/settings/profile").status_code == 302


def test_an_expired_session_cookie_is_a_visitors(client):
    client.set_cookie("hub_session", "nonsense")
    assert client.get("/login").status_code == 200


# Forgotten passwords


def test_a_forgotten_password_is_set_anew_and_ends_every_session(app, client):
    ada = person()
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    answer = client.post("/reset", data={"email": ada.email}, follow_redirects=True)
    assert answer.status_code == 200 and ada.email in text(answer)
    link = f"/reset/{mailed(Purpose.RESET)}"
    assert client.get(link).status_code == 200
    refused = client.post(link, data={"password": "short"})
    assert refused.status_code == 422 and "At least" in text(refused)
    assert client.post(link, data={"password": "a fresh start"}).headers["Location"] == "/login"
    assert elsewhere.get("/settings/profile").status_code == 302
    assert client.post(link, data={"password": "another start"}).status_code == 404
    sign_in(client, ada, "a fresh start")


def test_a_reset_says_the_same_for_an_unknown_address(app):
    ada = person()
    answers = []
    for email in (ada.email, "nobody@example.org"):
        visitor = app.test_client()
        first = visitor.post("/reset", data={"email": email})
        page = re.sub(r'csrf_token" value="[^"]+"', "", text(visitor.get("/reset/sent"))).replace(email, "X")
        answers.append((first.status_code, first.headers["Location"], page))
    assert answers[0] == answers[1]
    assert count(MailToken) == 1


@pytest.mark.parametrize("path", ["/verify/nonsense", "/reset/nonsense"])
def test_a_made_up_link_leads_nowhere(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path, data={"password": "a fresh start"}).status_code == 404


# Settings


def test_the_account_form_saves_and_keeps_the_language(client):
    ada = person()
    sign_in(client, ada)
    form = {"name": "Ada L.", "handle": "countess", "language": "zh", "timezone": "Asia/Shanghai", "version": str(ada.version)}
    assert client.post("/settings/profile", data=form).status_code == 302
    db.session.refresh(ada)
    assert (ada.name, ada.handle, ada.language, ada.timezone) == ("Ada L.", "countess", "zh", "Asia/Shanghai")
    assert client.get_cookie("lang").value == "zh"


def test_a_stale_account_form_keeps_both_texts(client):
    ada = person()
    sign_in(client, ada)
    with work.unit():
        operations.change_profile(actor=actor_of(ada), name="Somebody else’s change")
    answer = client.post(
        "/settings/profile", data={"name": "Mine", "handle": ada.handle, "language": "en", "timezone": "UTC", "version": "1"}
    )
    assert answer.status_code == 409 and 'value="Mine"' in text(answer)
    assert queries.card(ada.id).name == "Somebody else’s change"


@pytest.mark.parametrize("wrong", [{"timezone": "Moon/Base"}, {"language": "xx"}, {"handle": "a b"}, {"name": ""}])
def test_a_wrong_account_form_changes_nothing(client, wrong):
    ada = person()
    sign_in(client, ada)
    form = {"name": "Ada L.", "handle": "countess", "language": "en", "timezone": "UTC"} | wrong
    assert client.post("/settings/profile", data=form).status_code == 422
    assert queries.card(ada.id).name == "Ada Solver"


def test_changing_the_password_ends_the_other_sessions(app, client):
    ada = person()
    elsewhere = app.test_client()
    sign_in(client, ada)
    sign_in(elsewhere, ada)
    wrong = client.post("/settings/security/password", data={"current": "wrong", "password": "a fresh start"})
    assert wrong.status_code == 422 and 'id="f-current-error"' in text(wrong)
    assert elsewhere.get("/settings/profile").status_code == 200
    assert client.post("/settings/security/password", data={"current": "demo-pass", "password": "a fresh start"}).status_code == 302
    assert client.get("/settings/profile").status_code == 200
    assert elsewhere.get("/settings/profile").status_code == 302


def test_sessions_are_listed_and_ended_by_their_owner_alone(app, client):
    ada = person()
    elsewhere, eve = app.test_client(), app.test_client()
    sign_in(client, ada)
    elsewhere.post(
        "/login", data={"email": ada.email, "password": "demo-pass"}, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"}
    )
    sign_in(eve, person("Eve"))
    page = text(client.get("/settings/security"))
    assert "Firefox on Linux" in page and page.count("this one") == 1
    assert "/settings/security/sessions/2/end" in page and "/settings/security/sessions/1/end" not in page
    assert eve.post("/settings/security/sessions/2/end").status_code == 404
    assert elsewhere.get("/settings/profile").status_code == 200
    assert client.post("/settings/security/sessions/2/end").status_code == 302
    assert elsewhere.get("/settings/profile").status_code == 302
    sign_in(elsewhere, ada)
    assert client.post("/settings/security/sessions/end-others").status_code == 302
    assert elsewhere.get("/settings/profile").status_code == 302
    assert client.get("/settings/profile").status_code == 200
    assert eve.get("/settings/profile").status_code == 200


def test_the_confirming_mail_can_be_asked_for_again(client):
    ada = person(verified=False)
    sign_in(client, ada)
    assert "/settings/security/confirm" in text(client.get("/settings/security"))
    assert client.post("/settings/security/confirm").headers["Location"] == "/register/sent"
    assert client.post("/settings/security/confirm").status_code == 409
    assert client.post(f"/verify/{mailed(Purpose.VERIFY)}").headers["Location"] == "/home"
    assert "/settings/security/confirm" not in text(client.get("/settings/security"))


def test_a_key_is_shown_once_and_never_stored(client):
    ada = person()
    sign_in(client, ada)
    form = {"name": "Nightly", "scopes": ["write"], "days": "30", "_once": "click"}
    answer = client.post("/settings/keys", data=form)
    assert answer.headers["Location"] == "/settings/keys"
    page = text(client.get("/settings/keys"))
    secret = re.search(r"hub_[0-9a-f]{8}_[\w-]{20,}", page)
    assert secret is not None
    assert secret[0] not in text(client.get("/settings/keys"))
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret[0]}"}).get_json()
    assert me["handle"] == ada.handle and me["scopes"] == ["read", "write"]
    assert secret[0].encode() not in b"".join(bytes(str(row), "utf-8") for row in db.session.execute(db.text("SELECT * FROM once_key")))
    assert db.session.get(ApiKey, 1).expires_at == NOON + timedelta(days=30)
    assert client.post("/settings/keys", data=form).status_code == 302
    assert count(ApiKey) == 1, "a double click makes one key"


def test_nobody_revokes_another_persons_key(app, client):
    ada = person()
    headers = api_headers(ada)
    eve = app.test_client()
    sign_in(eve, person("Eve"))
    assert eve.post("/settings/keys/1/revoke").status_code == 404
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    sign_in(client, ada)
    assert client.post("/settings/keys/1/revoke").status_code == 302
    assert client.get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": ["all"]}, {"days": "7"}, {"kind": "root"}])
def test_a_wrong_key_form_makes_no_key(client, wrong):
    sign_in(client, person())
    assert client.post("/settings/keys", data={"name": "Nightly", "days": "0"} | wrong).status_code == 422
    assert count(ApiKey) == 0


def test_an_unconfirmed_person_looks_but_makes_no_key(client):
    sign_in(client, person(verified=False))
    assert client.get("/settings/keys").status_code == 200
    assert client.post("/settings/keys", data={"name": "Nightly"}).status_code == 403
    assert count(ApiKey) == 0


SETTINGS = ["/settings/profile", "/settings/security", "/settings/keys"]
WRITES = [
    "/settings/profile", "/settings/security/password", "/settings/security/confirm", "/settings/security/sessions/1/end",
    "/settings/security/sessions/end-others", "/settings/keys", "/settings/keys/1/revoke",
]  # fmt: skip


def test_visitors_are_asked_to_sign_in_and_change_nothing(client):
    ada = person()
    api_headers(ada)
    for path in SETTINGS:
        assert client.get(path).headers["Location"].startswith("/login?next=")
    for path in WRITES:
        assert client.post(path, data={"name": "X"}).headers["Location"] == "/login"
    assert len(keys_read.keys_of(ada.id)) == 1 and queries.card(ada.id).name == "Ada Solver"


# The JSON door


def test_a_program_reads_and_changes_its_person(client):
    ada = person()
    organisation(ada, "Acme")
    headers = api_headers(ada)
    answer = client.get("/api/v1/me", headers=headers)
    assert answer.get_json()["organisations"] == [{"slug": "acme", "name": "Acme", "role": "owner"}]
    tag = answer.headers["ETag"]
    changed = client.patch("/api/v1/me", json={"handle": "countess"}, headers=headers | {"If-Match": tag})
    assert changed.status_code == 200 and changed.get_json()["handle"] == "countess"
    assert changed.headers["ETag"] != tag
    stale = client.patch("/api/v1/me", json={"name": "Late"}, headers=headers | {"If-Match": tag})
    assert stale.status_code == 409 and stale.get_json()["code"] == "stale"
    assert queries.card(ada.id).name == "Ada Solver"


def test_the_api_refuses_with_a_reason(client):
    ada, bob = person(), person("Bob")
    read_only, full = api_headers(ada, "read"), api_headers(ada)
    assert client.get("/api/v1/me").get_json()["code"] == "not_signed_in"
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer hub_nonsense"}).get_json()["code"] == "bad_key"
    assert client.patch("/api/v1/me", json={"name": "X"}, headers=read_only).get_json()["code"] == "missing_scope"
    taken = client.patch("/api/v1/me", json={"handle": bob.handle}, headers=full)
    assert taken.status_code == 422 and taken.get_json()["code"] == "handle_taken" and set(taken.get_json()["errors"]) == {"handle"}
    assert client.patch("/api/v1/me", json={"email": "x@example.org"}, headers=full).status_code == 422
    assert queries.card(ada.id).name == "Ada Solver"


def test_a_session_cookie_opens_no_api(client):
    sign_in(client, person())
    assert client.get("/api/v1/me").status_code == 401


def test_the_use_of_a_key_is_noted_once_an_hour(client):
    headers = api_headers(person())
    client.get("/api/v1/me", headers=headers)
    key = db.session.get(ApiKey, 1)
    assert key.last_used_at == NOON
    clock.advance(timedelta(minutes=30))
    client.get("/api/v1/me", headers=headers)
    assert key.last_used_at == NOON
    clock.advance(timedelta(minutes=30))
    client.get("/api/v1/me", headers=headers)
    assert key.last_used_at == NOON + timedelta(hours=1)


# Throttling


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    """The site with its rate limits on."""
    app = create_app(dataclasses.replace(config, rate_limits=True))
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


def tries(app: Flask, number: int, email: str, ip: str = "10.0.0.1", password: str = "wrong") -> list[int]:
    client = app.test_client()
    return [
        client.post("/login", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": ip}).status_code
        for _ in range(number)
    ]


def test_wrong_passwords_for_one_address_are_slowed_wherever_they_come_from(limited):
    ada, bob = person(), person("Bob")
    statuses = [status for n in range(12) for status in tries(limited, 1, ada.email.upper(), ip=f"10.0.0.{n}")]
    assert statuses == [422] * 10 + [429] * 2
    answer = limited.test_client().post("/login", data={"email": ada.email, "password": "demo-pass"})
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert "Too many tries" in text(answer) and f'value="{ada.email}"' in text(answer)
    assert tries(limited, 1, bob.email, password="demo-pass") == [302]


def test_wrong_passwords_from_one_place_are_slowed_whomever_they_are_for(limited):
    ada = person()
    statuses = [status for n in range(32) for status in tries(limited, 1, f"n{n}@example.org")]
    assert statuses == [422] * 30 + [429] * 2
    assert tries(limited, 1, ada.email, password="demo-pass") == [429]
    assert tries(limited, 1, ada.email, ip="10.0.0.2", password="demo-pass") == [302]


def test_signing_in_rightly_is_not_slowed(limited):
    ada = person()
    assert tries(limited, 12, ada.email, password="demo-pass") == [302] * 12


@pytest.mark.parametrize("path", ["/register", "/reset"])
def test_mails_to_one_address_are_slowed(limited, path):
    client = limited.test_client()
    statuses = [client.post(path, data=FORM).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]


def test_guessing_the_present_password_is_slowed(limited):
    ada = person()
    client = limited.test_client()
    sign_in(client, ada)
    data = {"current": "wrong", "password": "a fresh start"}
    statuses = [client.post("/settings/security/password", data=data).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]
    assert queries.with_password(ada.email, "demo-pass")


# Forged requests


def test_a_form_without_its_token_is_refused_and_changes_nothing(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    ada = person()
    assert client.post("/login", data={"email": ada.email, "password": "demo-pass"}).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', text(client.get("/login")))
    assert token is not None
    data = {"email": ada.email, "password": "demo-pass", "csrf_token": token[1]}
    assert client.post("/login", data=data).status_code == 302
    assert client.post("/settings/security/password", data={"current": "demo-pass", "password": "a fresh start"}).status_code == 400
    assert client.post("/logout", data={"csrf_token": token[1]}).status_code == 400, "the token before the sign-in is void after it"
    assert queries.with_password(ada.email, "demo-pass")


def test_the_home_page_asks_an_unconfirmed_person_to_confirm(app):
    from hub.core.accounts.pages import unconfirmed

    with app.test_request_context("/home"):
        assert [todo.href for todo in unconfirmed(actor_of(person(verified=False)))] == ["/settings/security"]
        assert unconfirmed(actor_of(person("Bob"))) == [] and unconfirmed(ANONYMOUS) == []
