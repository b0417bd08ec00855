"""Signing in through another site, against a provider that really answers: who gets in, who connects, and which answers are not believed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hub.config import BadSetting, Provider, from_environment
from hub.core.accounts import operations as accounts
from hub.core.accounts.models import LoginSession
from hub.core.elsewhere import operations, queries, rules
from hub.core.elsewhere.models import Connection
from hub.core.elsewhere.rules import Vouched
from hub.core.messages.models import Notification
from hub.core.profiles import operations as profiles
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, NotFound
from tests.factories.factors import app_for, code_of
from tests.factories.people import actor_of, person, sign_in
from tests.factories.provider import (
    CLIENT,
    SECRET,
    OtherSite,
    not_signed,
    other_site,
    signed_by_another,
    signed_with_the_public_key,
)


@pytest.fixture(scope="module")
def server() -> Iterator[OtherSite]:
    with other_site() as made:
        yield made


@pytest.fixture
def site(app: Flask, server: OtherSite) -> OtherSite:
    """The site knows three providers, which are one here."""
    server.claims, server.forge, server.says_no, server.emails = {"sub": "0000-0002-1825-0097"}, None, False, []
    server.writes_itself = ""
    about = {"client_id": CLIENT, "client_secret": SECRET, "issuer": server.issuer}
    known = (
        Provider("orcid", "ORCID", **about),
        Provider("github", "GitHub", **about, api=server.issuer + "/api/v3"),
        Provider("oidc", "Work", **about),
    )
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], providers=known)
    clock.set_to(None)
    return server


def go(client: FlaskClient, key: str = "orcid", *, change: Any = lambda query: query, **about: str) -> Any:
    """To the other site and back, as a browser goes."""
    away = client.get(f"/login/with/{key}", query_string=about)
    assert away.status_code == 302, away.text
    home = requests.get(away.location, allow_redirects=False, timeout=5)
    parts = urlsplit(home.headers["Location"])
    assert parts.path == f"/login/with/{key}/back"
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return client.get(parts.path, query_string=change(query))


def connected(someone: Any, provider: str = "orcid", subject: str = "0000-0002-1825-0097", shown: str = "") -> None:
    with work.unit():
        operations.connect(actor=actor_of(someone), vouched=Vouched(provider, subject, shown or subject))


def is_in(client: FlaskClient) -> bool:
    return client.get("/settings/profile").status_code == 200


def sessions() -> int:
    work.rollback()
    return db.session.scalar(select(func.count()).select_from(LoginSession)) or 0


def connections() -> list[tuple[int, str, str]]:
    work.rollback()
    return [(one.person_id, one.provider, one.subject) for one in db.session.scalars(select(Connection).order_by(Connection.id))]


# In


def test_a_connected_account_opens_ours_and_nothing_else_does(client, site):
    ada = person()
    assert "connected" in go(client).text and not is_in(client)
    connected(ada)
    answer = go(client, next="/settings/keys")
    assert (answer.status_code, answer.location) == (302, "/settings/keys")
    assert is_in(client)
    work.rollback()
    assert db.session.scalars(select(Connection)).one().last_used_at is not None
    site.claims = {"sub": "0000-0001-0000-0009"}
    assert go(client.application.test_client()).status_code == 422


def test_a_target_elsewhere_is_not_followed(client, site):
    connected(person())
    assert go(client, next="https://evil.example/").location == "/home"


def test_a_second_step_is_still_asked(client, site):
    ada = person()
    secret, _ = app_for(ada)
    connected(ada)
    answer = go(client)
    assert answer.location.startswith("/login/second") and not is_in(client)
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert client.post("/login/second", data={"code": code_of(secret)}).status_code == 302
    assert is_in(client)


def test_a_suspended_account_stays_closed(client, site):
    ada = person()
    connected(ada)
    with work.unit():
        accounts.suspend(actor=SYSTEM, person=ada, reason="Spam.")
    assert "Spam." in go(client).text
    assert not is_in(client)


def test_github_is_asked_its_own_way(client, site):
    ada = person()
    connected(ada, "github", "4711", "old-name")
    site.claims = {"id": 4711, "login": "new-name"}
    assert go(client, "github").status_code == 302 and is_in(client)
    work.rollback()
    assert db.session.scalars(select(Connection)).one().shown == "new-name"


# Answers that are not believed

NOW = int(time.time())
FORGED = {
    "another issuer": ({"iss": "https://evil.example"}, None, "bad_issuer"),
    "for another site": ({"aud": "somebody-else"}, None, "bad_audience"),
    "for several, ours not the one": ({"aud": [CLIENT, "other"], "azp": "other"}, None, "bad_audience"),
    "for several, nobody the one": ({"aud": [CLIENT, "other"]}, None, "bad_audience"),
    "for nobody": ({"aud": None}, None, "bad_audience"),
    "lapsed": ({"exp": NOW - 3600}, None, "expired"),
    "without an end": ({"exp": None}, None, "expired"),
    "from the future": ({"iat": NOW + 86400}, None, "expired"),
    "of another sign-in": ({"nonce": "another"}, None, "bad_nonce"),
    "without a nonce": ({"nonce": None}, None, "bad_nonce"),
    "about nobody": ({"sub": ""}, None, "no_subject"),
    "about a number": ({"sub": 5}, None, "no_subject"),
    "signed by another": ({}, signed_by_another, "bad_signature"),
    "signed with the public key": ({}, signed_with_the_public_key, "bad_signature"),
    "not signed": ({}, not_signed, "bad_signature"),
    "no token": ({}, lambda claims: "none", "bad_signature"),
    "cut": ({}, lambda claims: OtherSite().token(claims)[:-8], "bad_signature"),
    "changed": ({}, lambda claims: OtherSite().token(claims).replace(".ey", ".eyJhIjoxLC", 1), "bad_signature"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_tampered_token_is_refused_with_the_reason(client, site, forgery: str):
    connected(person())
    claims, site.forge, code = FORGED[forgery]
    site.claims = {**site.claims, **claims}
    before = sessions()
    answer = go(client)
    assert answer.status_code == 422
    assert rules.WHY[code].replace("’", "") in answer.text.replace("’", "").replace("&#39;", "")
    assert not is_in(client) and sessions() == before


def test_forged_and_repeated_returns_are_refused(client, site):
    connected(person())
    assert go(client, change=lambda query: query | {"state": "another"}).status_code == 422
    assert go(client, change=lambda query: {"code": query["code"]}).status_code == 422
    assert go(client, change=lambda query: query | {"code": "guessed"}).status_code == 422
    stranger = client.application.test_client()
    away = client.get("/login/with/orcid")
    home = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"].split("8000", 1)[1]
    assert stranger.get(home).status_code == 422, "begun in another browser"
    assert client.get(home.replace("orcid", "oidc")).status_code == 422, "of another provider"
    assert client.get(home).status_code == 422, "each return is good once"
    with clock.at(clock.now() - rules.STEP_LIFE):
        away = client.get("/login/with/orcid")
    home = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"].split("8000", 1)[1]
    assert client.get(home).status_code == 422, "too late"
    site.says_no = True
    assert "did not agree" in go(client).text
    assert not is_in(client) and sessions() == 0


def test_a_provider_that_is_down_or_lies_about_itself_leads_back_to_the_password(client, site, app):
    lying = site.issuer
    site.issuer = "https://evil.example"
    assert client.get("/login/with/orcid").status_code == 422
    site.issuer = lying
    gone = tuple(dataclasses.replace(one, issuer="http://127.0.0.1:9") for one in app.config["HUB"].providers)
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], providers=gone)
    answer = client.get("/login/with/oidc")
    assert answer.status_code == 422 and "does not answer" in answer.text and 'name="password"' in answer.text


def test_an_issuer_that_ends_in_a_slash_signs_people_in(client, site, tmp_path):
    """As those of some providers do: the setting has none, their tokens have one, and both are read as the discovery document writes it."""
    env = {"HUB_DATA_DIR": str(tmp_path), "HUB_OIDC_ID": CLIENT, "HUB_OIDC_SECRET": SECRET, "HUB_OIDC_ISSUER": site.issuer + "/"}
    assert from_environment(env).providers[0].issuer == site.issuer
    ada = person()
    connected(ada, "oidc")
    site.writes_itself = site.issuer + "/"
    assert go(client, "oidc").location == "/home" and is_in(client)
    site.claims["iss"] = site.issuer
    other = client.application.test_client()
    assert "another site" in go(other, "oidc").text and not is_in(other), "exactly as it writes itself"


def test_what_is_not_set_up_does_not_appear(client, app):
    clock.set_to(None)
    assert "/login/with/" not in client.get("/login").text
    assert client.get("/login/with/orcid").status_code == 404
    assert client.get("/login/with/orcid/back?code=1&state=2").status_code == 404


# Connecting


def test_somebody_signed_in_connects_and_disconnects(client, site, app):
    ada = person()
    sign_in(client, ada)
    page = client.post("/settings/security/elsewhere/orcid").text
    assert 'href="/login/with/orcid"' in page
    assert go(client).location == "/settings/security/elsewhere"
    assert connections() == [(ada.id, "orcid", "0000-0002-1825-0097")]
    assert "0000-0002-1825-0097" in client.get("/settings/security/elsewhere").text
    with work.unit():
        profiles.save_profile(actor=actor_of(ada), headline="Soil", visible=True)
    assert "https://orcid.org/0000-0002-1825-0097" in client.get(f"/people/{ada.handle}").text
    delivery.deliver_all()
    assert db.session.scalars(select(Notification).where(Notification.person_id == ada.id)).one().link == "/settings/security/elsewhere"
    (one,) = queries.of_person(ada.id)
    bob = person()
    with pytest.raises(NotFound), work.unit():
        operations.disconnect(actor=actor_of(bob), connection_id=one.id)
    with pytest.raises(Conflict) as refused, work.unit():
        operations.connect(actor=actor_of(bob), vouched=Vouched("orcid", "0000-0002-1825-0097", ""))
    assert refused.value.code == "connected_to_another"
    with pytest.raises(Conflict) as refused, work.unit():
        operations.connect(actor=actor_of(ada), vouched=Vouched("orcid", "0000-0009-9999-9999", ""))
    assert refused.value.code == "connected_already"
    assert client.post(f"/settings/security/elsewhere/{one.id}/remove").status_code == 302
    assert connections() == []


def test_connecting_takes_a_fresh_proof_each_time(client, site, app):
    """Otherwise somebody could lead a signed-in person through a sign-in of their own, and so into that person's account."""
    ada = person()
    sign_in(client, ada)
    assert "not connected" not in go(client).text
    assert connections() == []
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], proof_minutes=15)
    with clock.at(clock.now() + timedelta(minutes=20)):
        assert 'href="/login/with/orcid"' not in client.post("/settings/security/elsewhere/orcid").text
        assert connections() == []


def test_a_proof_that_was_not_used_lapses(client, site):
    """Days later somebody else may sit at the open session."""
    ada = person()
    sign_in(client, ada)
    client.post("/settings/security/elsewhere/github")
    site.claims = {"id": 7, "login": "mallory"}
    with clock.at(clock.now() + timedelta(minutes=11)):
        answer = client.get("/login/with/github")
        assert answer.status_code == 422 and "too long ago" in answer.text
        go(client, "github")
    assert connections() == []


def test_a_state_in_other_letters_is_refused_like_any_wrong_one(client, site):
    assert "in another browser" in go(client, change=lambda query: query | {"state": "ё" * 32}).text
    assert not is_in(client)


def test_an_address_confirmed_by_both_takes_the_password_once(client, site):
    ada = person(email="ada@example.org")
    site.claims = {"sub": "ada-1", "email": "ada@example.org", "email_verified": True, "preferred_username": "ada"}
    answer = go(client, "oidc", next="/settings/keys")
    assert answer.location == "/login/with/oidc/connect" and not is_in(client)
    assert "ada@example.org" in client.get(answer.location).text
    wrong = client.post(answer.location, data={"password": "wrong-pass"})
    assert wrong.status_code == 422 and not is_in(client) and connections() == []
    assert client.post(answer.location, data={"password": "demo-pass"}).location == "/settings/keys"
    assert is_in(client) and connections() == [(ada.id, "oidc", "ada-1")]
    again = client.application.test_client()
    assert go(again, "oidc").location == "/home" and is_in(again)


def test_a_second_step_comes_before_the_connection(client, site):
    ada = person(email="bea@example.org")
    secret, _ = app_for(ada)
    site.claims = {"sub": "bea-1", "email": "bea@example.org", "email_verified": True}
    go(client, "oidc")
    assert client.post("/login/with/oidc/connect", data={"password": "demo-pass"}).location.startswith("/login/second")
    assert connections() == [] and not is_in(client)
    with clock.at(clock.now() + timedelta(minutes=1)):
        client.post("/login/second", data={"code": code_of(secret)})
    assert connections() == [(ada.id, "oidc", "bea-1")]


@pytest.mark.parametrize(("verified_there", "verified_here"), [(False, True), (None, True), ("true", True), (True, False)])
def test_an_address_that_one_side_has_not_confirmed_opens_nothing(client, site, verified_there: Any, verified_here: bool):
    person(email="cleo@example.org", verified=verified_here)
    site.claims = {"sub": "cleo-1", "email": "cleo@example.org", "email_verified": verified_there}
    assert go(client, "oidc").status_code == 422
    assert client.post("/login/with/oidc/connect", data={"password": "demo-pass"}).status_code == 422
    assert connections() == [] and not is_in(client)


def test_githubs_primary_address_counts_if_github_has_confirmed_it(client, site):
    person(email="dora@example.org")
    site.claims = {"id": 7, "login": "dora"}
    site.emails = [{"email": "dora@example.org", "primary": True, "verified": False}]
    assert go(client, "github").status_code == 422
    site.emails = [{"email": "dora@example.org", "primary": True, "verified": True}]
    assert go(client, "github").location == "/login/with/github/connect"


# Settings


def test_the_settings_go_together_and_travel_encrypted(tmp_path):
    env = {"HUB_DATA_DIR": str(tmp_path), "HUB_ORCID_ID": "APP-1", "HUB_ORCID_SECRET": "s3cret"}
    assert [(one.key, one.issuer) for one in from_environment(env).providers] == [("orcid", "https://orcid.org")]
    assert "s3cret" not in repr(from_environment(env))
    for more in ({"HUB_ORCID_SECRET": ""}, {"HUB_OIDC_ID": "a", "HUB_OIDC_SECRET": "b"}, {"HUB_ORCID_ISSUER": "http://orcid.example"}):
        with pytest.raises(BadSetting) as refused:
            from_environment(env | more)
        assert "s3cret" not in str(refused.value)
