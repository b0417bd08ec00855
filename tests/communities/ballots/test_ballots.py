"""Whose votes count: verified persons', each of them once, as it stands when the vote closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.communities.ballots import rules
from hub.communities.ballots.models import Participant
from hub.communities.ballots.rules import Uncounted
from hub.communities.rallies import operations, queries
from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.states import State
from hub.core.messages.models import Notification
from hub.core.verification import operations as verification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import NotAllowed
from hub.kernel.levels import Level
from tests.factories import documents, people
from tests.factories import rallies as made
from tests.factories.money import race


class Vote:
    """A rally in its vote with two ideas of somebody's, and people who have joined."""

    def __init__(self, least: Level, voters: int = 3) -> None:
        self.host = people.person("Grace Host")
        company = people.organisation(self.host)
        self.admin = people.actor_of(people.person("Root", admin=True))
        self.persons = [people.person(f"Guest {n}") for n in range(voters + 1)]
        with work.unit():
            self.rally = made.rally(company, people.actor_of(self.host), "posting", voters=least)
            for person in self.persons:
                made.join(self.rally, people.actor_of(person))
            self.ideas = [made.post(self.rally, self.actor(0), title=f"Idea number {n}") for n in range(2)]
        to(self.rally.voting_at)

    def actor(self, n: int):
        return people.actor_of(self.persons[n])

    def show(self, n: int, number: str):
        """The person's document is checked."""
        check = documents.accepted(self.actor(n), self.admin, number)
        delivery.deliver_all()
        return check

    def vote(self, n: int, idea: int = 0) -> None:
        with work.unit():
            operations.vote(actor=self.actor(n), idea=self.ideas[idea])

    def report(self):
        work.rollback()
        return queries.report(people.actor_of(self.host), queries.by_id(self.rally.id))

    def uncounted(self) -> list[Uncounted | None]:
        work.rollback()
        rows = select(Participant.uncounted).where(Participant.rally_id == self.rally.id).order_by(Participant.id)
        return list(db.session.scalars(rows))


def to(moment) -> None:
    clock.advance(moment - clock.now())
    with work.unit():
        operations.follow_all()


def told(person_id: int, words: str) -> bool:
    delivery.deliver_all()
    return any(words in text for text in db.session.scalars(select(Notification.text).where(Notification.person_id == person_id)))


def test_where_verified_persons_vote_others_learn_why_they_cannot_and_how_they_can(app: Flask, client: FlaskClient):
    vote = Vote(Level.DOCUMENT)
    with pytest.raises(NotAllowed) as refused:
        vote.vote(1)
    assert refused.value.code == "not_verified"
    people.sign_in(client, vote.persons[1])
    page = client.get(vote.rally.path).get_data(as_text=True)
    assert "Verified persons only, with documents checked" in page and "/settings/verification" in page and "disabled" in page
    vote.show(1, "NX111111")
    vote.vote(1)
    page = client.get(vote.rally.path).get_data(as_text=True)
    assert "Has your vote" in page and "Have myself verified" not in page
    told_api = client.get(f"/api/v1/rallies/{vote.rally.id}", headers=people.api_headers(vote.persons[1])).json
    assert told_api["voters"] == "document"


def test_a_level_that_is_lost_before_the_close_takes_the_votes_along_and_after_it_nothing_changes(app: Flask, client: FlaskClient):
    vote = Vote(Level.DOCUMENT)
    checks = [vote.show(n, f"NX11111{n}") for n in (1, 2, 3)]
    for n in (1, 2, 3):
        vote.vote(n)
    with work.unit():
        verification.revoke(actor=vote.admin, check=checks[0], reason="It belongs to somebody else.")
    assert told(vote.persons[1].id, "Yours count if you are verified again")
    clock.advance(vote.rally.closes_at - clock.now())
    live = vote.report()
    assert (live.voters, live.unverified, vote.uncounted()) == (2, 1, [None] * 4), "counted as it is now, and not written yet"
    with work.unit():
        operations.follow_all()
    assert vote.uncounted() == [None, Uncounted.LEVEL, None, None]
    with work.unit():
        verification.revoke(actor=vote.admin, check=checks[1], reason="It belongs to somebody else.")
    vote.show(1, "NX999999")
    report = vote.report()
    assert (report.voters, report.votes, report.unverified, report.repeated) == (2, 2, 1, 0)
    assert [(one.idea_id, one.votes, one.of) for one in report.standings] == [(vote.ideas[0].id, 2, 2), (vote.ideas[1].id, 0, 2)]
    assert told(vote.persons[1].id, "Your votes were not counted")
    assert "1 person’s votes were not counted" in client.get(f"{vote.rally.path}/report").get_data(as_text=True)


def test_one_verified_person_counts_once_however_many_accounts_they_have(app: Flask):
    """Also where everybody may vote; the account that joined first counts."""
    vote = Vote(Level.EMAIL)
    vote.show(2, "NX 555-555")
    vote.show(3, "nx555555")
    vote.vote(3)
    vote.vote(2, idea=1)
    vote.vote(1)
    to(vote.rally.closes_at)
    assert vote.uncounted() == [None, None, None, Uncounted.TWICE]
    report = vote.report()
    assert (report.voters, report.votes, report.repeated) == (2, 2, 1)
    assert {one.idea_id: one.votes for one in report.standings} == {vote.ideas[0].id: 1, vote.ideas[1].id: 1}
    assert told(vote.persons[3].id, "the same person voted on another one")


def test_a_document_that_has_run_out_still_says_who_somebody_is(app: Flask):
    vote = Vote(Level.EMAIL)
    for n in (1, 2):
        vote.show(n, "NX555555")
        vote.vote(n)
    with work.unit():
        operations.extend(actor=people.actor_of(vote.host), rally=vote.rally, until=vote.rally.closes_at + timedelta(days=80))
    for check in db.session.scalars(select(documents.DocumentCheck)):
        check.expires_at = clock.now() + timedelta(days=1)
    work.commit() if hasattr(work, "commit") else db.session.commit()
    clock.advance(timedelta(days=2))
    with work.unit():
        verification.lapse_due()
    to(queries.by_id(vote.rally.id).closes_at)
    assert vote.uncounted()[1:3] == [None, Uncounted.TWICE]


def test_two_accounts_of_one_person_and_two_counters_at_once_count_once(app: Flask):
    vote = Vote(Level.DOCUMENT)
    for n in (1, 2):
        vote.show(n, "NX555555")
    vote.show(3, "NX333333")
    ids = [person.id for person in vote.persons]

    def casting(n: int):
        return lambda: operations.vote(actor=people.actor_of(db.session.get(people.Person, ids[n])), idea=db.session.get(Idea, idea))

    idea = vote.ideas[0].id
    work.rollback()
    assert race(app, *[casting(n) for n in (1, 2, 3)]) == [None] * 3
    work.rollback()
    clock.advance(queries.by_id(vote.rally.id).closes_at - clock.now())
    work.rollback()
    assert all(isinstance(moved, int) for moved in race(app, *[operations.follow_all] * 3))
    assert vote.uncounted() == [None, None, Uncounted.TWICE, None]
    assert db.session.get(Rally, vote.rally.id).state is State.CLOSED and vote.report().votes == 2
    delivery.deliver_all()
    closed = [
        text for text in db.session.scalars(select(Notification.text).where(Notification.person_id == ids[3])) if "has closed" in text
    ]
    assert len(closed) == 1


VOTERS = st.lists(st.integers(0, 9), unique=True, max_size=8)
SHOWN = st.dictionaries(st.integers(0, 9), st.sets(st.sampled_from("abcd"), max_size=2), max_size=10)


@settings(max_examples=60)
@given(VOTERS, SHOWN)
def test_of_those_who_share_documents_directly_or_through_others_the_first_counts(voters, shown):
    left_out = rules.repeated(voters, shown)
    counted = [voter for voter in voters if voter not in left_out]
    groups: list[tuple[set[int], set[str]]] = []
    for voter in voters:
        mine = ({voter}, set(shown.get(voter, ())))
        for group in [group for group in groups if group[1] & mine[1]]:
            mine = (mine[0] | group[0], mine[1] | group[1])
            groups.remove(group)
        groups.append(mine)
    assert sorted(counted) == sorted(min(group, key=voters.index) for group, _ in groups)
    assert rules.repeated(voters, {}) == set()
