"""Reads of the rallies room. Votes are counted here and nowhere else, and only once the rally has closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from hub.communities.ballots import queries as ballots
from hub.communities.ballots.models import IdeaVote, Participant
from hub.communities.ballots.queries import Author, Box
from hub.communities.ballots.rules import Standing, Uncounted, ranking, reaches, shuffled
from hub.communities.rallies import policy
from hub.communities.rallies.models import Idea, IdeaLink, IdeaRevision, Rally
from hub.communities.rallies.rules import Edge
from hub.communities.rallies.states import MOVING, PUBLIC, RUNNING, IdeaState, State
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.db.extensions import db
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

NO_RALLY, NO_IDEA = N_("There is no such rally."), N_("There is no such idea.")
NOT_YET = N_("There is no report before the vote has closed: until then nobody sees a result.")
LISTED = tuple(state for state in State if state in PUBLIC and state is not State.CANCELLED)


@dataclass(frozen=True)
class Shown:
    """A rally with its host, as lists and programs read it."""

    rally: Rally
    host: OrganisationCard

    @property
    def id(self) -> int:
        return self.rally.id


@dataclass(frozen=True)
class Named:
    """An idea in a line."""

    id: int
    rally_id: int
    title: str
    state: IdeaState

    @property
    def path(self) -> str:
        return f"/rallies/{self.rally_id}/ideas/{self.id}"


@dataclass(frozen=True)
class ShownIdea:
    """An idea as this reader sees it. `voted`: has a vote of the reader's own; `standing` only after the close."""

    idea: Idea
    author: Author
    onto: Sequence[Named]
    built_on_by: Sequence[Named]
    voted: bool
    standing: Standing | None

    @property
    def id(self) -> int:
        return self.idea.id


@dataclass(frozen=True)
class Links:
    """Every idea of one rally in a line, and what builds on what."""

    names: Mapping[int, Named]
    authors: Mapping[int, int]
    edges: Sequence[Edge]

    @property
    def posted(self) -> list[int]:
        return [number for number, named in self.names.items() if named.state is IdeaState.POSTED]

    def onto(self, idea_id: int) -> list[Named]:
        return [self.names[onto] for child, onto in self.edges if child == idea_id]

    def built_on_by(self, idea_id: int) -> list[Named]:
        return [self.names[child] for child, onto in self.edges if onto == idea_id]


@dataclass(frozen=True)
class Report:
    """A closed rally in figures."""

    standings: Sequence[Standing]
    links: Links
    authors: Mapping[int, Author]
    participants: int
    voters: int
    votes: int
    contributors: int
    chains: int
    """Ideas that build on another one."""
    unverified: int
    """People whose votes do not count, because they were not verified as far as is asked."""
    repeated: int
    """Accounts whose votes do not count, because the same person voted on another one."""


def get_for(actor: Actor, rally_id: int) -> Rally:
    """The rally, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    rally = db.session.get(Rally, rally_id)
    if rally is None or not policy.may_read(actor, rally):
        raise NotFound(NO_RALLY)
    return rally


def by_id(rally_id: int) -> Rally:
    """Unchecked, for reactions."""
    return db.session.get_one(Rally, rally_id)


def by_ids(ids: Iterable[int]) -> Sequence[Rally]:
    """Unchecked, for the index."""
    return db.session.scalars(select(Rally).where(Rally.id.in_(list(ids)))).all()


def public_ids() -> Sequence[int]:
    """Everything that lists show, for the search index."""
    return db.session.scalars(select(Rally.id).where(Rally.state.in_(LISTED))).all()


def locked(rally_id: int, *, to_decide: bool = False) -> Rally:
    """The rally as it is now, held until we commit against a move made elsewhere; `to_decide` keeps everybody else out.

    Row locks are PostgreSQL's; SQLite has one writer anyway.
    """
    db.session.flush()
    query = select(Rally).where(Rally.id == rally_id).with_for_update(read=not to_decide, of=Rally)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def shown(rallies: Iterable[Rally]) -> list[Shown]:
    """Each with its host. One statement."""
    rallies = list(rallies)
    hosts = organisations.cards(rally.organisation_id for rally in rallies)
    return [Shown(rally, hosts[rally.organisation_id]) for rally in rallies]


def _by_the_clock() -> ColumnElement[str]:
    """The phase as `states.phase_of` has it, for the database."""
    now = clock.now()
    moving = Rally.state.in_(list(MOVING))
    return case(
        (and_(moving, Rally.closes_at <= now), State.CLOSED.value),
        (and_(moving, Rally.voting_at <= now), State.VOTING.value),
        (and_(moving, Rally.building_at <= now), State.BUILDING.value),
        (and_(moving, Rally.opens_at <= now), State.POSTING.value),
        (moving, State.ANNOUNCED.value),
        (Rally.state == State.CLOSED, State.CLOSED.value),
        else_="",
    )


_RANKS = {State.POSTING: 0, State.BUILDING: 0, State.VOTING: 0, State.ANNOUNCED: 1, State.CLOSED: 2}


def _in_phase(phase: State | None) -> ColumnElement[bool]:
    listed = Rally.state.in_(LISTED)
    return listed if phase is None else and_(listed, _by_the_clock() == phase.value)


def listed(phase: State | None = None, *, page: int = 1, size: int = 20) -> tuple[Sequence[Rally], int]:
    """One page of the public rallies, running ones first, the soonest close before the others; and how many there are."""
    chosen = _in_phase(phase)
    total = db.session.scalar(select(func.count()).select_from(Rally).where(chosen)) or 0
    rank = case({phase.value: rank for phase, rank in _RANKS.items()}, value=_by_the_clock(), else_=3)
    ends = case((rank == 2, None), else_=Rally.closes_at)
    ordered = select(Rally).where(chosen).order_by(rank, ends.asc().nulls_last(), Rally.id.desc())
    return db.session.scalars(ordered.limit(size).offset((page - 1) * size)).all(), total


def phase_counts() -> dict[State, int]:
    """How many public rallies are in each phase."""
    phase = _by_the_clock().label("phase")
    inner = select(phase).where(Rally.state.in_(LISTED)).subquery()
    rows = db.session.execute(select(inner.c.phase, func.count()).group_by(inner.c.phase))
    return {State(value): number for value, number in rows if value}


def public_after(last_id: int | None, limit: int, phase: State | None = None, organisation_id: int | None = None) -> Sequence[Rally]:
    """Up to `limit` + 1 public rallies, newest first, after the one numbered `last_id`."""
    query = select(Rally).where(_in_phase(phase)).order_by(Rally.id.desc())
    return _after(query, last_id, limit, organisation_id)


def own_after(actor: Actor, last_id: int | None, limit: int) -> Sequence[Rally]:
    """Up to `limit` + 1 rallies of the actor's organisations in any state, newest first."""
    query = select(Rally).where(Rally.organisation_id.in_(list(actor.roles)), Rally.state != State.DISCARDED).order_by(Rally.id.desc())
    return _after(query, last_id, limit, None)


def _after(query: Select[Any], last_id: int | None, limit: int, organisation_id: int | None) -> Sequence[Rally]:
    if last_id is not None:
        query = query.where(Rally.id < last_id)
    if organisation_id is not None:
        query = query.where(Rally.organisation_id == organisation_id)
    return db.session.scalars(query.limit(limit + 1)).all()


def drafts_of(actor: Actor) -> Sequence[Rally]:
    """Drafts of the organisations that the actor belongs to."""
    if not actor.roles:
        return []
    query = select(Rally).where(Rally.organisation_id.in_(list(actor.roles)), Rally.state == State.DRAFT)
    return db.session.scalars(query.order_by(Rally.id.desc())).all()


def due() -> Sequence[int]:
    """Rallies whose next moment has come, by id."""
    now = clock.now()
    moments = {
        State.ANNOUNCED: Rally.opens_at,
        State.POSTING: Rally.building_at,
        State.BUILDING: Rally.voting_at,
        State.VOTING: Rally.closes_at,
    }
    conditions = [and_(Rally.state == state, moment <= now) for state, moment in moments.items()]
    return db.session.scalars(
        select(Rally.id).where(conditions[0] | conditions[1] | conditions[2] | conditions[3]).order_by(Rally.id)
    ).all()


def managed_by(organisation_id: int) -> list[int]:
    """The people who decide for the host, as person ids."""
    return organisations.member_ids(organisation_id, (Role.OWNER, Role.MANAGER))


# Participants


def me_in(actor: Actor, rally: Rally) -> Participant | None:
    """The actor as a participant, if they have joined."""
    return ballots.participant(rally.id, actor.person_id) if actor.person_id is not None else None


def may_vote(actor: Actor, rally: Rally) -> bool:
    """Is the actor verified as far as the rally asks?"""
    return actor.person_id is not None and reaches(ballots.level_of(actor.person_id), rally.voters)


def voting_with(person_id: int) -> Sequence[Rally]:
    """Rallies in their vote to which this person has given votes."""
    given = select(IdeaVote.rally_id).join(Participant, Participant.id == IdeaVote.participant_id).where(Participant.person_id == person_id)
    return db.session.scalars(select(Rally).where(Rally.id.in_(given), Rally.state == State.VOTING).order_by(Rally.id)).all()


def unvoted(person_id: int) -> Question:
    """What waits for a participant: rallies in their vote of which this person has not used a vote."""
    return (
        select(Rally.title.label("detail"), Rally.id.label("key"), Rally.closes_at.label("due"))
        .join(Participant, Participant.rally_id == Rally.id)
        .where(
            Participant.person_id == person_id, Participant.votes_left == Rally.votes_each,
            Rally.state.in_(list(RUNNING)), Rally.voting_at <= clock.now(), Rally.closes_at > clock.now(),
        )
    )  # fmt: skip


def of_hosts(organisation_ids: Iterable[int], state: State) -> Question:
    """What waits for hosts: their drafts, or the closed rallies without an answer."""
    unanswered = Rally.answered_at.is_(None)
    return select(Rally.title.label("detail"), Rally.id.label("key"), NO_DUE).where(
        Rally.organisation_id.in_(list(organisation_ids)), Rally.state == state, unanswered
    )


# Ideas


def links(rally_id: int) -> Links:
    """Every idea in a line, the oldest first, and every link. Two statements."""
    lines = select(Idea.id, Idea.title, Idea.state, Idea.participant_id).where(Idea.rally_id == rally_id)
    names, authors = {}, {}
    for number, title, state, participant_id in db.session.execute(lines.order_by(Idea.id)):
        names[number] = Named(number, rally_id, title, state)
        if state is IdeaState.POSTED:
            authors[number] = participant_id
    edges = db.session.execute(
        select(IdeaLink.idea_id, IdeaLink.onto_id).where(IdeaLink.rally_id == rally_id).order_by(IdeaLink.idea_id, IdeaLink.onto_id)
    )
    return Links(names, authors, [(child, onto) for child, onto in edges])


def idea_for(rally: Rally, idea_id: int) -> Idea:
    """The idea of this rally. Raises NotFound."""
    idea = db.session.get(Idea, idea_id)
    if idea is None or idea.rally_id != rally.id:
        raise NotFound(NO_IDEA)
    return idea


def idea(number: int) -> Idea:
    """Unchecked. Raises NotFound."""
    found = db.session.get(Idea, number)
    if found is None:
        raise NotFound(NO_IDEA)
    return found


def order_of(rally: Rally, known: Links, me: Participant | None, standings: Sequence[Standing]) -> list[int]:
    """The ideas as this reader goes through them: newest first; in the vote each voter's own order; by rank after the close."""
    if rally.phase is State.CLOSED:
        return [standing.idea_id for standing in standings]
    if rally.phase is State.VOTING:
        return shuffled(known.posted, f"{rally.id}:{me.id if me else 0}")
    return sorted(known.posted, reverse=True)


def shown_ideas(actor: Actor, rally: Rally, ids: Sequence[int], known: Links, standings: Sequence[Standing]) -> list[ShownIdea]:
    """These ideas, in this order. At most three statements."""
    found = {idea.id: idea for idea in db.session.scalars(select(Idea).where(Idea.id.in_(list(ids)), Idea.rally_id == rally.id))}
    authors = ballots.authors_of((idea.participant for idea in found.values()), actor)
    mine = ballots.own_votes(actor, rally.id) if rally.phase is State.VOTING else set()
    by_idea = {standing.idea_id: standing for standing in standings}
    return [
        ShownIdea(
            found[n], authors[found[n].participant_id], known.onto(n), known.built_on_by(n), n in mine, by_idea.get(n)
        )
        for n in ids
    ]  # fmt: skip


def own_ideas(participant_id: int) -> int:
    """How many ideas this participant has posted and not withdrawn."""
    query = select(func.count()).select_from(Idea).where(Idea.participant_id == participant_id, Idea.state == IdeaState.POSTED)
    return db.session.scalar(query) or 0


def revisions(idea_id: int) -> Sequence[IdeaRevision]:
    """Every text it has had, the newest first."""
    return db.session.scalars(select(IdeaRevision).where(IdeaRevision.idea_id == idea_id).order_by(IdeaRevision.number.desc())).all()


# The result


def box(rally: Rally) -> Box:
    """All votes and which of them count. Raises NotFound before the close: nobody counts until then, the host neither."""
    if rally.phase is not State.CLOSED:
        raise NotFound(NOT_YET)
    return ballots.box(rally.id, rally.voters, closed=rally.state is State.CLOSED)


def standings(rally: Rally, known: Links) -> list[Standing]:
    """The ranking of a closed rally; empty before."""
    return ranking(known.authors, box(rally).counted) if rally.phase is State.CLOSED else []


def report(actor: Actor, rally: Rally) -> Report:
    """Raises NotFound before the close."""
    votes, known = box(rally), links(rally.id)
    people = db.session.scalars(select(Participant).where(Participant.id.in_(sorted(set(known.authors.values()))))).all()
    counted = [(idea, voter) for idea, voter in votes.counted if idea in known.authors]
    posted, by_participant = known.authors.keys(), ballots.authors_of(people, actor)
    return Report(
        standings=ranking(known.authors, counted),
        links=known,
        authors={idea: by_participant[author] for idea, author in known.authors.items()},
        participants=rally.participant_count,
        voters=len({voter for _, voter in counted}),
        votes=len(counted),
        contributors=len(set(known.authors.values())),
        chains=len({child for child, onto in known.edges if child in posted}),
        unverified=votes.left_out(Uncounted.LEVEL),
        repeated=votes.left_out(Uncounted.TWICE),
    )  # fmt: skip
