"""Challenges that other sites ran: imported once, under their agency, by the system alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.contests.past import operations
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Invalid, NotAllowed
from tests.factories import people

ROW = {
    "name": "Decoding Maternal Morbidity", "agency": "National Institutes of Health", "summary": "New data solutions for maternal health.",
    "details_url": "https://www.challenge.gov/challenge/decoding/", "source": "challenge.gov", "source_key": "challenge.gov:decoding",
}  # fmt: skip


def test_a_past_challenge_is_imported_once_under_its_agency(app):
    row = ROW | {"deadline": clock.now() - timedelta(days=900), "published": clock.now() - timedelta(days=1000)}
    with work.unit():
        made = operations.bring_in(actor=SYSTEM, row=row)
    with work.unit():
        assert operations.bring_in(actor=SYSTEM, row=row) is None
    assert made is not None and challenges.by_id(made.id).state is State.ENDED
    assert challenges.seeker_name(made, ANONYMOUS) == "National Institutes of Health"
    assert made.sector == "health"


@pytest.mark.parametrize("column", ["name", "agency", "deadline", "source_key", "source"])
def test_a_row_without_what_it_needs_is_refused_by_column(app, column):
    row = ROW | {"deadline": clock.now() - timedelta(days=900), "published": None} | {column: None}
    with pytest.raises(Invalid) as refusal:
        operations.bring_in(actor=SYSTEM, row=row)
    assert refusal.value.fields.keys() == {column}
    work.rollback()
    assert db.session.query(Challenge).count() == 0


def test_nobody_but_the_system_imports(app):
    with pytest.raises(NotAllowed):
        operations.bring_in(
            actor=people.actor_of(people.person("Alma Admin", admin=True)), row=ROW | {"deadline": clock.now(), "published": None}
        )
