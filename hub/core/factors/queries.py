"""What second factors somebody has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from hub.core.accounts import queries as accounts
from hub.core.factors import rules
from hub.core.factors.models import AuthenticatorApp, FactorRemoval, Passkey, RecoveryCode
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.permissions import administers
from hub.kernel.words import N_


@dataclass(frozen=True)
class Held:
    """What a person has set up: a confirmed app, so many passkeys, so many recovery codes that were not used."""

    app: bool
    passkeys: int
    codes: int

    @property
    def any(self) -> bool:
        """Does signing in with the password take a second step?"""
        return self.app or self.passkeys > 0


def held_by(person_id: int) -> Held:
    """In one statement."""
    app = select(func.count()).where(AuthenticatorApp.person_id == person_id, AuthenticatorApp.confirmed_at.is_not(None))
    passkeys = select(func.count()).where(Passkey.person_id == person_id)
    codes = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    row = db.session.execute(select(app.scalar_subquery(), passkeys.scalar_subquery(), codes.scalar_subquery())).one()
    return Held(bool(row[0]), int(row[1]), int(row[2]))


def app_of(person_id: int) -> AuthenticatorApp | None:
    """The person's authenticator app, confirmed or only begun."""
    return db.session.scalars(select(AuthenticatorApp).where(AuthenticatorApp.person_id == person_id)).one_or_none()


def begun_secret(actor: Actor, site_key: str) -> str:
    """The secret of the app that the actor is setting up; a confirmed one is never shown again. Raises NotFound."""
    app = app_of(actor.person_id or 0)
    if app is None or app.confirmed_at is not None:
        raise NotFound(N_("No authenticator app is being set up."))
    return rules.unseal(site_key, app.person_id, app.sealed_secret)


def passkeys_of(person_id: int) -> list[Passkey]:
    """The oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)))


def passkey_for(actor: Actor, passkey_id: int) -> Passkey:
    """One of the actor's own. Raises NotFound for anybody else's."""
    passkey = db.session.get(Passkey, passkey_id)
    if passkey is None or passkey.person_id != actor.person_id:
        raise NotFound(N_("There is no such passkey any more."))
    return passkey


def passkey_by_credential(credential_id: str) -> Passkey | None:
    return db.session.scalars(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def removals_of(actor: Actor, person_id: int) -> list[FactorRemoval]:
    """When administrators took everything off this account, and why. Raises NotAllowed, NotFound."""
    if not administers(actor, None):
        raise NotAllowed(N_("You may not do this here: it takes another role."))
    accounts.get(person_id)
    return list(
        db.session.scalars(select(FactorRemoval).where(FactorRemoval.person_id == person_id).order_by(FactorRemoval.id.desc()).limit(50))
    )


def removal(removal_id: int) -> FactorRemoval | None:
    return db.session.get(FactorRemoval, removal_id)
