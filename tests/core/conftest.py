"""A company with its people, a solver, an administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from hub.core.accounts.models import Person
from hub.core.controls import queries as controls
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor, Role
from tests.factories.people import actor_of, organisation, person


@dataclass
class Cast:
    company: Organisation
    people: dict[str, Person]
    breaks_the_books: bool = False

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name])

    def __getattr__(self, name: str) -> Actor:
        if name not in self.people:
            raise AttributeError(name)
        return self.actor(name)


@pytest.fixture
def cast(app: Flask) -> Iterator[Cast]:
    """Whatever a test does to the money, the books add up in the end; a test that breaks them on purpose says so."""
    people = {name: person(name) for name in ("owner", "manager", "finance", "member", "solver", "stranger")}
    people["admin"] = person("admin", admin=True)
    company = organisation(people["owner"])
    for name in ("manager", "finance", "member"):
        with work.unit():
            organisations.add_member(actor=actor_of(people["owner"]), organisation=company, email=people[name].email, role=Role(name))
    made = Cast(company, people)
    yield made
    if not made.breaks_the_books:
        work.rollback()
        assert controls.verify().problems == []
