"""A consultant, two customers with a portal each, and somebody with an idea."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from hub.core.accounts.models import Person
from hub.core.organisations import operations as organisations
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor, Role
from hub.portals.sites import operations as sites
from hub.portals.sites import queries
from hub.portals.sites.models import Portal
from tests.factories import people, portals


@dataclass
class Stage:
    """Who plays. `heron` runs Meridian's portal `fresh`, `kingfisher` Loom's portal `coats`; `wren` belongs to Meridian and runs nothing."""

    owl: Person
    heron: Person
    wren: Person
    kingfisher: Person
    kestrel: Person
    meridian: Organisation
    loom: Organisation

    def actor(self, name: str) -> Actor:
        return people.actor_of(getattr(self, name))

    @property
    def fresh(self) -> Portal:
        return queries.get_for(self.actor("owl"), "fresh")

    @property
    def coats(self) -> Portal:
        return queries.get_for(self.actor("owl"), "coats")


@pytest.fixture
def stage(app: Flask) -> Stage:
    owl, heron, wren, kingfisher, kestrel = (
        people.person(name.capitalize(), email=f"{name}@example.org", consultant=name == "owl")
        for name in ("owl", "heron", "wren", "kingfisher", "kestrel")
    )
    meridian, loom = people.organisation(heron, "Meridian Foods"), people.organisation(kingfisher, "Loom Materials")
    made = Stage(owl, heron, wren, kingfisher, kestrel, meridian, loom)
    with work.unit():
        organisations.add_member(actor=made.actor("heron"), organisation=meridian, email=wren.email, role=Role.MANAGER)
        for organisation, slug, manager in ((meridian, "fresh", heron), (loom, "coats", kingfisher)):
            portal = portals.portal(organisation, made.actor("owl"), slug=slug)
            sites.name_manager(actor=made.actor("owl"), portal=portal, email=manager.email)
    return made
