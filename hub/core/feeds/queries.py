"""Whose address this is, and what addresses somebody has."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.accounts import queries as accounts
from hub.core.accounts import rules as accounts_rules
from hub.core.feeds.models import PrivateAddress
from hub.core.feeds.rules import Feed
from hub.db.extensions import db
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


def by_secret(secret: str, feed: Feed) -> tuple[PrivateAddress, accounts.Addressee]:
    """The address and the person it belongs to. Raises NotFound for an unknown, renewed or revoked one, and a suspended person's."""
    found = select(PrivateAddress).where(PrivateAddress.secret_hash == accounts_rules.fingerprint(secret), PrivateAddress.feed == feed)
    address = db.session.scalars(found).one_or_none()
    owner = accounts.addressees([address.person_id]).get(address.person_id) if address is not None else None
    if address is None or owner is None:
        raise NotFound(N_("This private address is not in use any more. Make a new one in your settings."), code="bad_link")
    return address, owner


def addresses_of(person_id: int) -> dict[Feed, PrivateAddress]:
    """The person's addresses, by what is read at them."""
    return {row.feed: row for row in db.session.scalars(select(PrivateAddress).where(PrivateAddress.person_id == person_id))}
