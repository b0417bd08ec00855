"""The only writes on profiles and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from hub.core.profiles import queries, rules
from hub.core.profiles.events import EvidenceChanged, ProfileChanged
from hub.core.profiles.models import EvidenceItem, Profile, Skill
from hub.core.profiles.policy import POLICY
from hub.core.profiles.states import Act, Availability, EvidenceKind, Terms
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotNow, NotSignedIn, one_field
from hub.kernel.links import check_link
from hub.kernel.words import N_

AVAILABILITY = ("availability", "available_from", "available_until", "hours_a_week", "terms")
CONTENT = (
    "headline",
    "bio",
    "languages",
    "language_levels",
    "sectors",
    *AVAILABILITY,
    "visible",
    "is_expert",
    "name_shown",
    "record_shown",
)
EVIDENCE = ("kind", "title", "text", "year", "venue", "doi", "url")


def save_profile(*, actor: Actor, skills: Sequence[str] | None = None, **content: Any) -> Profile:
    """Write the actor's own profile, made at the first time. `content`: any of CONTENT; what is not named stays.

    `skills` is a free list, tidied here. `sectors` are values of Sector, `languages` codes as BCP 47 writes them, `language_levels` says
    Fluency by code, `terms` are values of Terms. Whatever is sent of availability holds from today, until its last day.
    Raises NotSignedIn, Invalid about the field.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    profile = queries.own_profile(actor.person_id) or _new_profile(actor.person_id)
    POLICY.require(actor, Act.SAVE, profile)
    given = _checked({name: value for name, value in content.items() if name in CONTENT}, profile)
    changed = [name for name, value in given.items() if getattr(profile, name) != value]
    for name in changed:
        setattr(profile, name, given[name])
    if skills is not None and rules.skills(skills) != profile.skill_names:
        _write_skills(profile, rules.skills(skills))
        changed.append("skills")
    if not profile.availability_said_on or any(name in content for name in AVAILABILITY):
        said_again = profile.availability_said_on != clock.now().date()
        profile.availability_said_on = clock.now().date()
        changed += ["availability_said_on"] if said_again else []
    profile.turns_on = profile.next_turn(clock.now().date())
    if changed or profile.version is None:
        profile.updated_at = clock.now()
        db.session.add(profile)
        db.session.flush()
        _told(profile, actor)
    return profile


def _new_profile(person_id: int) -> Profile:
    return Profile(
        person_id=person_id, headline="", bio="", languages=[], sectors=[], availability=Availability.OPEN, available_from=None,
        available_until=None, hours_a_week=None, terms=[], language_levels={}, visible=False, is_expert=True, name_shown=True,
        record_shown=True, skills=[],
    )  # fmt: skip


def _checked(given: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """The content as it is stored. Raises Invalid."""
    if "languages" in given:
        given["languages"] = rules.languages(given["languages"])
    if "languages" in given or "language_levels" in given:
        levels = given.get("language_levels", profile.language_levels)
        spoken = given.get("languages", profile.languages)
        given["language_levels"] = {code: str(levels[code]) for code in spoken if levels.get(code)}
    if "terms" in given:
        given["terms"] = [term.value for term in Terms if term in given["terms"]]
    if "sectors" in given:
        given["sectors"] = [str(sector.value) for sector in dict.fromkeys(given["sectors"])]
    _check_days(given, profile)
    return given


def _check_days(given: dict[str, Any], profile: Profile) -> None:
    """From which day and until which day, and how much of a week. Raises Invalid."""
    today = clock.now().date()
    availability = given.get("availability", profile.availability)
    starts = given.get("available_from", profile.available_from)
    if availability is not Availability.LATER:
        given["available_from"] = None
    elif starts is None or (starts != profile.available_from and starts <= today):
        raise one_field("available_from", N_("Say from which day on, in the future."))
    ends = given.get("available_until")
    if ends is not None and ends != profile.available_until and ends < today:
        raise one_field("available_until", N_("This day is over. Say a later one, or none."))
    if ends is not None and availability is Availability.LATER and starts is not None and ends < starts:
        raise one_field("available_until", N_("This is before the first day."))
    hours = given.get("hours_a_week")
    if hours is not None and not 1 <= hours <= rules.MOST_HOURS:
        raise one_field("hours_a_week", N_("Write a whole number from 1 to %(most)s."), most=rules.MOST_HOURS)


def _write_skills(profile: Profile, names: Sequence[str]) -> None:
    """Keep the rows of skills that stay: a unique name cannot be deleted and inserted in one go."""
    known = {skill.plain: skill for skill in profile.skills}
    rows = []
    for position, name in enumerate(names):
        skill = known.get(name.casefold()) or Skill(plain=name.casefold())
        skill.position, skill.name = position, name
        rows.append(skill)
    profile.skills = rows


def touch(*, person_id: int) -> None:
    """The account behind a profile has changed: what others see may be something else now. Bears being repeated."""
    profile = queries.own_profile(person_id)
    if profile is not None:
        profile.updated_at = clock.now()
        profile.turns_on = profile.next_turn(clock.now().date())
        flag_modified(profile, "updated_at")  # a new version, whatever the clock says
        _told(profile, SYSTEM)


def turn(*, today: date) -> None:
    """Have those read anew whose availability has lapsed or begun by today. Bears being repeated."""
    for person_id in queries.due_to_turn(today):
        touch(person_id=person_id)


def add_evidence(
    *, actor: Actor, kind: EvidenceKind, title: str, text: str = "", year: int | None = None, url: str = "", venue: str = "", doi: str = ""
) -> EvidenceItem:
    """Raises NotSignedIn, NotNow beyond 100 items, Invalid about `title`, `year`, `doi` or `url`."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    if queries.evidence_count(actor.person_id) >= rules.MOST_EVIDENCE:
        raise NotNow(N_("You have %(most)s items, as many as there can be. Remove one first."), most=rules.MOST_EVIDENCE)
    item = EvidenceItem(person_id=actor.person_id, kind=kind, created_at=clock.now())
    POLICY.require(actor, Act.CHANGE_EVIDENCE, item)
    _write_evidence(item, {"kind": kind, "title": title, "text": text, "year": year, "venue": venue, "doi": doi, "url": url})
    db.session.add(item)
    db.session.flush()
    _evidence_told(item, actor)
    return item


def change_evidence(*, actor: Actor, evidence: EvidenceItem, **content: Any) -> EvidenceItem:
    """`content`: any of EVIDENCE. Raises NotAllowed, Invalid."""
    POLICY.require(actor, Act.CHANGE_EVIDENCE, evidence)
    _write_evidence(evidence, {name: value for name, value in content.items() if name in EVIDENCE})
    if db.session.is_modified(evidence):
        db.session.flush()
        _evidence_told(evidence, actor)
    return evidence


def remove_evidence(*, actor: Actor, evidence: EvidenceItem) -> None:
    """Raises NotAllowed."""
    POLICY.require(actor, Act.CHANGE_EVIDENCE, evidence)
    db.session.delete(evidence)
    db.session.flush()
    _evidence_told(evidence, actor)


def _write_evidence(item: EvidenceItem, given: Mapping[str, Any]) -> None:
    if "title" in given and not given["title"].strip():
        raise one_field("title", N_("Give it a title."))
    rules.check_year(given.get("year"))
    check_link(given.get("url", ""), field="url")
    ready = {**given, "doi": rules.check_doi(given["doi"])} if "doi" in given else given
    for name, value in ready.items():
        setattr(item, name, value)


def _told(profile: Profile, actor: Actor) -> None:
    journal.record(ProfileChanged(person_id=profile.person_id), actor=actor, subject=f"person:{profile.person_id}")


def _evidence_told(item: EvidenceItem, actor: Actor) -> None:
    event = EvidenceChanged(person_id=item.person_id, evidence_id=item.id)
    journal.record(event, actor=actor, subject=f"evidence:{item.id}", scope=f"person:{item.person_id}")
