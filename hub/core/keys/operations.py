"""The only writes on keys: made, used, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from hub.core.accounts import operations as accounts
from hub.core.accounts import rules as accounts_rules
from hub.core.keys import queries, rules
from hub.core.keys.events import KeyIssued, KeyRevoked
from hub.core.keys.models import ApiKey
from hub.core.keys.rules import KeyKind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Scope
from hub.kernel.errors import Invalid, NotFound, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def issue_key(
    *,
    actor: Actor,
    name: str,
    kind: KeyKind = KeyKind.API,
    scopes: Iterable[Scope] = (Scope.READ,),
    expires_at: datetime | None = None,
    site_key: str = "",
) -> tuple[ApiKey, str]:
    """A key for the actor's programs: the row and the secret, which can never be shown again. Every key may read.

    For the kind `mturk` the row's `prefix` is the access key id, and the secret is derived from it with `site_key`, the site's own secret.
    Raises NotAllowed (unverified_address), Invalid.
    """
    require_verified(actor)
    person = accounts.own(actor)
    if len(queries.keys_of(person.id)) >= rules.MOST_KEYS:
        raise Invalid(N_("You have %(n)s keys: revoke one that is not used any more first."), n=rules.MOST_KEYS)
    if not clock.within(None, expires_at):
        raise one_field("expires_at", N_("This moment has passed already."))
    granted = sorted({Scope.READ, *scopes}, key=list(Scope).index)
    secret, prefix = rules.new_key()
    if kind is KeyKind.MTURK:
        if not site_key:
            raise ValueError("a key of this kind is derived from the site's secret")
        prefix = rules.new_access_key()
        secret = rules.derived_secret(site_key, prefix)
    key = ApiKey(
        person_id=person.id, name=name.strip(), kind=kind, prefix=prefix, secret_hash=accounts_rules.fingerprint(secret),
        scopes=" ".join(granted), created_at=clock.now(), expires_at=expires_at,
    )  # fmt: skip
    db.session.add(key)
    db.session.flush()
    event = KeyIssued(person_id=person.id, key_id=key.id, kind=kind.value, scopes=[scope.value for scope in granted])
    journal.record(event, actor=actor, subject=f"person:{person.id}")
    return key, secret


def revoke_key(*, actor: Actor, key_id: int) -> ApiKey:
    """Stop one of the actor's own keys for good. Raises NotFound for anybody else's."""
    key = db.session.get(ApiKey, key_id)
    if key is None or key.revoked_at is not None or key.person_id != actor.person_id:
        raise NotFound(N_("There is no such key any more."))
    key.revoked_at = clock.now()
    journal.record(KeyRevoked(person_id=key.person_id, key_id=key.id), actor=actor, subject=f"person:{key.person_id}")
    return key


def note_use(*, key_id: int) -> None:
    """Write down that a key was used now. Not worth a line in the journal."""
    db.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=clock.now()))
