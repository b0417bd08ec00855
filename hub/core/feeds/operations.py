"""The only writes on private addresses: made (which takes the old one's place), revoked, read."""

from __future__ import annotations

from sqlalchemy import update

from hub.core.accounts import rules as accounts_rules
from hub.core.feeds.events import AddressMade, AddressRevoked
from hub.core.feeds.models import PrivateAddress
from hub.core.feeds.rules import Feed, new_secret
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.words import N_


def make_address(*, actor: Actor, feed: Feed) -> str:
    """A new address for the actor's feed; the one before, if any, leads nowhere from now on. Returns its secret, which can never be shown
    again. Raises NotSignedIn."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    secret = new_secret()
    made = {"secret_hash": accounts_rules.fingerprint(secret), "made_at": clock.now(), "read_at": None}
    db.session.merge(PrivateAddress(person_id=actor.person_id, feed=feed, **made))
    journal.record(AddressMade(person_id=actor.person_id, feed=feed.value), actor=actor, subject=f"person:{actor.person_id}")
    return secret


def revoke_address(*, actor: Actor, feed: Feed) -> None:
    """Have the actor's address lead nowhere from now on. Raises NotFound."""
    address = db.session.get(PrivateAddress, (actor.person_id, feed)) if actor.person_id is not None else None
    if address is None:
        raise NotFound(N_("There is no such address any more."))
    db.session.delete(address)
    journal.record(AddressRevoked(person_id=address.person_id, feed=feed.value), actor=actor, subject=f"person:{address.person_id}")


def note_read(*, secret_hash: str) -> None:
    """Write down that the address with this fingerprint was read now. Not worth a line in the journal."""
    db.session.execute(update(PrivateAddress).where(PrivateAddress.secret_hash == secret_hash).values(read_at=clock.now()))
