"""People and organisations for tests, made by the rooms' own operations and committed."""

from __future__ import annotations

import itertools

from flask.testing import FlaskClient

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries, rules
from hub.core.accounts.models import Person
from hub.core.keys import operations as keys
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Kind
from hub.core.signin import operations as signin
from hub.db import work
from hub.kernel.actor import SYSTEM, Actor, Scope

_numbers = itertools.count(1)
rules.hash_cheaply()


def person(
    name: str = "Ada Solver",
    email: str | None = None,
    password: str = "demo-pass",
    verified: bool = True,
    admin: bool = False,
    consultant: bool = False,
    language: str = "en",
) -> Person:
    """An account, with an address of its own unless one is given."""
    with work.unit():
        made = accounts.create(
            actor=SYSTEM,
            email=email or f"person{next(_numbers)}@example.org",
            name=name,
            password=password,
            language=language,
            admin=admin,
            consultant=consultant,
            any_password=True,
        )
        if not verified:
            made.email_verified_at = None
    return made


def organisation(owner: Person, name: str = "Acme", kind: str = "company") -> Organisation:
    """An organisation founded by `owner`, who needs a confirmed address."""
    with work.unit():
        return organisations.found(actor=actor_of(owner), name=name, kind=Kind(kind))


def actor_of(person: Person) -> Actor:
    """The person as they act now: ask again after their roles changed."""
    return queries.actor_of(person.id)


def signed_in(*, email: str, password: str, **about: str) -> str:
    """The secret of a new session, for who proves this password; about: ip, user_agent, replaces. In a unit of work of the caller's."""
    return signin.enter(person_id=queries.with_password(email, password).id, password=password, **about)


def sign_in(client: FlaskClient, person: Person, password: str = "demo-pass") -> None:
    """Sign the person in through the form."""
    answer = client.post("/login", data={"email": person.email, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)


def api_headers(person: Person, *scopes: str) -> dict[str, str]:
    """Headers with a fresh API key of the person; all scopes unless some are named."""
    with work.unit():
        _, secret = keys.issue_key(actor=actor_of(person), name="Test", scopes=[Scope(s) for s in scopes] or list(Scope))
    return {"Authorization": f"Bearer {secret}"}
