"""Who is who. Other rooms get cards and actors from here, never the password's neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from hub.core.accounts import rules
from hub.core.accounts.models import LoginSession, MailToken, Person
from hub.core.accounts.states import Purpose, State
from hub.core.audit import queries as audit
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.prepared import Prepared, connection
from hub.db.types import NO_DUE
from hub.kernel import clock, levels
from hub.kernel.actor import ALL_SCOPES, Actor, Duty, Role, Scope
from hub.kernel.errors import Invalid, NotFound
from hub.kernel.levels import Level
from hub.kernel.words import N_


@dataclass(frozen=True)
class PersonCard:
    """What everybody may see of a person."""

    id: int
    name: str
    handle: str
    language: str
    level: Level = Level.NONE


@dataclass(frozen=True)
class Addressee:
    """Where mail to a person goes, and in which language. `verified` is False until the address was confirmed."""

    id: int
    name: str
    email: str
    language: str
    timezone: str
    verified: bool


@dataclass(frozen=True)
class Belonging:
    """A person's place in one organisation."""

    organisation_id: int
    slug: str
    name: str
    role: Role


@dataclass(frozen=True)
class Known:
    """Who a session's or key's secret belongs to. `noted` is False when its last use should be written down again; a key proves nobody."""

    actor: Actor
    name: str
    handle: str
    email: str
    language: str
    timezone: str
    credential_id: int
    noted: bool
    proved_at: datetime | None = None
    belongings: list[Belonging] = field(default_factory=list)


Belongings = Callable[[int], list[Belonging]]
_belongings: Belongings = lambda person_id: []  # noqa: E731


def roles_with(find: Belongings) -> None:
    """Called once by the room that keeps the organisations: one statement, the person's places by name."""
    global _belongings
    _belongings = find


def belongings_of(person_id: int) -> list[Belonging]:
    """The person's places in organisations, by name."""
    return _belongings(person_id)


def get(person_id: int) -> Person:
    """Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound(N_("There is no such person."))
    return person


def by_email(email: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email == rules.normal_email(email))).one_or_none()


def by_handle(handle: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.handle == handle.lower())).one_or_none()


def card(person_id: int) -> PersonCard:
    """Raises NotFound."""
    found = cards([person_id]).get(person_id)
    if found is None:
        raise NotFound(N_("There is no such person."))
    return found


_HANDLE = Prepared(select(Person.handle).where(Person.id == bindparam("number")))


def handle_of(person_id: int) -> str:
    """Raises NotFound."""
    found = _HANDLE(connection(), {"number": person_id})
    if not found:
        raise NotFound(N_("There is no such person."))
    return str(found[0][0])


def cards(person_ids: Iterable[int | None]) -> dict[int, PersonCard]:
    """Cards by id, in one statement; unknown ids are left out."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    if not wanted:
        return {}
    columns = Person.id, Person.name, Person.handle, Person.language, Person.vouched, Person.email_verified_at
    rows = db.session.execute(select(*columns).where(Person.id.in_(wanted)))
    return {row.id: PersonCard(row.id, row.name, row.handle, row.language, _level(row)) for row in rows}


def _level(row: Any) -> Level:
    return levels.of_person(row.vouched, row.email_verified_at is not None)


audit.names_with(lambda ids: {card.id: card.name for card in cards(ids).values()})


def addressees(person_ids: Iterable[int]) -> dict[int, Addressee]:
    """Mail addresses by id, in one statement. Suspended people are left out."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    people = db.session.scalars(select(Person).where(Person.id.in_(wanted), Person.state == State.ACTIVE))
    return {p.id: Addressee(p.id, p.name, p.email, p.language, p.timezone, p.email_verified_at is not None) for p in people}


def with_duty(duty: Duty) -> list[int]:
    """Ids of the active administrators or consultants: whom a queue's news goes to."""
    column = Person.is_admin if duty is Duty.ADMIN else Person.is_consultant
    return list(db.session.scalars(select(Person.id).where(column.is_(True), Person.state == State.ACTIVE).order_by(Person.id)))


def actor_of(person_id: int) -> Actor:
    """The person as they would act in a browser session. Raises NotFound."""
    return _actor(get(person_id), _belongings(person_id), ALL_SCOPES, "")


def _actor(person: Person, belongings: list[Belonging], scopes: frozenset[Scope], credential: str) -> Actor:
    duties = {Duty.ADMIN: person.is_admin, Duty.CONSULTANT: person.is_consultant}
    return Actor(
        person_id=person.id,
        roles={place.organisation_id: place.role for place in belongings},
        duties=frozenset(duty for duty, held in duties.items() if held),
        verified=person.email_verified_at is not None,
        scopes=scopes,
        credential=credential,
    )


_BY_TOKEN = (
    select(LoginSession, Person)
    .join(Person, Person.id == LoginSession.person_id)
    .where(LoginSession.token_hash == bindparam("token_hash"), LoginSession.ended_at.is_(None), Person.state == State.ACTIVE)
)
"""Asked with every request, so made once."""


def identity_by_token(token: str) -> Known | None:
    """Whose browser session this is, in two statements; None if it is unknown, ended, lapsed or its person suspended."""
    row = db.session.execute(_BY_TOKEN, {"token_hash": rules.fingerprint(token)}).one_or_none()
    if row is None or not rules.session_lives(row.LoginSession.created_at, row.LoginSession.last_seen_at, clock.now()):
        return None
    session: LoginSession = row.LoginSession
    known = known_as(row.Person, ALL_SCOPES, f"session:{session.id}", session.id, session.last_seen_at)
    return replace(known, proved_at=session.proved_at or session.created_at)


def known_as(person: Person, scopes: frozenset[Scope], credential: str, credential_id: int, last_used: datetime | None) -> Known:
    """Who this credential ("session:5", "key:2") speaks for, with their roles of this moment."""
    belongings = _belongings(person.id)
    return Known(
        actor=_actor(person, belongings, scopes, credential),
        name=person.name,
        handle=person.handle,
        email=person.email,
        language=person.language,
        timezone=person.timezone,
        credential_id=credential_id,
        noted=last_used is not None and clock.now() < last_used + rules.USE_NOTED_EVERY,
        belongings=belongings,
    )


def with_password(email: str, password: str) -> Person:
    """The active person whom this address and password prove.

    Takes as long for an unknown address as for a wrong password, and says the same. Raises Invalid (code bad_credentials).
    """
    person = by_email(email)
    if not rules.password_matches(person.password_hash if person else None, password) or person is None:
        raise Invalid(N_("This address and password do not belong together."), code="bad_credentials")
    return may_enter(person)


def may_enter(person: Person) -> Person:
    """Raises Invalid (code suspended), for those who have proved that they are this person."""
    if person.state is not State.ACTIVE:
        raise Invalid(N_("This account is suspended: %(reason)s"), code="suspended", reason=person.state_reason)
    return person


def device_of(session_id: int) -> tuple[str, str]:
    """Browser and system of a session, as people call them; empty where they are not known."""
    session = db.session.get(LoginSession, session_id)
    return rules.device(session.user_agent if session is not None else "")


def knows_device(person_id: int, session_id: int) -> bool:
    """Did the person use this session's browser and system in an earlier session that is still remembered?"""
    mine = device_of(session_id)
    earlier = select(LoginSession.user_agent).where(LoginSession.person_id == person_id, LoginSession.id < session_id).distinct()
    return any(rules.device(user_agent) == mine for user_agent in db.session.scalars(earlier))


def live_sessions(person_id: int) -> list[LoginSession]:
    """The person's sessions that could still be used, the latest first."""
    rows = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [row for row in rows if rules.session_lives(row.created_at, row.last_seen_at, clock.now())]


def open_token(secret: str, purpose: Purpose) -> MailToken:
    """The mail's token, not used and not lapsed. Raises NotFound (code bad_link)."""
    token = db.session.scalars(
        select(MailToken).where(MailToken.secret_hash == rules.fingerprint(secret), MailToken.purpose == purpose)
    ).one_or_none()
    if token is None or token.used_at is not None or not clock.within(None, token.expires_at):
        raise NotFound(N_("This link was used already, has lapsed, or was never complete. Ask for a new one."), code="bad_link")
    return token


@hinders_leaving
def administers_alone(person_id: int) -> list[Hindrance]:
    """A site that nobody administers is lost."""
    others = select(Person.id).where(Person.is_admin, Person.state == State.ACTIVE, Person.id != person_id).correlate(None)
    mine = select(Person.name.label("detail"), Person.handle.label("key"), NO_DUE).where(
        Person.id == person_id, Person.is_admin, ~others.exists()
    )
    return [Hindrance(mine, N_("You are this site's only administrator"), "/admin/people", N_("Make somebody else an administrator"))]
