from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from hub.contests.challenges.models import Challenge
from hub.core.accounts.models import Person
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor, Role
from tests.factories import challenges, people


@dataclass
class World:
    """A company with its people, the site's people, a stranger and another company's owner. Actors carry the person's name + `_actor`."""

    company: Organisation
    other: Organisation
    owner: Person
    member: Person
    finance: Person
    rival: Person
    stranger: Person
    consultant: Person
    admin: Person

    def actor(self, name: str) -> Actor:
        return people.actor_of(getattr(self, name))

    def challenge(self, state: str = "draft", **changes: Any) -> Challenge:
        with work.unit():
            return challenges.challenge(self.company, self.actor("owner"), state, **changes)


@pytest.fixture
def world(app: Flask) -> World:
    owner, rival = people.person("Olivia Owner"), people.person("Rita Rival")
    member, finance = people.person("Max Member"), people.person("Fiona Finance")
    made = World(
        company=people.organisation(owner, "Nordic Foods"), other=people.organisation(rival, "Rival Foods"), owner=owner, member=member,
        finance=finance, rival=rival, stranger=people.person("Sam Stranger"), consultant=people.person("Carl Consultant", consultant=True),
        admin=people.person("Alma Admin", admin=True),
    )  # fmt: skip
    with work.unit():
        for person, role in ((member, Role.MEMBER), (finance, Role.FINANCE)):
            organisations.add_member(actor=made.actor("owner"), organisation=made.company, email=person.email, role=role)
    return made
