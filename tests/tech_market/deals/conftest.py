"""A listing, the people of its owner, and somebody interested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hub.core.accounts.models import Person
from hub.core.messages.models import Notification
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.tech_market.deals.models import Deal
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind
from tests.factories import deals, listings, people

OWNER_NAMES = ("Olivia Holder", "Secretive Coatings")
PARTY_NAMES = ("Petra Asker", "Curious Chillers")


@dataclass
class Market:
    owner_person: Person
    owner_body: Organisation
    party_person: Person
    party_body: Organisation
    listing: Listing

    @property
    def owner(self) -> Actor:
        return people.actor_of(self.owner_person)

    @property
    def party(self) -> Actor:
        return people.actor_of(self.party_person)

    def deal(self, state: str = "interested", **more: Any) -> Deal:
        with work.unit():
            return deals.deal(self.listing, self.owner, self.party, state, **{"organisation_id": self.party_body.id, **more})


def market(kind: Kind = Kind.OFFER, **changes: Any) -> Market:
    owner, party = people.person(OWNER_NAMES[0], "olivia@secretive.example"), people.person(PARTY_NAMES[0], "petra@curious.example")
    bodies = people.organisation(owner, OWNER_NAMES[1], "lab"), people.organisation(party, PARTY_NAMES[1])
    with work.unit():
        listing = listings.listing(bodies[0], people.actor_of(owner), "published", kind, **changes)
    return Market(owner, bodies[0], party, bodies[1], listing)


@pytest.fixture
def hall(app: Flask) -> Market:
    """The owner stays unnamed on the listing."""
    return market(owner_shown=False)


def told(person: Person) -> list[str]:
    """What the person's inbox says, the oldest first."""
    notes = db.session.scalars(select(Notification).where(Notification.person_id == person.id).order_by(Notification.id))
    return [note.text % note.values for note in notes]
