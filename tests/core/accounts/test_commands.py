"""`hub users create` and `hub keys create`, as somebody at a terminal or in a script uses them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from hub.cli import people
from hub.config import Config
from hub.core.accounts import queries
from hub.core.factors import queries as factors
from hub.core.keys import queries as keys_read
from hub.db.extensions import db
from hub.kernel.actor import Scope
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound
from tests.factories.factors import app_for
from tests.factories.people import person


@pytest.fixture
def hub(app, config: Config, monkeypatch):
    """Run a command against the test's database."""
    monkeypatch.setenv("HUB_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("HUB_DATABASE_URL", config.database_url)

    def run(*words: str, typed: str = "") -> Result:
        db.session.rollback()
        command = {"users": people.users, "keys": people.keys}[words[0]]
        return CliRunner().invoke(command, words[1:], input=typed)

    return run


def test_an_administrator_is_made_with_a_password_from_standard_input(hub):
    answer = hub(
        "users", "create", "--email", "Root@Example.org", "--name", "Root", "--admin", "--password-stdin", "--json", typed="correct horse\n"
    )
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    root = queries.with_password("root@example.org", "correct horse")
    assert told == {"id": root.id, "email": "root@example.org", "handle": root.handle, "admin": True, "consultant": False}
    assert root.is_admin and not root.is_consultant and root.email_verified_at is not None


def test_without_one_a_password_is_made_up_and_printed(hub):
    answer = hub("users", "create", "--email", "ada@example.org", "--name", "Ada", "--consultant")
    password = answer.stdout.strip().rpartition("Password: ")[2]
    ada = queries.with_password("ada@example.org", password)
    assert answer.exit_code == 0 and ada.is_consultant and not ada.is_admin


@pytest.mark.parametrize(
    ("email", "password"), [("known@example.org", "correct horse\n"), ("no address", "correct horse\n"), ("new@example.org", "short\n")]
)
def test_a_refused_account_is_not_made(hub, email, password):
    known = person(email="known@example.org")
    answer = hub("users", "create", "--email", email, "--name", "Eve", "--admin", "--password-stdin", typed=password)
    assert answer.exit_code != 0 and isinstance(answer.exception, Invalid)
    assert not known.is_admin and queries.by_email("new@example.org") is None


def test_a_key_is_printed_as_json_and_works(hub):
    ada = person()
    told = json.loads(hub("keys", "create", "--email", ada.email, "--scopes", "write").stdout)
    known = keys_read.identity_by_key(told["key"])
    assert known is not None and known.actor.person_id == ada.id and known.actor.scopes == {Scope.READ, Scope.WRITE}
    assert told["scopes"] == ["read", "write"] and told["key"].startswith(told["prefix"])
    everything = json.loads(hub("keys", "create", "--email", ada.email).stdout)
    assert everything["scopes"] == ["read", "write", "money", "privacy"]
    turk = json.loads(hub("keys", "create", "--email", ada.email, "--kind", "mturk").stdout)
    assert turk["kind"] == "mturk" and keys_read.identity_by_key(turk["key"]) is None
    assert (turk["access_key_id"], turk["secret_access_key"]) == (turk["prefix"], turk["key"])


@pytest.mark.parametrize(("who", "refusal"), [("nobody", NotFound), ("unconfirmed", NotAllowed)])
def test_no_key_without_a_confirmed_account(hub, who, refusal: type[HubError]):
    email = person(verified=False).email if who == "unconfirmed" else "nobody@example.org"
    answer = hub("keys", "create", "--email", email)
    assert answer.exit_code != 0 and isinstance(answer.exception, refusal)
    assert keys_read.keys_of(1) == []


def test_second_factors_are_removed_on_the_command_line_for_the_last_administrator(hub):
    root = person("Root", admin=True)
    app_for(root)
    assert hub("users", "remove-factors", "--email", root.email, "--reason", " ").exit_code != 0 and factors.held_by(root.id).any
    assert hub("users", "remove-factors", "--email", "nobody@example.org", "--reason", "x").exit_code != 0
    assert "password alone" in hub("users", "remove-factors", "--email", root.email, "--reason", "Stands before me.").stdout
    assert not factors.held_by(root.id).any
