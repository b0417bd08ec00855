"""Phases by the clock, ideas that build on one another, votes that nobody sees before the end."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hub.communities.ballots import queries as ballots
from hub.communities.ballots import rules as counting
from hub.communities.ballots.models import IdeaVote, Participant
from hub.communities.rallies import operations, queries, rules
from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.states import PHASES, State
from hub.core.messages.models import Notification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from tests.factories import people
from tests.factories import rallies as made


class Stage:
    """A company that asks, and three people who do not belong to it."""

    def __init__(self) -> None:
        self.host = people.person("Grace Host")
        self.company = people.organisation(self.host)
        self.persons = [people.person(f"Guest {n}") for n in range(1, 4)]

    @property
    def boss(self) -> Actor:
        return people.actor_of(self.host)

    @property
    def guests(self) -> list[Actor]:
        return [people.actor_of(person) for person in self.persons]

    def rally(self, stage: str = "posting", **changes: object) -> Rally:
        with work.unit():
            return made.rally(self.company, self.boss, stage, **changes)

    def voting(self, ideas: int = 2, **changes: object) -> tuple[Rally, list[Idea]]:
        """In its vote: everybody has joined, the first guest has posted `ideas`."""
        with work.unit():
            rally = made.rally(self.company, self.boss, "posting", **changes)
            for guest in self.guests:
                made.join(rally, guest)
            posted = [made.post(rally, self.guests[0], title=f"Idea number {n}") for n in range(ideas)]
        to(rally.voting_at)
        return rally, posted


def to(moment) -> None:
    clock.advance(moment - clock.now())
    with work.unit():
        operations.follow_all()


@pytest.fixture
def stage(app: Flask) -> Stage:
    return Stage()


# The schedule


def test_a_moment_belongs_to_the_phase_that_it_begins(stage: Stage):
    rally = stage.rally("announced")
    for n, name in enumerate(rules.MOMENTS, start=1):
        moment = getattr(rally, name)
        assert rules.position(rally, moment - timedelta(microseconds=1)) == n - 1
        assert rules.position(rally, moment) == n
    assert [PHASES[n] for n in range(5)] == [State.ANNOUNCED, State.POSTING, State.BUILDING, State.VOTING, State.CLOSED]


def test_whoever_comes_after_a_moment_finds_the_phase_moved(stage: Stage):
    """No job has run: the door itself follows the clock."""
    rally = stage.rally("posting")
    with work.unit():
        made.join(rally, stage.guests[0])
    clock.advance(rally.voting_at - clock.now())
    with pytest.raises(NotNow) as refused, work.unit():
        made.post(rally, stage.guests[0])
    assert refused.value.code == "no_ideas_now"


def test_a_draft_with_gaps_is_not_announced(stage: Stage):
    rally = stage.rally("draft", question="Too short", closes_at=None)
    with pytest.raises(Invalid) as refused, work.unit():
        operations.announce(actor=stage.boss, rally=rally)
    assert set(refused.value.fields) == {"question", "closes_at"}
    db.session.rollback()
    assert db.session.get(Rally, rally.id).state is State.DRAFT


def test_a_phase_is_extended_and_never_shortened(stage: Stage):
    rally = stage.rally("posting")
    building, closes = rally.building_at, rally.closes_at
    with pytest.raises(Invalid) as refused, work.unit():
        operations.extend(actor=stage.boss, rally=rally, until=building - timedelta(hours=1))
    assert refused.value.code == "never_shorter"
    with work.unit():
        made.join(rally, stage.guests[0])
        operations.extend(actor=stage.boss, rally=rally, until=building + timedelta(days=2))
    assert (rally.building_at, rally.closes_at) == (building + timedelta(days=2), closes + timedelta(days=2))
    assert told(stage.persons[0].id, "taken longer")


def told(person_id: int, words: str) -> bool:
    delivery.deliver_all()
    texts = db.session.scalars(select(Notification.text).where(Notification.person_id == person_id))
    return any(words in text for text in texts)


def test_a_day_at_the_end_of_time_is_no_day(stage: Stage, client: FlaskClient):
    rally = stage.rally("draft")
    people.sign_in(client, stage.host)
    form = {"title": rally.title, "closes_at": "9999-12-31T23:30"}
    answer = client.post(f"{rally.path}/edit", data=form)
    assert answer.status_code == 422 and "within the next five years" in answer.get_data(as_text=True)
    assert client.get(f"{rally.path}/check").status_code == 200


# Taking part


def test_the_host_reads_along_and_neither_posts_nor_votes(stage: Stage):
    rally, (idea, _) = stage.voting()
    with pytest.raises(NotAllowed) as refused, work.unit():
        operations.vote(actor=stage.boss, idea=idea)
    assert refused.value.code == "host"
    fresh = stage.rally("posting")
    with pytest.raises(NotAllowed), work.unit():
        made.join(fresh, stage.boss)
    assert ballots.participant(fresh.id, stage.host.id) is None and rally.id != fresh.id


def test_one_joins_under_terms_as_shown_and_under_a_name_of_ones_own(stage: Stage):
    rally = stage.rally("posting")
    with pytest.raises(Conflict), work.unit():
        operations.join(actor=stage.guests[0], rally=rally, seen_hash="0" * 64)
    with work.unit():
        made.join(rally, stage.guests[0], alias="Night owl")
    with pytest.raises(Invalid) as refused, work.unit():
        made.join(rally, stage.guests[1], alias=" night  OWL ")
    assert refused.value.code == "alias_taken"
    with work.unit():
        assert made.join(rally, stage.guests[2], alias="ΐ" * 40).alias_key == ("ΐ" * 40).casefold()  # three times as long


def test_a_pseudonym_is_nowhere_a_name(stage: Stage, client: FlaskClient):
    rally = stage.rally("posting")
    with work.unit():
        made.join(rally, stage.guests[0], alias="Night owl")
        idea = made.post(rally, stage.guests[0])
    people.sign_in(client, stage.host)
    for address in (rally.path, idea.path, f"/api/v1{idea.path}", f"/api/v1{rally.path}/ideas"):
        text = client.get(address, headers=people.api_headers(stage.host)).get_data(as_text=True)
        assert "Night owl" in text and "Guest 1" not in text and stage.persons[0].handle not in text, address


def test_in_the_building_phase_an_idea_builds_on_another(stage: Stage):
    rally = stage.rally("posting")
    with work.unit():
        for guest in stage.guests[:2]:
            made.join(rally, guest)
        first = made.post(rally, stage.guests[0])
    to(rally.building_at)
    with pytest.raises(Invalid) as refused, work.unit():
        made.post(rally, stage.guests[1], title="Out of the blue")
    assert refused.value.code == "build_on_one"
    with work.unit():
        second = made.post(rally, stage.guests[1], title="Colder still", onto=(first.id,))
    assert [named.id for named in queries.links(rally.id).onto(second.id)] == [first.id]
    assert told(stage.persons[0].id, "builds on your idea")


def test_links_close_no_circle(stage: Stage):
    rally = stage.rally("posting")
    with work.unit():
        made.join(rally, stage.guests[0])
        first = made.post(rally, stage.guests[0], title="One")
        second = made.post(rally, stage.guests[0], title="Two", onto=(first.id,))
    with pytest.raises(Invalid) as refused, work.unit():
        operations.edit_idea(actor=stage.guests[0], idea=first, title="One", body=made.BODY, onto=[second.id])
    assert refused.value.code == "circle"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 7), st.sets(st.integers(1, 7), max_size=3)), max_size=14))
def test_whatever_is_linked_the_links_stay_without_circles(steps: list[tuple[int, set[int]]]):
    edges: set[tuple[int, int]] = set()
    for idea, onto in steps:
        if not rules.closes_circle(edges, idea, onto):
            edges = {edge for edge in edges if edge[0] != idea} | {(idea, other) for other in onto}
    near = {n: {up for child, up in edges if child == n} for n in range(1, 8)}
    done: set[int] = set()
    while ready := {n for n in near if n not in done and near[n] <= done}:
        done |= ready
    assert done == set(near), "some idea builds on itself"


def test_an_earlier_text_stays_readable(stage: Stage, client: FlaskClient):
    rally = stage.rally("posting")
    with work.unit():
        made.join(rally, stage.guests[0])
        idea = made.post(rally, stage.guests[0])
        operations.edit_idea(actor=stage.guests[0], idea=idea, title="Colder", body="Take the cold back twice, and say how.")
    page = client.get(idea.path).get_data(as_text=True)
    assert "Colder" in page and made.BODY in page


# The vote


def test_nobody_gives_more_votes_than_they_have_and_none_to_themselves(stage: Stage):
    _, ideas = stage.voting(ideas=3, votes_each=2)
    voter, author = stage.guests[1], stage.guests[0]
    with work.unit():
        operations.vote(actor=voter, idea=ideas[0])
        operations.vote(actor=voter, idea=ideas[0])
        operations.vote(actor=voter, idea=ideas[1])
    with pytest.raises(NotNow) as refused, work.unit():
        operations.vote(actor=voter, idea=ideas[2])
    assert refused.value.code == "no_votes_left"
    with pytest.raises(NotAllowed) as refused, work.unit():
        operations.vote(actor=author, idea=ideas[0])
    assert refused.value.code == "own_idea"
    with work.unit():
        operations.take_back(actor=voter, idea=ideas[0])
        operations.vote(actor=voter, idea=ideas[2])
    assert ballots.own_votes(voter, ideas[0].rally_id) == {ideas[1].id, ideas[2].id}


def test_many_windows_at_once_spend_no_vote_twice(stage: Stage, app: Flask):
    rally, ideas = stage.voting(ideas=6, votes_each=2)
    voter = stage.persons[1].id

    def window(idea_id: int) -> None:
        with app.app_context():
            try:
                with work.unit():
                    operations.vote(actor=people.actor_of(db.session.get(people.Person, voter)), idea=db.session.get(Idea, idea_id))
            except NotNow:
                pass
            finally:
                db.session.remove()

    windows = [threading.Thread(target=window, args=(idea.id,)) for idea in ideas]
    for thread in windows:
        thread.start()
    for thread in windows:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(IdeaVote)) == 2
    assert db.session.scalars(select(Participant.votes_left).where(Participant.person_id == voter)).one() == 0
    assert rally.id


def everything_said(client: FlaskClient, rally: Rally, ideas: list[Idea], keys: list[dict[str, str]]) -> list[tuple[int, str, str]]:
    """Every answer about the rally that a visitor, the host and a participant get, with its ETag."""
    said = []
    for path in (rally.path, f"{rally.path}/report", f"{rally.path}/report.csv", *(idea.path for idea in ideas), "/rallies"):
        answer = client.get(path)
        said.append((answer.status_code, answer.headers.get("ETag", ""), answer.get_data(as_text=True)))
    for headers in keys:
        for path in (rally.path, f"{rally.path}/report", f"{rally.path}/ideas", *(idea.path for idea in ideas)):
            answer = client.get(f"/api/v1{path}", headers=headers)
            said.append((answer.status_code, answer.headers.get("ETag", ""), answer.get_data(as_text=True)))
    return said


def test_before_the_close_no_answer_differs_however_others_vote(stage: Stage, client: FlaskClient):
    """The host, another participant and a visitor read byte for byte the same before and after somebody votes."""
    rally, ideas = stage.voting(ideas=3)
    keys = [people.api_headers(stage.host), people.api_headers(stage.persons[2])]
    before = everything_said(client, rally, ideas, keys)
    with work.unit():
        operations.vote(actor=stage.guests[1], idea=ideas[2])
        operations.vote(actor=stage.guests[1], idea=ideas[0])
    assert everything_said(client, rally, ideas, keys) == before
    assert {status for status, _, text in before if "report" in text or status == 404} >= {404}


def test_the_vote_counts_to_the_very_end_and_not_after(stage: Stage):
    rally, (idea, other) = stage.voting()
    clock.advance(rally.closes_at - clock.now() - timedelta(microseconds=1))
    with work.unit():
        operations.vote(actor=stage.guests[1], idea=idea)
    clock.advance(timedelta(microseconds=1))
    with pytest.raises(NotNow), work.unit():
        operations.vote(actor=stage.guests[1], idea=other)
    db.session.rollback()
    report = queries.report(stage.boss, queries.by_id(rally.id))
    assert [(s.idea_id, s.votes, s.place) for s in report.standings] == [(idea.id, 1, 1), (other.id, 0, 2)]


def test_there_is_no_report_before_the_close(stage: Stage):
    rally, _ = stage.voting()
    with pytest.raises(NotFound):
        queries.report(stage.boss, rally)


def test_everybody_is_told_of_the_outcome_and_then_of_the_answer(stage: Stage):
    rally, (idea, _) = stage.voting()
    with work.unit():
        operations.vote(actor=stage.guests[1], idea=idea)
    to(rally.closes_at)
    assert (
        told(stage.persons[0].id, "came to place")
        and told(stage.persons[2].id, "has closed")
        and told(stage.host.id, "Tell the participants")
    )
    with work.unit():
        operations.answer(actor=stage.boss, rally=rally, answer="We try the first idea on a side stream from January on.")
    assert told(stage.persons[2].id, "what becomes of the ideas")


def test_taking_an_idea_down_gives_the_votes_back_and_says_why(stage: Stage):
    rally, (idea, _) = stage.voting()
    admin = people.actor_of(people.person("Root", admin=True))
    with work.unit():
        operations.vote(actor=stage.guests[1], idea=idea)
        operations.remove(actor=admin, idea=idea, reason="It names a private person.")
    assert queries.me_in(stage.guests[1], rally).votes_left == rally.votes_each
    assert told(stage.persons[0].id, "taken down")


# The ranking


def test_the_interval_is_wilsons():
    """The worked example of 8 in 10 at 95 %: 0.4902 to 0.9433."""
    low, high = counting.wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert counting.wilson(0, 0) == (0.0, 1.0) and counting.wilson(0, 5)[0] == 0.0 and counting.wilson(5, 5)[1] == 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 9), st.integers(1, 5), min_size=1, max_size=9),
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 7)), max_size=40),
)
def test_the_ranking_counts_every_vote_once_and_ties_share_a_place(authors: dict[int, int], ballots: set[tuple[int, int]]):
    cast = {(idea, voter) for idea, voter in ballots if idea in authors and authors[idea] != voter}
    standings = counting.ranking(authors, cast)
    assert {s.idea_id for s in standings} == set(authors) and sum(s.votes for s in standings) == len(cast)
    assert all(0 <= s.low <= s.share + 1e-12 <= s.high + 2e-12 <= 1 + 1e-9 for s in standings)
    for upper, lower in itertools.pairwise(standings):
        assert upper.low >= lower.low - 1e-9
        assert (upper.place == lower.place) == ((bool(cast) and round(upper.low, 12) == round(lower.low, 12)) or not cast)


def test_voters_orders_differ_and_stay():
    ideas = list(range(1, 9))
    orders = {tuple(counting.shuffled(ideas, f"1:{voter}")) for voter in range(20)}
    assert len(orders) > 15 and counting.shuffled(ideas, "1:3") == counting.shuffled(reversed(ideas), "1:3")


# The doors


def test_a_rally_from_draft_to_joining_through_the_pages(stage: Stage, client: FlaskClient):
    people.sign_in(client, stage.host)
    empty = client.post("/rallies/new", data={"organisation": stage.company.slug, "title": "", "question": "Kept?"})
    assert empty.status_code == 422 and "Kept?" in empty.get_data(as_text=True)
    content = made.content()
    form = {name: value.strftime("%Y-%m-%dT%H:%M") if hasattr(value, "strftime") else str(value) for name, value in content.items()}
    answer = client.post(
        "/rallies/new", data={**form, "opens_at": "", "organisation": stage.company.slug, "licence": "cc_by", "language": "en"}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    rally = db.session.scalars(select(Rally)).one()
    assert client.post(f"{rally.path}/announce").status_code == 302
    people.sign_in(client, stage.persons[0])
    refused = client.post(f"{rally.path}/join", data={"terms_hash": rally.terms_hash})
    assert refused.status_code == 422
    assert client.post(f"{rally.path}/join", data={"terms_hash": rally.terms_hash, "accepted": "1"}).status_code == 302
    assert client.post(f"{rally.path}/ideas/new", data={"title": "Take the cold back", "body": made.BODY}).status_code == 302
    assert "Take the cold back" in client.get(rally.path).get_data(as_text=True)
