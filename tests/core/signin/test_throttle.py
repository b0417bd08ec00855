"""Guessing is slowed by counts in the database, which all processes share; its owner is not locked out; nobody learns who has an account."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from hub.app import create_app
from hub.config import Config
from hub.core.accounts import rules as account_rules
from hub.core.messages import queries as messages
from hub.core.signin.models import RefusedSignIn
from hub.core.signin.rules import Step
from hub.db import delivery, retention, tries, work
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.db.tries import Allowance, TriesRow
from hub.kernel import clock
from hub.kernel.errors import TooMany
from hub.web.security import limiter, network_of
from tests.conftest import NOON, Browser
from tests.db.processes import together
from tests.factories.factors import app_for, code_of
from tests.factories.people import api_headers, person

MINUTE = timedelta(minutes=1)


def made(config: Config) -> Flask:
    app = create_app(dataclasses.replace(config, rate_limits=True, proof_minutes=15))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    app = made(config)
    clock.set_to(NOON)
    with app.app_context():
        limiter.reset()
        yield app
        limiter.reset()
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)
    limiter.enabled = False


def text(answer) -> str:
    return answer.get_data(as_text=True)


def sign_in(app: Flask, email: str, password: str = "demo-pass", ip: str = "203.0.113.1", client=None) -> int:
    client = client or app.test_client()
    return client.post("/login", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": ip}).status_code


def strangers_guess(app: Flask, email: str, number: int = 10) -> None:
    for n in range(number):
        sign_in(app, email, "wrong", ip=f"198.51.100.{n}")


def refused() -> list[tuple[int | None, str]]:
    return [(row.person_id, row.step.value) for row in db.session.scalars(select(RefusedSignIn).order_by(RefusedSignIn.id))]


# Waiting


@given(st.integers(0, 60), st.integers(1, 30))
def test_the_wait_grows_and_has_an_end(count: int, free: int):
    one = Allowance(free=free)
    assert one.wait(count) <= one.wait(count + 1) <= one.longest < one.memory
    assert (one.wait(count) == timedelta(0)) == (count < free)
    assert one.wait(free) == one.first


def test_each_wrong_try_after_the_free_ones_waits_longer(limited):
    ada = person()
    strangers_guess(limited, ada.email)
    for n, minutes in enumerate((1, 2, 4, 8, 15, 15)):
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert sign_in(limited, ada.email, ip="192.0.2.1") == 429, "too early, also with the right password"
        clock.advance(timedelta(seconds=1))
        assert sign_in(limited, ada.email, "wrong", ip=f"192.0.2.{n}") == 422
    clock.advance(timedelta(minutes=15))
    assert sign_in(limited, ada.email, ip="192.0.2.99") == 302, "and the right password ends it"
    assert [sign_in(limited, ada.email, "wrong", ip=f"192.0.2.{n}") for n in (50, 51)] == [422, 422]


def test_another_process_and_a_restart_know_what_was_tried(limited, config):
    ada = person()
    strangers_guess(limited, ada.email)
    limiter.reset()
    again = made(config)
    with again.app_context():
        assert sign_in(again, ada.email, ip="192.0.2.1") == 429
        db.session.remove()
        db.engine.dispose()


def _claim(number: int) -> None:
    keys = {"k" * 64: Allowance(free=3)}
    try:
        tries.begin(keys)
    except TooMany:
        return
    with work.unit():
        tries.count({f"{number:064}": Allowance(free=3)})


def test_of_many_who_try_at_the_same_moment_one_is_let_through(limited):
    with work.unit():
        for _ in range(3):
            tries.count({"k" * 64: Allowance(free=3)})
    clock.advance(2 * MINUTE)
    together(_claim, *((n,) for n in range(4)))
    assert db.session.scalar(select(func.count()).select_from(TriesRow)) == 2, "the key itself, and the one who came through"


def _count(number: int) -> None:
    for _ in range(5):
        with work.unit():
            tries.count({"c" * 64: Allowance(free=3)})


def test_no_wrong_try_is_lost_when_they_come_together(limited):
    together(_count, *((n,) for n in range(3)))
    assert db.session.get(TriesRow, "c" * 64).count == 15


# The owner


def test_the_owner_s_browser_is_not_locked_out_by_strangers(limited):
    ada = person()
    home = limited.test_client()
    assert sign_in(limited, ada.email, client=home) == 302
    home.post("/logout")
    strangers_guess(limited, ada.email, 12)
    assert sign_in(limited, ada.email, ip="192.0.2.1") == 429, "a new browser waits"
    assert sign_in(limited, ada.email, client=home) == 302, "the known one does not"
    home.post("/logout")
    tried = [sign_in(limited, ada.email, "wrong", client=home) for _ in range(11)]
    assert tried == [422] * 10 + [429], "and has an allowance of its own"


def test_a_browser_is_known_for_the_account_alone_that_signed_in_there(limited):
    ada, eve = person(), person("Eve")
    hers = limited.test_client()
    sign_in(limited, eve.email, client=hers)
    strangers_guess(limited, ada.email)
    assert sign_in(limited, ada.email, client=hers) == 429
    cookie = hers.get_cookie("hub_device", path="/login")
    assert cookie is not None and cookie.http_only and eve.email not in cookie.value
    hers.set_cookie("hub_device", cookie.value[:-3] + "abc", path="/login")
    strangers_guess(limited, eve.email)
    assert sign_in(limited, eve.email, client=hers) == 429, "a forged one is worth nothing"


def test_one_connection_of_ipv6_is_one_address():
    assert network_of("2001:db8:1:2::5") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::5")
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.9") != network_of("203.0.113.8")
    assert network_of("nonsense") == "nonsense"


# What else can be guessed


def test_wrong_codes_wait_and_the_right_password_alone_forgives_none(limited):
    ada = person()
    secret, _ = app_for(ada)
    clock.advance(MINUTE)
    for n in range(12):
        thief = limited.test_client()
        assert sign_in(limited, ada.email, client=thief, ip=f"192.0.2.{n}") == 302
        code = thief.post("/login/second", data={"code": "000000"}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
        assert code.status_code == (422 if n < 10 else 429)
    clock.advance(2 * MINUTE)
    home = limited.test_client()
    sign_in(limited, ada.email, client=home)
    assert home.post("/login/second", data={"code": code_of(secret)}).status_code == 302


def test_programs_that_try_keys_wait_and_right_keys_do_not(limited):
    headers = api_headers(person())
    client = limited.test_client()
    wrong = {"Authorization": "Bearer hub_" + "x" * 40}
    answers = [client.get("/api/v1/me", headers=wrong) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [401] * 60 + [429]
    assert answers[-1].json["code"] == "too_many" and int(answers[-1].headers["Retry-After"]) >= 1
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_what_is_right_writes_nothing_down(limited):
    ada = person()
    assert [sign_in(limited, ada.email) for _ in range(3)] == [302] * 3
    assert db.session.scalar(select(func.count()).select_from(TriesRow)) == 0 and refused() == []


# Who has an account


def outcome(app: Flask, call: Callable[[], object]) -> tuple[int, int, list[str]]:
    """What an answer costs: hashes of passwords, commits, and the statements that wait for the disk."""
    hashed, written = [], []
    verify, make = account_rules.password_matches, account_rules.hash_password
    account_rules.password_matches = lambda *given: hashed.append(1) or verify(*given)  # type: ignore[assignment, func-returns-value]
    account_rules.hash_password = lambda *given: hashed.append(1) or make(*given)  # type: ignore[assignment, func-returns-value]

    def note(connection, cursor, statement: str, *more) -> None:
        if statement.startswith(("INSERT INTO tries", "UPDATE tries", "INSERT INTO refused_sign_in")):
            written.append(" ".join(statement.split()[:3]))

    engine, before = db.engine, work.commits()
    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
        account_rules.password_matches, account_rules.hash_password = verify, make
    return len(hashed), work.commits() - before, sorted(written)


@pytest.mark.parametrize(
    ("path", "form"),
    [("/login", {"password": "wrong"}), ("/reset", {}), ("/register", {"name": "Ada", "password": "correct horse battery"})],
)
def test_known_and_unknown_addresses_cost_the_same_and_read_the_same(limited, path, form):
    ada = person()
    client = limited.test_client()
    client.post(path, data={**form, "email": "first@example.org"})  # what is compiled once
    answers = []

    def ask(email: str) -> None:
        answers.append(client.post(path, data={**form, "email": email}))

    known, unknown = outcome(limited, lambda: ask(ada.email)), outcome(limited, lambda: ask("nobody@example.org"))
    assert known == unknown and known[1] >= 1
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    assert {name for name, _ in answers[0].headers} == {name for name, _ in answers[1].headers}


# What the owner sees


def test_the_owner_sees_refused_tries_and_is_told_of_many_once_a_day(limited):
    ada, bob = person(), person("Bob")
    strangers_guess(limited, ada.email, 11)
    sign_in(limited, "nobody@example.org", "wrong")
    assert refused() == [(ada.id, "password")] * 10 + [(None, "password")]
    delivery.deliver_all()
    note = messages.inbox(ada.id)[0]
    assert "many wrong passwords" in messages.in_words(note, lambda said: said) and note.link == "/settings/security"
    slowed = db.session.scalars(select(JournalRow).where(JournalRow.kind == "SignInSlowed")).all()
    assert [row.subject for row in slowed] == [f"person:{ada.id}"]
    clock.advance(timedelta(hours=3))
    strangers_guess(limited, ada.email)
    delivery.deliver_all()
    assert len(messages.inbox(ada.id)) == 1 and messages.inbox(bob.id) == []
    home = limited.test_client()
    clock.advance(timedelta(hours=1))
    sign_in(limited, ada.email, client=home)
    page = text(home.get("/settings/security"))
    assert "Refused tries to sign in" in page and page.count("Wrong password") == 5 and "198.51.100.9" in page
    items = home.get("/api/v1/me/sessions/refused", headers=api_headers(ada)).json["items"]
    assert len(items) == 20 and items[0]["step"] == "password" and items[0]["address"] == "198.51.100.9"
    other = limited.test_client()
    sign_in(limited, bob.email, client=other)
    assert "Refused tries" not in text(other.get("/settings/security"))


def test_where_somebody_was_turned_away_is_told_apart(limited):
    ada, bob = person(), person("Bob")
    app_for(ada)
    client = limited.test_client()
    sign_in(limited, ada.email, client=client)
    client.post("/login/second", data={"code": "000000"})
    with work.unit():
        bob.state = type(bob.state).SUSPENDED
        bob.state_reason = "Copied entries"
    sign_in(limited, bob.email)
    client.post("/login/passkey", data={"credential": "none"})
    assert refused() == [(ada.id, Step.SECOND.value), (bob.id, Step.SUSPENDED.value), (None, Step.PASSKEY.value)]


def test_the_journal_says_by_what_somebody_came_in(limited):
    ada = person()
    secret, _ = app_for(ada)
    clock.advance(MINUTE)
    client = limited.test_client()
    sign_in(limited, ada.email, client=client)
    client.post("/login/second", data={"code": code_of(secret)})
    said = db.session.scalars(select(JournalRow).where(JournalRow.kind == "SignedIn").order_by(JournalRow.id.desc())).first()
    assert said is not None and said.facts["how"] == "password app"


def test_what_was_tried_is_forgotten(limited):
    strangers_guess(limited, "nobody@example.org", 3)
    kinds = retention.aging()
    assert {"tries", "refused_sign_ins"} <= set(kinds)
    for kind, days in (("tries", 1), ("refused_sign_ins", 30)):
        one = kinds[kind]
        with work.unit():
            assert retention.forget(one, NOON - timedelta(days=1), 100) == 0
            assert retention.forget(one, NOON + timedelta(seconds=1), 100) > 0
        assert one.days == days
