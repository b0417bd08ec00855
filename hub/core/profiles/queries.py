"""Reads of profiles. What is not visible is given to nobody but its owner and the administrators."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from hub.core.accounts.models import Person
from hub.core.accounts.states import State
from hub.core.organisations import queries as organisations
from hub.core.profiles import rules
from hub.core.profiles.models import EvidenceItem, Profile
from hub.core.profiles.states import Availability, EvidenceKind, Fluency, Terms
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_

CHUNK = 500


@dataclass(frozen=True)
class PublicProfile:
    """A person as others see them. `name` is the handle for those who do not show their name; `organisations` are (slug, name).

    `availability` is None when what was said of it no longer holds: since `last_day`. The rest of it is empty then.
    """

    person_id: int
    handle: str
    name: str
    pseudonymous: bool
    verified: bool
    level: Level
    since: datetime
    headline: str
    bio: str
    skills: list[str]
    sectors: list[Sector]
    languages: list[str]
    fluency: dict[str, Fluency]
    availability: Availability | None
    available_from: date | None
    last_day: date | None
    hours_a_week: int | None
    terms: list[Terms]
    visible: bool
    is_expert: bool
    record_shown: bool
    organisations: list[tuple[str, str]]
    evidence: Sequence[EvidenceItem]


@dataclass(frozen=True)
class ExpertForIndex:
    """One findable expert. `name` is the handle for those who do not show their name. `version` grows with every change.

    `availability` is None, and the rest of it empty, when what was said of it no longer holds.
    """

    person_id: int
    handle: str
    name: str
    verified: bool
    headline: str
    bio: str
    skills: list[str]
    sectors: list[Sector]
    languages: list[str]
    fluency: dict[str, Fluency]
    availability: Availability | None
    available_from: date | None
    hours_a_week: int | None
    terms: list[Terms]
    evidence_count: int
    updated_at: datetime
    version: int


@dataclass(frozen=True)
class EvidenceForIndex:
    """One evidence item of a findable expert."""

    id: int
    person_id: int
    handle: str
    kind: EvidenceKind
    title: str
    text: str
    year: int | None
    venue: str
    doi: str
    url: str
    version: int


def own_profile(person_id: int) -> Profile | None:
    """For its owner: None until it is saved for the first time."""
    return db.session.get(Profile, person_id)


def public_profile(actor: Actor, handle: str) -> PublicProfile:
    """The profile as others see it. Raises NotFound for those that are not visible, except to their owner and administrators."""
    row = db.session.execute(_active().where(Person.handle == handle.lower())).one_or_none()
    if row is None or not (row.Profile.visible or row.Person.id == actor.person_id or actor.is_admin):
        raise NotFound(N_("There is no such profile."))
    person, profile = row.Person, row.Profile
    places = organisations.of_person(person.id) if profile.name_shown else []
    return PublicProfile(
        person_id=person.id,
        handle=person.handle,
        name=_shown_name(person, profile),
        pseudonymous=not profile.name_shown,
        verified=person.email_verified_at is not None,
        level=person.level,
        since=person.created_at,
        headline=profile.headline,
        bio=profile.bio,
        skills=profile.skill_names,
        sectors=[Sector(value) for value in profile.sectors],
        languages=list(profile.languages),
        last_day=profile.last_day,
        **_offered(profile),
        visible=profile.visible,
        is_expert=profile.is_expert,
        record_shown=profile.record_shown,
        organisations=[(organisation.slug, organisation.name) for organisation, _ in places],
        evidence=evidence_of(person.id),
    )


def _active() -> Select[Person, Profile]:
    return select(Person, Profile).join(Profile, Profile.person_id == Person.id).where(Person.state == State.ACTIVE)


def _offered(profile: Profile) -> dict[str, Any]:
    """What holds today of languages and availability."""
    today = clock.now().date()
    standing = profile.standing(today)
    return {
        "fluency": {code: Fluency(level) for code, level in profile.language_levels.items()},
        "availability": standing,
        "available_from": profile.available_from if standing is Availability.LATER else None,
        "hours_a_week": profile.hours_a_week if standing else None,
        "terms": [Terms(value) for value in profile.terms] if standing else [],
    }


def _shown_name(person: Person, profile: Profile) -> str:
    return person.name if profile.name_shown else person.handle


def evidence_of(person_id: int) -> Sequence[EvidenceItem]:
    """Everything, the latest year first. Unchecked: for the owner, and for visible profiles."""
    query = select(EvidenceItem).where(EvidenceItem.person_id == person_id)
    return db.session.scalars(query.order_by(EvidenceItem.year.desc().nulls_last(), EvidenceItem.id.desc())).all()


def evidence_after(person_id: int, last_id: int | None, limit: int) -> Sequence[EvidenceItem]:
    """Up to `limit` + 1 of the person's own items, newest entry first, after the one numbered `last_id`."""
    query = select(EvidenceItem).where(EvidenceItem.person_id == person_id)
    return db.session.scalars(older(query, EvidenceItem.id, last_id, limit + 1)).all()


def own_evidence(actor: Actor, evidence_id: int) -> EvidenceItem:
    """Raises NotFound, also for another person's."""
    item = db.session.get(EvidenceItem, evidence_id)
    if item is None or item.person_id != actor.person_id:
        raise NotFound(N_("There is no such evidence item."))
    return item


def evidence_count(person_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(EvidenceItem).where(EvidenceItem.person_id == person_id)) or 0


def due_to_turn(today: date) -> Sequence[int]:
    """Whose availability reads otherwise from today on."""
    return db.session.scalars(select(Profile.person_id).where(Profile.turns_on <= today).order_by(Profile.person_id)).all()


def room_for_evidence(person_id: int) -> int:
    """How many more items there can be."""
    return max(0, rules.MOST_EVIDENCE - evidence_count(person_id))


def _findable() -> tuple[ColumnElement[bool], ...]:
    """Holds for people who can be found, in a query that joins Person and Profile."""
    return Profile.visible.is_(True), Profile.is_expert.is_(True), Person.state == State.ACTIVE


def expert_ids() -> Sequence[int]:
    """The person ids of everybody who can be found as an expert."""
    query = select(Person.id).join(Profile, Profile.person_id == Person.id).where(*_findable())
    return db.session.scalars(query.order_by(Person.id)).all()


def evidence_ids() -> Sequence[int]:
    """The ids of all evidence items of people who can be found."""
    return db.session.scalars(_evidence_of_the_findable(EvidenceItem.id).order_by(EvidenceItem.id)).all()


def evidence_ids_of(person_id: int) -> Sequence[int]:
    """All of one person's, findable or not: what to look at again when the profile changes."""
    return db.session.scalars(select(EvidenceItem.id).where(EvidenceItem.person_id == person_id).order_by(EvidenceItem.id)).all()


def _evidence_of_the_findable(*columns: Any) -> Select[Any]:
    joined = select(*columns).join(Person, Person.id == EvidenceItem.person_id).join(Profile, Profile.person_id == Person.id)
    return joined.where(*_findable())


def experts_for_index(person_ids: Collection[int] | None = None) -> list[ExpertForIndex]:
    """The findable experts among `person_ids`, or all. Nothing that is not visible is ever in it."""
    items = select(func.count()).where(EvidenceItem.person_id == Person.id).scalar_subquery()
    query = select(Person, Profile, items.label("items")).join(Profile, Profile.person_id == Person.id).where(*_findable())
    return [_expert(row.Person, row.Profile, row.items) for row in _rows(query, Person.id, person_ids)]


def evidence_for_index(evidence_ids: Collection[int] | None = None) -> list[EvidenceForIndex]:
    """The evidence items among `evidence_ids`, or all, of people who can be found."""
    rows = _rows(_evidence_of_the_findable(EvidenceItem, Person.handle), EvidenceItem.id, evidence_ids)
    return [_evidence(row.EvidenceItem, row.handle) for row in rows]


def _rows(query: Select[Any], column: InstrumentedAttribute[int], ids: Collection[int] | None) -> Iterator[Row[Any]]:
    """The query's rows, all or those whose `column` is among `ids`."""
    if ids is None:
        yield from db.session.execute(query.order_by(column))
        return
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield from db.session.execute(query.where(column.in_(wanted[start : start + CHUNK])).order_by(column))


def _expert(person: Person, profile: Profile, evidence_count: int) -> ExpertForIndex:
    return ExpertForIndex(
        person_id=person.id,
        handle=person.handle,
        name=_shown_name(person, profile),
        verified=person.email_verified_at is not None,
        headline=profile.headline,
        bio=profile.bio,
        skills=profile.skill_names,
        sectors=[Sector(value) for value in profile.sectors],
        languages=list(profile.languages),
        **_offered(profile),
        evidence_count=evidence_count,
        updated_at=profile.updated_at,
        version=profile.version,
    )


def _evidence(item: EvidenceItem, handle: str) -> EvidenceForIndex:
    return EvidenceForIndex(
        id=item.id,
        person_id=item.person_id,
        handle=handle,
        kind=item.kind,
        title=item.title,
        text=item.text,
        year=item.year,
        venue=item.venue,
        doi=item.doi,
        url=item.url,
        version=item.version,
    )
