"""The demo site's people and organisations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries
from hub.core.organisations import operations as organisations
from hub.core.organisations.states import Kind
from hub.core.profiles import operations as profiles
from hub.core.profiles.states import Availability, EvidenceKind, Terms
from hub.core.works import operations as works
from hub.core.works import queries as works_read
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor, Role
from hub.kernel.taxonomy import Sector

PASSWORD = "demo"
HERE_SINCE = timedelta(days=200)


def ago(days: float) -> AbstractContextManager[None]:
    """What happens in the block happened so many days ago."""
    return clock.at(clock.now() - timedelta(days=days))


@dataclass
class Cast:
    """Who plays: ids by the keys of people.toml."""

    people: dict[str, int] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        return queries.actor_of(self.people[key])

    def owner_of(self, organisation: str) -> Actor:
        return self.actor(self.owners[organisation])


def gather(data: dict[str, Any]) -> Cast:
    """Make the people, their organisations and profiles. Uncommitted."""
    cast = Cast()
    with clock.at(clock.now() - HERE_SINCE):
        for row in data["person"]:
            person = accounts.create(
                actor=SYSTEM,
                email=row["email"],
                name=row["name"],
                password=PASSWORD,
                language=row.get("language", "en"),
                admin=row.get("admin", False),
                consultant=row.get("consultant", False),
                any_password=True,
            )
            cast.people[row["key"]], cast.emails[row["key"]] = person.id, row["email"]
        for row in data["organisation"]:
            _found(cast, row)
        for row in data["profile"]:
            _write_profile(cast.actor(row["person"]), row)
    say_when(cast, data)
    bring_list(cast, data)
    return cast


def _found(cast: Cast, row: dict[str, Any]) -> None:
    organisation = organisations.found(
        actor=cast.actor(row["owner"]),
        name=row["name"],
        kind=Kind(row["kind"]),
        country=row["country"],
        website=row["website"],
        about=row["about"],
    )
    cast.organisations[row["key"]], cast.owners[row["key"]] = organisation.id, row["owner"]
    for member, role in row.get("members", []):
        organisations.add_member(actor=cast.actor(row["owner"]), organisation=organisation, email=cast.emails[member], role=Role(role))


def _write_profile(actor: Actor, row: dict[str, Any]) -> None:
    profiles.save_profile(
        actor=actor,
        skills=row["skills"],
        headline=row["headline"],
        bio=row["bio"],
        languages=row["languages"],
        sectors=[Sector(sector) for sector in row["sectors"]],
        language_levels=row.get("levels", {}),
        is_expert=True,
        visible=True,
    )
    for item in row["evidence"]:
        profiles.add_evidence(actor=actor, **{**item, "kind": EvidenceKind(item["kind"])})


def say_when(cast: Cast, data: dict[str, Any]) -> None:
    """Who has how much time, and until when; one has not said it again since it lapsed. Uncommitted."""
    now = clock.now()
    for row in data["profile"]:
        said = row.get("time")
        if said is None:
            continue
        with clock.at(now - timedelta(days=said.get("said_days_ago", 0))):
            profiles.save_profile(
                actor=cast.actor(row["person"]),
                availability=Availability(said["availability"]),
                available_from=_day(now, said.get("from_day")),
                available_until=_day(now, said.get("until_day")),
                hours_a_week=said.get("hours"),
                terms=[Terms(term) for term in said.get("terms", [])],
            )
        profiles.touch(person_id=cast.people[row["person"]])


def bring_list(cast: Cast, data: dict[str, Any]) -> None:
    """A list that somebody brought from elsewhere, and another that still waits to be looked at. Uncommitted."""
    for row in data["list"]:
        actor = cast.actor(row["person"])
        draft = works.look(actor=actor, found=works_read.read(row["text"].encode()), filename=row["filename"])
        if row["taken"]:
            works.bring_in(actor=actor, draft=draft)


def _day(now: datetime, days: int | None) -> date | None:
    return None if days is None else (now + timedelta(days=days)).date()
