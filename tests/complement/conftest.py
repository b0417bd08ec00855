"""A platform, its owner, a vendor and a user."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hub.complement.platforms.models import Platform
from hub.core.accounts.models import Person
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor
from tests.factories import people, platforms


@dataclass
class Cast:
    """`owner` runs the platform for `house`, `vendor` publishes alone, `user` does neither; `rival` owns the organisation `firm`."""

    platform: Platform
    house: Organisation
    firm: Organisation
    persons: dict[str, Person]

    def __getattr__(self, name: str) -> Actor:
        if name not in self.__dict__["persons"]:
            raise AttributeError(name)
        return people.actor_of(self.__dict__["persons"][name])


@pytest.fixture
def cast(app) -> Cast:
    persons = {name: people.person(name.capitalize()) for name in ("owner", "vendor", "user", "rival")}
    house, firm = people.organisation(persons["owner"], "House"), people.organisation(persons["rival"], "Firm")
    with work.unit():
        platform = platforms.platform(people.actor_of(persons["owner"]), house.id)
    return Cast(platform, house, firm, persons)
