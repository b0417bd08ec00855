"""Whose key this is, and what keys somebody has."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, select

from hub.core.accounts import queries as accounts
from hub.core.accounts import rules as accounts_rules
from hub.core.accounts.models import Person
from hub.core.accounts.states import State
from hub.core.keys import rules
from hub.core.keys.models import ApiKey
from hub.core.keys.rules import KeyKind
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Scope

_LIVE_KEY = (
    select(ApiKey, Person)
    .join(Person, Person.id == ApiKey.person_id)
    .where(ApiKey.secret_hash == bindparam("secret_hash"), ApiKey.revoked_at.is_(None), Person.state == State.ACTIVE)
)
_BY_KEY = _LIVE_KEY.where(ApiKey.kind == KeyKind.API)
_BY_ACCESS_KEY = _LIVE_KEY.where(ApiKey.prefix == bindparam("prefix"), ApiKey.kind == KeyKind.MTURK)
"""Asked with every request of a program, so made once."""


def identity_by_key(secret: str) -> accounts.Known | None:
    """Whose API key this is, in two statements; None if it is unknown, revoked, expired, of another kind or its person suspended."""
    return _known_by_key(_BY_KEY, secret_hash=accounts_rules.fingerprint(secret))


def identity_by_access_key(access_key: str, site_key: str) -> tuple[accounts.Known, str] | None:
    """Whose protocol key this public id is, and the secret that proves it; None as above, or if the site's key has changed since."""
    secret = rules.derived_secret(site_key, access_key)
    known = _known_by_key(_BY_ACCESS_KEY, prefix=access_key, secret_hash=accounts_rules.fingerprint(secret))
    return (known, secret) if known is not None else None


def _known_by_key(statement: Select[ApiKey, Person], **proof: str) -> accounts.Known | None:
    row = db.session.execute(statement, proof).one_or_none()
    if row is None or not clock.within(None, row.ApiKey.expires_at):
        return None
    key: ApiKey = row.ApiKey
    return accounts.known_as(row.Person, frozenset(map(Scope, key.scopes.split())), f"key:{key.id}", key.id, key.last_used_at)


def keys_of(person_id: int) -> list[ApiKey]:
    """The person's keys that were not revoked, the latest first."""
    return list(
        db.session.scalars(select(ApiKey).where(ApiKey.person_id == person_id, ApiKey.revoked_at.is_(None)).order_by(ApiKey.id.desc()))
    )
