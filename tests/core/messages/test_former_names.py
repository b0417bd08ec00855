"""Deliveries wait in the outbox under a reaction's name: none that was ever released may lead nowhere after an upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.core.messages.models import Notification
from hub.core.payments.events import FundingCancelled
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel.actor import SYSTEM

EVER = Path(__file__).with_name("reactions.txt")
"""Each event and the name of a reaction to it, as they were released. Lines are added and never taken away."""


def test_every_reaction_that_was_ever_released_is_still_there_by_its_name_or_says_what_it_was_called(app):
    lost = [line for line in EVER.read_text().splitlines() if journal.reaction_named(*line.split()) is None]
    assert not lost, "a reaction was renamed or moved: name it in reacts_to(..., formerly=[...]), so that what waits for it is delivered"


@pytest.mark.parametrize("name", ["tell_funding_cancelled", "tell_payer"])
def test_what_waited_under_a_former_name_is_delivered_after_the_upgrade(app, cast, name):
    told = cast.people["finance"].id
    with work.unit():
        event = FundingCancelled(1, cast.company.id, "challenge:1", "A prize", 100, 0, "USD", [told])
        journal.record(event, actor=SYSTEM, subject="funding:1")
    waiting = db.session.query(Delivery).filter(Delivery.reaction.like("%tell_payer")).one()
    waiting.reaction = f"hub.core.messages.reactions.{name}"
    db.session.commit()
    delivery.deliver_all()
    assert {one.state for one in db.session.query(Delivery)} == {DeliveryState.DONE}
    assert [one.text for one in db.session.query(Notification).filter_by(person_id=told)] != []
