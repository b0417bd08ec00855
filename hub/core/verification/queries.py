"""Reads of verification: whose documents wait, who looked at them, and what a person's or an organisation's level rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.queries import PersonCard
from hub.core.audit import queries as audit
from hub.core.domains import queries as domains
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.queries import OrganisationCard
from hub.core.verification import rules
from hub.core.verification.events import DocumentViewed
from hub.core.verification.models import DocumentCheck, DocumentFile
from hub.core.verification.policy import POLICY
from hub.core.verification.rules import Vault
from hub.core.verification.states import OPEN, Act, State
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.words import N_

NO_CHECK = N_("There is no such check of documents.")
NO_FILE = N_("This document is not there any more.")


@dataclass(frozen=True)
class Shown:
    """A check with whom it is about."""

    check: DocumentCheck
    person: PersonCard | None
    organisation: OrganisationCard | None
    checker: PersonCard | None

    @property
    def id(self) -> int:
        return self.check.id

    @property
    def name(self) -> str:
        about = self.person or self.organisation
        return about.name if about is not None else ""

    @property
    def href(self) -> str:
        return f"/people/{self.person.handle}" if self.person else f"/orgs/{self.organisation.slug}" if self.organisation else ""


@dataclass(frozen=True)
class Look:
    """Somebody opened a document."""

    at: datetime
    who: str
    check_id: int
    place: int


def get_for(actor: Actor, check_id: int) -> DocumentCheck:
    """For those whom it is about, and those who may check it. Raises NotFound."""
    check = db.session.get(DocumentCheck, check_id)
    if check is None or not POLICY.can(actor, Act.SEE, check):
        raise NotFound(NO_CHECK)
    return check


def by_id(check_id: int) -> DocumentCheck | None:
    """Unchecked: for reactions."""
    return db.session.get(DocumentCheck, check_id)


def shown(checks: Sequence[DocumentCheck]) -> list[Shown]:
    """In two statements."""
    people = accounts.cards(number for check in checks for number in (check.person_id, check.checker_id))
    bodies = organisations.cards(check.organisation_id for check in checks)
    return [
        Shown(one, people.get(one.person_id or 0), bodies.get(one.organisation_id or 0), people.get(one.checker_id or 0)) for one in checks
    ]


def of_owner(*, person_id: int | None = None, organisation_id: int | None = None, limit: int = 20) -> list[DocumentCheck]:
    """The newest checks of this person or organisation."""
    mine = DocumentCheck.person_id == person_id if person_id is not None else DocumentCheck.organisation_id == organisation_id
    return list(db.session.scalars(select(DocumentCheck).where(mine).order_by(DocumentCheck.id.desc()).limit(limit)))


def files_of(check_ids: Iterable[int]) -> dict[int, list[DocumentFile]]:
    """By check, in one statement."""
    found: dict[int, list[DocumentFile]] = {}
    rows = db.session.scalars(select(DocumentFile).where(DocumentFile.check_id.in_(list(check_ids))).order_by(DocumentFile.place))
    for file in rows:
        found.setdefault(file.check_id, []).append(file)
    return found


def file_at(check: DocumentCheck, place: int) -> DocumentFile:
    """Raises NotFound, also for one that was purged."""
    file = db.session.scalars(select(DocumentFile).where(DocumentFile.check_id == check.id, DocumentFile.place == place)).one_or_none()
    if file is None or file.purged_at is not None:
        raise NotFound(NO_FILE)
    return file


def content(vault: Vault, file: DocumentFile) -> bytes:
    """The file as it was sent. Raises NotFound, Invalid (code unreadable_document). Unchecked: see operations.view."""
    path = vault.path(file.blob)
    if not path.is_file():
        raise NotFound(NO_FILE)
    return rules.unseal(vault.site_key, file.context, file.sealed_key, path.read_bytes())


def looks(ref: str) -> list[Look]:
    """Who opened which document and when, of a check or of all of an owner's, the newest first; read from the journal."""
    lines = audit.log(kind=DocumentViewed.__name__, ref=ref, limit=100)
    names = audit.names(lines)
    return [Look(line.at, names.get(line.actor_id or 0, ""), int(line.facts["check_id"]), int(line.facts["place"])) for line in lines]


# The queue


def _elses(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What does not concern the actor."""
    me, mine = actor.person_id or 0, list(actor.roles)
    return (
        DocumentCheck.sent_by != me,
        or_(DocumentCheck.organisation_id.is_(None), DocumentCheck.organisation_id.not_in(mine)),
    )


def queue(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Shown], int]:
    """One page of the checks in these states that the actor may decide, the longest waiting first, and how many there are."""
    chosen = (DocumentCheck.state.in_(states), *_elses(actor))
    total = db.session.scalar(select(func.count()).select_from(DocumentCheck).where(*chosen)) or 0
    order = DocumentCheck.due_at if set(states) <= set(OPEN) else DocumentCheck.decided_at.desc()
    query = select(DocumentCheck).where(*chosen).order_by(order, DocumentCheck.id)
    return shown(db.session.scalars(query.limit(size).offset((page - 1) * size)).all()), total


def checks_after(actor: Actor, after: int | None, limit: int, state: State) -> list[DocumentCheck]:
    """Up to `limit` + 1 in this state, in the order of their sending, but those that concern the actor."""
    query = select(DocumentCheck).where(DocumentCheck.state == state, DocumentCheck.id > (after or 0), *_elses(actor))
    return list(db.session.scalars(query.order_by(DocumentCheck.id).limit(limit + 1)))


def to_check(actor: Actor) -> Question:
    """What waits for an administrator: what nobody took, and what they took themselves."""
    name = func.coalesce(Person.name, Organisation.name).label("detail")
    query = select(name, DocumentCheck.id.label("key"), DocumentCheck.due_at.label("due"))
    query = query.outerjoin(Person, Person.id == DocumentCheck.person_id)
    query = query.outerjoin(Organisation, Organisation.id == DocumentCheck.organisation_id)
    mine = or_(DocumentCheck.state == State.WAITING, DocumentCheck.checker_id == actor.person_id)
    return query.where(DocumentCheck.state.in_(OPEN), mine, *_elses(actor))


# What levels rest on


def counts(check: DocumentCheck) -> bool:
    return check.state is State.ACCEPTED and check.expires_at is not None and clock.now() < check.expires_at


def _live() -> tuple[ColumnElement[bool], ...]:
    return DocumentCheck.state == State.ACCEPTED, DocumentCheck.expires_at > clock.now()


def person_level(person_id: int) -> Level:
    """What was found out about a person, beyond the confirmed address."""
    asked = select(DocumentCheck.id).where(DocumentCheck.person_id == person_id, *_live()).limit(1)
    return Level.DOCUMENT if db.session.scalar(asked) is not None else domains.person_level(person_id)


def organisation_level(organisation_id: int) -> Level:
    """What was found out about an organisation."""
    asked = select(DocumentCheck.id).where(DocumentCheck.organisation_id == organisation_id, *_live()).limit(1)
    return Level.DOCUMENT if db.session.scalar(asked) is not None else domains.organisation_level(organisation_id)


def run_out() -> list[DocumentCheck]:
    """Accepted checks whose time is over."""
    over = select(DocumentCheck).where(DocumentCheck.state == State.ACCEPTED, DocumentCheck.expires_at <= clock.now())
    return list(db.session.scalars(over.order_by(DocumentCheck.id).limit(200)))


def to_purge() -> list[DocumentFile]:
    """Files whose time is over and that are still there."""
    due = select(DocumentFile).join(DocumentCheck, DocumentCheck.id == DocumentFile.check_id)
    due = due.where(DocumentFile.purged_at.is_(None), DocumentCheck.purge_at <= clock.now())
    return list(db.session.scalars(due.order_by(DocumentFile.id).limit(200)))


def open_files() -> list[tuple[DocumentCheck, str]]:
    """Every document of the checks that are not decided, by the name of its sealed bytes."""
    waiting = select(DocumentCheck, DocumentFile.blob).join(DocumentFile, DocumentFile.check_id == DocumentCheck.id)
    return [(check, blob) for check, blob in db.session.execute(waiting.where(DocumentCheck.state.in_(OPEN)).order_by(DocumentFile.id))]


def known_blobs() -> set[str]:
    return set(db.session.scalars(select(DocumentFile.blob).where(DocumentFile.purged_at.is_(None))))


def told_of(check: DocumentCheck) -> list[int]:
    """Who hears what becomes of it: the person, or the organisation's owners and managers."""
    if check.person_id is not None:
        return [check.person_id]
    number = check.organisation_id or 0
    return organisations.managers_of([number]).get(number, [])


def identities(person_ids: Iterable[int]) -> dict[int, set[str]]:
    """What stands for the documents that were accepted of each of these people, also those that have run out since: one person, whose
    accounts they may be. Never to be shown."""
    wanted, found = sorted(set(person_ids)), dict[int, set[str]]()
    for start in range(0, len(wanted), 500):
        proven = DocumentCheck.state.in_((State.ACCEPTED, State.LAPSED)), DocumentCheck.person_id.in_(wanted[start : start + 500])
        for number, identity in db.session.execute(select(DocumentCheck.person_id, DocumentCheck.identity_hash).where(*proven)):
            found.setdefault(number or 0, set()).add(identity)
    return found


def with_document(identity_hash: str, person_id: int) -> list[int]:
    """Other people whom the same document proves now."""
    same = (DocumentCheck.identity_hash == identity_hash, DocumentCheck.person_id != person_id, *_live())
    found = db.session.scalars(select(DocumentCheck.person_id).where(*same).distinct().order_by(DocumentCheck.person_id))
    return [number for number in found if number is not None]
