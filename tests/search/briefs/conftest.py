"""A client with a manager, a consultant, and two who may propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from hub.core.accounts.models import Person
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor
from hub.search.briefs.models import Brief
from hub.search.proposals.models import Proposal
from tests.factories import briefs, people


@dataclass
class Search:
    manager_person: Person
    client_body: Organisation
    consultant_person: Person
    authors: list[Person]

    @property
    def client(self) -> Actor:
        return people.actor_of(self.manager_person)

    @property
    def consultant(self) -> Actor:
        return people.actor_of(self.consultant_person)

    def author(self, number: int = 0) -> Actor:
        return people.actor_of(self.authors[number])

    def brief(self, state: str = "published", **changes: Any) -> Brief:
        with work.unit():
            return briefs.brief(self.client_body, self.consultant, self.client, state, **changes)

    def closed(self, authors: int = 2, **changes: Any) -> tuple[Brief, list[Proposal]]:
        """A call that has closed, with a proposal of each of so many authors."""
        brief = self.brief(**changes)
        with work.unit():
            made = [briefs.proposal(brief, self.author(number), f"Proposal number {number}") for number in range(authors)]
        with work.unit():
            briefs.close(brief)
        return brief, made


@pytest.fixture
def search(app: Flask) -> Search:
    manager, consultant = people.person("Cleo Client", "cleo@quiet.example"), people.person("Conrad Consultant", consultant=True)
    body = people.organisation(manager, "Quiet Packaging")
    return Search(manager, body, consultant, [people.person(f"Author {word}", f"{word}@authors.example") for word in ("anna", "bert")])
