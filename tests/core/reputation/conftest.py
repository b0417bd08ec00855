"""A buyer's organisation, a lab, and people around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from hub.core.disputes.rules import Side
from hub.kernel.actor import Actor
from tests.factories import people


@dataclass
class Pair:
    people: dict[str, Any]
    house: Any
    bench: Any

    def actor(self, name: str) -> Actor:
        return people.actor_of(self.people[name])

    @property
    def buyer(self) -> Side:
        return Side(organisation_id=self.house.id)

    @property
    def lab(self) -> Side:
        return Side(organisation_id=self.bench.id)

    def side(self, name: str) -> Side:
        return Side(person_id=self.people[name].id)


@pytest.fixture
def pair(app) -> Pair:
    made = {name: people.person(name.title()) for name in ("heron", "plover", "wren", "stranger")}
    made["moderator"] = people.person("Stilt", consultant=True)
    made["admin"] = people.person("Owl", admin=True)
    return Pair(made, people.organisation(made["heron"], "Buyers"), people.organisation(made["plover"], "Bench", "lab"))
