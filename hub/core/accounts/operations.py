"""The only writes on accounts: registration, mail links, passwords, sessions."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update

from hub.core.accounts import queries, rules
from hub.core.accounts.events import (
    AccountChanged,
    DutiesChanged,
    EmailVerified,
    PasswordChanged,
    PersonErased,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    ProvedAgain,
    RegistrationRepeated,
    ResetForNobody,
    ResetRequested,
    SessionEnded,
    SessionsEnded,
    SignedIn,
    VerificationRequested,
)
from hub.core.accounts.models import LoginSession, MailToken, Person
from hub.core.accounts.policy import POLICY
from hub.core.accounts.states import LIFE, Act, Purpose, State
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, NotNow, NotSignedIn, one_field
from hub.kernel.levels import Level
from hub.kernel.permissions import administers
from hub.kernel.words import N_


def record(event: Any, actor: Actor) -> None:
    """Record an event of this room: each one names its person."""
    journal.record(event, actor=actor, subject=f"person:{event.person_id}")


def own(actor: Actor) -> Person:
    """The actor's own account. Raises NotSignedIn."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    return queries.get(actor.person_id)


def register(*, actor: Actor, email: str, name: str, password: str, language: str = "en") -> Person | None:
    """Open an account whose address is still to be confirmed, by mail.

    None if the address has an account already: its owner is told by mail, and the visitor must not learn it. Raises Invalid.
    """
    email, name = rules.check_person(email, name)
    rules.check_password(password, email, name=name)
    password_hash = rules.hash_password(password)
    existing = queries.by_email(email)
    if existing is not None:
        record(RegistrationRepeated(person_id=existing.id), actor)
        return None
    person = _new_person(email=email, name=name, password_hash=password_hash, language=language)
    token = _mail_token(person, Purpose.VERIFY)
    record(PersonRegistered(person_id=person.id, mail_token_id=token.id), _as(person))
    return person


def create(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str,
    language: str = "en",
    admin: bool = False,
    consultant: bool = False,
    any_password: bool = False,
) -> Person:
    """An account made by an administrator or a command: its address counts as confirmed.

    `any_password` lets the demo accounts have their public one. Raises NotAllowed, Invalid.
    """
    if not administers(actor, None):
        raise NotAllowed(N_("Only administrators make accounts for others."))
    email, name = rules.check_person(email, name)
    if not any_password:
        rules.check_password(password, email, name=name)
    if queries.by_email(email) is not None:
        raise one_field("email", N_("There is an account with this address already."), code="email_taken")
    person = _new_person(email=email, name=name, password_hash=rules.hash_password(password), language=language)
    person.email_verified_at = clock.now()
    person.is_admin, person.is_consultant = admin, consultant
    record(PersonRegistered(person_id=person.id, mail_token_id=0), actor)
    if admin or consultant:
        _record_duties(actor, person)
    return person


def _new_person(*, email: str, name: str, password_hash: str, language: str) -> Person:
    person = Person(
        email=email, name=name, handle=_free_handle(name), password_hash=password_hash, language=language, created_at=clock.now()
    )
    db.session.add(person)
    db.session.flush()
    return person


def _free_handle(name: str) -> str:
    """The name's handle, numbered if others have it."""
    plain = rules.handle_from(name)
    if plain != "member" and queries.by_handle(plain) is None:
        return plain
    stem = plain[:22].rstrip("-")
    taken = set(db.session.scalars(select(Person.handle).where(Person.handle.like(f"{stem}-%"))))
    number = (db.session.scalar(select(func.count()).select_from(Person)) or 0) if plain == "member" else 1
    while f"{stem}-{number + 1}" in taken:
        number += 1
    return f"{stem}-{number + 1}"


def _as(person: Person) -> Actor:
    """The person as the one who acts, before there is a session."""
    return Actor(person_id=person.id, verified=person.email_verified_at is not None)


def _mail_token(person: Person, purpose: Purpose) -> MailToken:
    life = rules.RESET_LIFE if purpose is Purpose.RESET else rules.VERIFY_LIFE
    token = MailToken(person_id=person.id, purpose=purpose, created_at=clock.now(), expires_at=clock.now() + life)
    db.session.add(token)
    db.session.flush()
    return token


def fresh_token(mail_token_id: int) -> str | None:
    """The secret for the mail that is being written now; of it only the hash is kept, and its life begins.

    Called again (a mail sent twice), it makes a new secret and the older one stops working. None if it is not wanted any more.
    """
    token = db.session.get(MailToken, mail_token_id)
    if token is None or token.used_at is not None:
        return None
    secret = rules.new_secret()
    token.secret_hash = rules.fingerprint(secret)
    token.expires_at = clock.now() + (rules.RESET_LIFE if token.purpose is Purpose.RESET else rules.VERIFY_LIFE)
    return secret


def request_verification(*, actor: Actor) -> None:
    """Send the confirming mail again. Raises NotSignedIn, NotNow."""
    person = own(actor)
    if person.email_verified_at is not None:
        raise NotNow(N_("Your address is confirmed already."))
    if _asked_just_now(person, Purpose.VERIFY):
        raise NotNow(N_("A mail is on its way. Look into your spam folder, and ask again in a minute if it is not there."))
    token = _mail_token(person, Purpose.VERIFY)
    record(VerificationRequested(person_id=person.id, mail_token_id=token.id), actor)


def verify_email(*, token: str) -> Person:
    """Confirm the address to which the link was sent. Raises NotFound (code bad_link)."""
    row = queries.open_token(token, Purpose.VERIFY)
    person = queries.get(row.person_id)
    _use_up(person, Purpose.VERIFY)
    _confirm(person)
    return person


def _confirm(person: Person) -> None:
    if person.email_verified_at is None:
        person.email_verified_at = clock.now()
        record(EmailVerified(person_id=person.id), _as(person))


def _use_up(person: Person, purpose: Purpose) -> None:
    """No link of this kind that went to the person works after this."""
    rows = select(MailToken).where(MailToken.person_id == person.id, MailToken.purpose == purpose, MailToken.used_at.is_(None))
    for row in db.session.scalars(rows.with_for_update()):
        row.used_at = clock.now()


def _asked_just_now(person: Person, purpose: Purpose) -> bool:
    latest = db.session.scalar(select(func.max(MailToken.created_at)).where(MailToken.person_id == person.id, MailToken.purpose == purpose))
    return latest is not None and clock.now() < latest + rules.MAIL_PAUSE


def request_reset(*, actor: Actor, email: str) -> None:
    """Send a link for a new password, if there is such an account. Says nothing either way."""
    person = queries.by_email(email)
    if person is None or person.state is not State.ACTIVE or _asked_just_now(person, Purpose.RESET):
        journal.record(ResetForNobody(), actor=actor)  # the answer takes as long as for an address that gets a mail
        return
    token = _mail_token(person, Purpose.RESET)
    record(ResetRequested(person_id=person.id, mail_token_id=token.id), actor)


def reset(*, token: str, password: str) -> Person:
    """Set a new password by a mailed link, once. Ends every session, and proves the address. Raises NotFound (code bad_link), Invalid."""
    row = queries.open_token(token, Purpose.RESET)
    person = queries.get(row.person_id)
    rules.check_password(password, person.email, name=person.name)
    _use_up(person, Purpose.RESET)
    person.password_hash = rules.hash_password(password)
    record(PasswordChanged(person_id=person.id, how="reset"), _as(person))
    _confirm(person)
    end_all_sessions(actor=_as(person), person=person, why="password")
    return person


def change_password(*, actor: Actor, current: str, password: str) -> None:
    """Takes the present password; ends the person's other sessions. Raises Invalid, NotSignedIn."""
    person = own(actor)
    if not rules.password_matches(person.password_hash, current):
        raise one_field("current", N_("This is not your present password."), code="bad_credentials")
    rules.check_password(password, person.email, name=person.name)
    person.password_hash = rules.hash_password(password)
    _use_up(person, Purpose.RESET)
    record(PasswordChanged(person_id=person.id, how="changed"), actor)
    end_all_sessions(actor=actor, person=person, why="password", but=actor.credential)


def renew_hash(*, person: Person, password: str) -> None:
    """Keep a proven password at today's cost of hashing."""
    if rules.needs_new_hash(person.password_hash):
        person.password_hash = rules.hash_password(password)


def open_session(*, person_id: int, how: str = "", ip: str = "", user_agent: str = "", replaces: str = "") -> str:
    """A new session for somebody who has proved who they are, by `how` ("password app"); the browser's old one (`replaces`) ends."""
    if replaces:
        sign_out(token=replaces, why="replaced")
    secret, now = rules.new_secret(), clock.now()
    session = LoginSession(
        person_id=person_id, token_hash=rules.fingerprint(secret), created_at=now, last_seen_at=now, proved_at=now, ip=ip[:45],
        user_agent=user_agent[:300],
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    record(SignedIn(person_id=person_id, session_id=session.id, how=how), Actor(person_id=person_id, credential=f"session:{session.id}"))
    return secret


def prove_again(*, actor: Actor, how: str) -> None:
    """The person in this session has just proved again who they are (`how`: password, app, passkey). Raises NotSignedIn."""
    person = own(actor)
    kind, _, number = actor.credential.partition(":")
    session = db.session.get(LoginSession, int(number)) if kind == "session" else None
    if session is None or session.ended_at is not None:
        raise NotSignedIn(N_("Sign in first."))
    session.proved_at = clock.now()
    record(ProvedAgain(person_id=person.id, session_id=session.id, how=how), actor)


def sign_out(*, token: str, why: str = "signed_out") -> None:
    """End the session with this secret, if it is still going."""
    session = db.session.scalars(select(LoginSession).where(LoginSession.token_hash == rules.fingerprint(token))).one_or_none()
    if session is not None and session.ended_at is None:
        _end(session, Actor(person_id=session.person_id, credential=f"session:{session.id}"), why)


def end_session(*, actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions. Raises NotFound for anybody else's."""
    session = db.session.get(LoginSession, session_id)
    if session is None or session.ended_at is not None or session.person_id != actor.person_id:
        raise NotFound(N_("There is no such session any more."))
    _end(session, actor, "revoked")


def end_other_sessions(*, actor: Actor) -> None:
    """End all of the actor's sessions but the one that speaks."""
    end_all_sessions(actor=actor, person=own(actor), why="revoked", but=actor.credential)


def shut_out(*, actor: Actor, person: Person) -> None:
    """End all sessions of somebody whose device is lost or whose browser is in other hands. Raises NotAllowed: administrators do it for
    others, and with `end_other_sessions` everybody for themselves."""
    if not administers(actor, person) or person.id == actor.person_id:
        raise NotAllowed(N_("Another administrator has to decide this."))
    record(SessionsEnded(person_id=person.id), actor)
    end_all_sessions(actor=actor, person=person, why="administrator")


def end_sessions_of(*, actor: Actor, person_id: int | None = None) -> int:
    """End all sessions of one person, or of everybody: for the command line. Returns how many. Raises NotAllowed."""
    if actor.credential != "system":
        raise NotAllowed(N_("This is done on the command line."))
    going = select(LoginSession).where(LoginSession.ended_at.is_(None)).order_by(LoginSession.id)
    rows = list(db.session.scalars(going.where(LoginSession.person_id == person_id) if person_id is not None else going))
    for session in rows:
        _end(session, actor, "administrator")
    return len(rows)


def end_all_sessions(*, actor: Actor, person: Person, why: str, but: str = "") -> None:
    """End the person's sessions, except the one named; whoever calls has decided that `actor` may."""
    rows = select(LoginSession).where(LoginSession.person_id == person.id, LoginSession.ended_at.is_(None)).order_by(LoginSession.id)
    for session in db.session.scalars(rows):
        if f"session:{session.id}" != but:
            _end(session, actor, why)


def _end(session: LoginSession, actor: Actor, why: str) -> None:
    session.ended_at = clock.now()
    record(SessionEnded(person_id=session.person_id, session_id=session.id, why=why), actor)


def change_profile(
    *, actor: Actor, name: str | None = None, handle: str | None = None, language: str | None = None, timezone: str | None = None
) -> Person:
    """Change what is given of the actor's own account. Raises NotSignedIn, Invalid (code handle_taken)."""
    person = own(actor)
    if handle is not None:
        handle = rules.check_handle(handle) if handle != person.handle else handle
        holder = queries.by_handle(handle)
        if holder is not None and holder.id != person.id:
            raise rules.handle_taken()
    asked = {"name": name, "handle": handle, "language": language, "timezone": timezone}
    changed = [column for column, value in asked.items() if value is not None and value != getattr(person, column)]
    for column in changed:
        setattr(person, column, asked[column])
    db.session.flush()
    if changed:
        record(AccountChanged(person_id=person.id, fields=changed), actor)
    return person


def set_duties(*, actor: Actor, person: Person, admin: bool, consultant: bool) -> Person:
    """Say who administers and who consults. Raises NotAllowed; nobody takes their own administration away."""
    if not administers(actor, person) or (person.id == actor.person_id and not admin):
        raise NotAllowed(N_("Another administrator has to decide this."))
    if (person.is_admin, person.is_consultant) != (admin, consultant):
        person.is_admin, person.is_consultant = admin, consultant
        _record_duties(actor, person)
    return person


def _record_duties(actor: Actor, person: Person) -> None:
    record(DutiesChanged(person_id=person.id, is_admin=person.is_admin, is_consultant=person.is_consultant), actor)


def suspend(*, actor: Actor, person: Person, reason: str) -> Person:
    """Shut an account, for a reason its owner is shown: sessions end, keys stop working. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.SUSPEND, person)
    if person.id == actor.person_id:
        raise NotAllowed(N_("Another administrator has to decide this."))
    if not reason.strip():
        raise one_field("reason", N_("Say why: the person reads it when signing in."))
    LIFE.fire(person, Act.SUSPEND)
    person.state_reason = reason.strip()
    record(PersonSuspended(person_id=person.id), actor)
    end_all_sessions(actor=actor, person=person, why="suspended")
    return person


def reinstate(*, actor: Actor, person: Person) -> Person:
    """Open a suspended account again. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.REINSTATE, person)
    LIFE.fire(person, Act.REINSTATE)
    person.state_reason = ""
    record(PersonReinstated(person_id=person.id), actor)
    return person


def vouch(*, person_id: int, level: Level) -> bool:
    """Write down what the room of verification has found out, which tells of it itself. Was it something else before?"""
    changed = update(Person).where(Person.id == person_id, Person.vouched != level).values(vouched=level)
    return cast(CursorResult[Any], db.session.execute(changed)).rowcount == 1


def erase(*, actor: Actor, person: Person) -> Person:
    """Leave a pseudonym under the account's number: no address, no name, no way in. Raises NotAllowed, NotNow.

    What other rooms hold of the person is the room of privacy's business, which calls this.
    """
    POLICY.require(actor, Act.ERASE, person)
    LIFE.fire(person, Act.ERASE)
    former = rules.former(person.id)
    person.email, person.name, person.handle = former.email, former.name, former.handle
    person.password_hash, person.email_verified_at = rules.NO_PASSWORD, None
    person.is_admin = person.is_consultant = False
    person.state_reason, person.language, person.timezone = "", "en", "UTC"
    record(PersonErased(person_id=person.id), actor)
    return person


def note_use(*, session_id: int) -> None:
    """Write down that a session was used now. Not worth a line in the journal."""
    db.session.execute(update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=clock.now()))
