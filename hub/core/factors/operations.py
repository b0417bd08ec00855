"""The only writes on second factors: set up, proved, removed. A proof is taken once, whoever else tries it at the same moment."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.factors import queries, rules
from hub.core.factors.events import CodesMade, CodeUsed, FactorAdded, FactorRemoved, FactorsRemoved, UsedOnNewDevice
from hub.core.factors.models import AuthenticatorApp, FactorRemoval, Passkey, RecoveryCode, SpentChallenge
from hub.core.factors.rules import Factor, Party
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.base64url import as_text
from hub.kernel.errors import Invalid, NotAllowed, NotNow, one_field
from hub.kernel.permissions import administers
from hub.kernel.words import N_


def _changed(statement: Any) -> bool:
    """Did this conditional statement find its one row?"""
    result = db.session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


# The authenticator app


def begin_app(*, actor: Actor, site_key: str) -> AuthenticatorApp:
    """A fresh secret for the actor's authenticator app, worth nothing until a right code confirms it.

    What was begun before is forgotten. Raises NotSignedIn, NotNow.
    """
    person = accounts.own(actor)
    app = queries.app_of(person.id)
    if app is not None and app.confirmed_at is not None:
        raise NotNow(N_("You have an authenticator app. Remove it before you set up another one."))
    if app is None:
        app = AuthenticatorApp(person_id=person.id)
        db.session.add(app)
    app.sealed_secret = rules.seal(site_key, person.id, rules.new_secret())
    app.created_at, app.last_step = clock.now(), 0
    db.session.flush()
    return app


def confirm_app(*, actor: Actor, code: str, site_key: str) -> list[str]:
    """Take the app into use with a code that it shows: the recovery codes if these are the first, else none.

    Raises Invalid (code bad_code), NotFound if nothing was begun, NotSignedIn.
    """
    person = accounts.own(actor)
    secret = queries.begun_secret(actor, site_key)
    step = rules.step_of(secret, rules.plain_code(code), clock.now())
    if step is None:
        raise one_field(
            "code", N_("This is not the code of this moment. Look at the app again, and at the clock of your phone."), code="bad_code"
        )
    begun = AuthenticatorApp.person_id == person.id, AuthenticatorApp.confirmed_at.is_(None)
    if not _changed(update(AuthenticatorApp).where(*begun).values(confirmed_at=clock.now(), last_step=step)):
        raise NotNow(N_("You have an authenticator app. Remove it before you set up another one."))
    accounts.record(FactorAdded(person_id=person.id, factor=Factor.APP), actor)
    return _first_codes(actor, person.id, site_key)


def remove_app(*, actor: Actor) -> None:
    """Raises NotNow if there is none."""
    person = accounts.own(actor)
    if not _changed(delete(AuthenticatorApp).where(AuthenticatorApp.person_id == person.id, AuthenticatorApp.confirmed_at.is_not(None))):
        raise NotNow(N_("You have no authenticator app."))
    accounts.record(FactorRemoved(person_id=person.id, factor=Factor.APP), actor)
    _tidy_codes(person.id)


# Recovery codes


def _first_codes(actor: Actor, person_id: int, site_key: str) -> list[str]:
    return [] if queries.held_by(person_id).codes else _make_codes(actor, person_id, site_key)


def _make_codes(actor: Actor, person_id: int, site_key: str) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = rules.new_codes()
    hashes = [rules.code_hash(site_key, person_id, code) for code in codes]
    db.session.add_all(RecoveryCode(person_id=person_id, code_hash=each, created_at=clock.now()) for each in hashes)
    db.session.flush()
    accounts.record(CodesMade(person_id=person_id), actor)
    return codes


def make_codes(*, actor: Actor, site_key: str) -> list[str]:
    """Ten new recovery codes, which can never be shown again; the old ones stop working. Raises NotNow without a second factor."""
    person = accounts.own(actor)
    if not queries.held_by(person.id).any:
        raise NotNow(N_("Recovery codes stand in for a second factor: set one up first."))
    return _make_codes(actor, person.id, site_key)


def _tidy_codes(person_id: int) -> None:
    """Codes stand in for a second factor: they go with the last of them."""
    if not queries.held_by(person_id).any:
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


# Proving


def prove_code(*, person_id: int, code: str, site_key: str, recovery: bool = True) -> Factor:
    """A one-time code of the person's app, or one of their recovery codes (unless `recovery` is False); either is taken once.

    Raises Invalid (code bad_code).
    """
    plain = rules.plain_code(code)
    if rules.is_one_time(plain):
        app = queries.app_of(person_id)
        step = None
        if app is not None and app.confirmed_at is not None:
            step = rules.step_of(rules.unseal(site_key, person_id, app.sealed_secret), plain, clock.now())
        newer = (
            AuthenticatorApp.person_id == person_id,
            AuthenticatorApp.confirmed_at.is_not(None),
            AuthenticatorApp.last_step < (step or 0),
        )
        if step is not None and _changed(update(AuthenticatorApp).where(*newer).values(last_step=step)):
            return Factor.APP
    elif recovery:
        unused = RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
        mine = RecoveryCode.code_hash == rules.code_hash(site_key, person_id, plain)
        if _changed(update(RecoveryCode).where(*unused, mine).values(used_at=clock.now())):
            accounts.record(CodeUsed(person_id=person_id, left=queries.held_by(person_id).codes), Actor(person_id=person_id))
            return Factor.CODE
    raise one_field("code", N_("This code is wrong, or was used already. Wait for the next one, or take another way."), code="bad_code")


def prove_passkey(*, credential: str, challenge: bytes, site: Party, person_id: int | None = None) -> Passkey:
    """Whose passkey has signed the challenge: `person_id`'s, or with None anybody's whom the authenticator itself names.

    Each challenge is taken once. Raises Invalid (code bad_passkey, copied_passkey, suspended).
    """
    data = rules.parsed(credential)
    passkey = queries.passkey_by_credential(data["id"])
    handle = data["response"].get("userHandle") or ("" if person_id is None else None)
    if passkey is None or person_id not in {None, passkey.person_id} or handle not in {None, passkey.handle}:
        raise rules.not_proved()
    seen = passkey.sign_count
    count = rules.check_proof(site, data, challenge, public_key=passkey.public_key, sign_count=seen)
    _spend(challenge)
    same = Passkey.id == passkey.id, Passkey.sign_count == seen
    if not _changed(update(Passkey).where(*same).values(sign_count=count, last_used_at=clock.now())):
        raise rules.not_proved()
    people.may_enter(people.get(passkey.person_id))
    return passkey


def _spend(challenge: bytes) -> None:
    digest = hashlib.sha256(challenge).hexdigest()
    try:
        with db.session.begin_nested():
            db.session.add(SpentChallenge(hash=digest, at=clock.now()))
    except IntegrityError:
        raise rules.not_proved() from None


# Passkeys


def handle_of(person_id: int) -> str:
    """What authenticators know the person by: that of their other passkeys, or a new random one."""
    known = queries.passkeys_of(person_id)
    return known[0].handle if known else as_text(rules.new_challenge())


def add_passkey(*, actor: Actor, name: str, credential: str, challenge: bytes, handle: str, site: Party, site_key: str) -> list[str]:
    """Keep the passkey that a browser has just made for this challenge and handle: the recovery codes if these are the first, else none.

    Raises Invalid (code bad_passkey), NotSignedIn.
    """
    person = accounts.own(actor)
    mine = queries.passkeys_of(person.id)
    if len(mine) >= rules.MOST_PASSKEYS:
        raise Invalid(N_("You have %(n)s passkeys: remove one that is not used any more first."), n=rules.MOST_PASSKEYS)
    if not credential:
        raise one_field("credential", N_("No passkey was given. Try again, or take another way."), code="bad_passkey")
    new = rules.check_new(site, rules.parsed(credential), challenge)
    if db.session.scalar(select(exists().where(Passkey.credential_id == new.credential_id))):
        raise one_field("credential", N_("This passkey is registered already."), code="bad_passkey")
    _spend(challenge)
    db.session.add(
        Passkey(
            person_id=person.id, name=name.strip(), handle=mine[0].handle if mine else handle, credential_id=new.credential_id,
            public_key=new.public_key, sign_count=new.sign_count, backed_up=new.backed_up, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    accounts.record(FactorAdded(person_id=person.id, factor=Factor.PASSKEY), actor)
    return _first_codes(actor, person.id, site_key)


def rename_passkey(*, actor: Actor, passkey_id: int, name: str) -> Passkey:
    """Raises NotFound for anybody else's."""
    passkey = queries.passkey_for(actor, passkey_id)
    passkey.name = name.strip()
    return passkey


def remove_passkey(*, actor: Actor, passkey_id: int) -> None:
    """Raises NotFound for anybody else's."""
    passkey = queries.passkey_for(actor, passkey_id)
    db.session.delete(passkey)
    db.session.flush()
    accounts.record(FactorRemoved(person_id=passkey.person_id, factor=Factor.PASSKEY), actor)
    _tidy_codes(passkey.person_id)


# When everything is lost, and when all goes well


def remove_all(*, actor: Actor, person_id: int, reason: str) -> FactorRemoval:
    """Take every second factor off an account whose owner has lost them all, for a reason that is kept; its sessions end.

    Raises NotAllowed, NotFound, NotNow, Invalid.
    """
    if not administers(actor, None) or person_id == actor.person_id:
        raise NotAllowed(N_("Another administrator has to decide this."))
    person = people.get(person_id)
    if not reason.strip():
        raise one_field("reason", N_("Say how you know that it is this person: the reason is kept."))
    if not queries.held_by(person_id).any:
        raise NotNow(N_("This account has no second factor."))
    for table in (AuthenticatorApp, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.person_id == person_id))
    removal = FactorRemoval(person_id=person_id, removed_by=actor.person_id, reason=reason.strip(), created_at=clock.now())
    db.session.add(removal)
    db.session.flush()
    digest = hashlib.sha256(removal.reason.encode()).hexdigest()
    accounts.record(FactorsRemoved(person_id=person_id, removal_id=removal.id, reason_sha256=digest), actor)
    accounts.end_all_sessions(actor=actor, person=person, why="factors")
    return removal


def note_device(*, person_id: int, session_id: int, factor: Factor) -> None:
    """Somebody with a second factor has just signed in: they are told if it was on a device that is not remembered."""
    if not people.knows_device(person_id, session_id):
        event = UsedOnNewDevice(person_id=person_id, session_id=session_id, factor=factor)
        accounts.record(event, Actor(person_id=person_id, credential=f"session:{session_id}"))


def forget_old() -> None:
    """Challenges lapse within minutes: a day later nobody can try them again. So do apps that were begun and never confirmed."""
    before = clock.now() - timedelta(days=1)
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.at < before))
    begun = AuthenticatorApp.confirmed_at.is_(None), AuthenticatorApp.created_at < before
    db.session.execute(delete(AuthenticatorApp).where(*begun))
