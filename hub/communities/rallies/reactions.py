"""After the fact: the clock is followed, and people are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.communities.ballots import queries as ballots
from hub.communities.ballots.rules import Uncounted, reaches
from hub.communities.rallies import operations, queries
from hub.communities.rallies.events import (
    IdeaEdited,
    IdeaPosted,
    IdeaRemoved,
    RallyAnswered,
    RallyBuildingBegan,
    RallyCancelled,
    RallyClosed,
    RallyExtended,
    RallyJoined,
    RallyOpened,
    RallyVotingBegan,
)
from hub.communities.rallies.models import Rally
from hub.communities.rallies.states import RUNNING, IdeaState, State
from hub.core.integrity import operations as integrity
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.moderation import queries as moderation
from hub.core.moderation.rules import Source, Thing
from hub.core.verification.events import LevelChanged
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@every(20)
def follow_the_clock() -> None:
    operations.follow_all()


def _tell(rally: Rally, people: Iterable[int | None], text: str, link: str = "", **values: Any) -> None:
    messages.notify(
        actor=SYSTEM, person_ids=people, text=text, kind=Kind.RALLY, link=link or rally.path,
        values={"title": rally.title, **values},
    )  # fmt: skip


def _taking_part(rally: Rally) -> list[int]:
    return [one.person_id for one in ballots.participants(rally.id)]


@reacts_to(RallyJoined)
def look_who_joins(event: RallyJoined, fact: Fact) -> None:
    """Whoever joins may vote: staff may have to look at the host's own people, or at several accounts of one hand."""
    rally, people = queries.by_id(event.rally_id), {one.id: one.person_id for one in ballots.participants(event.rally_id)}
    if event.participant_id in people:
        integrity.look(
            subject=rally.ref, title=rally.title, link=rally.path, person_id=people[event.participant_id], host_id=rally.organisation_id,
            among=people.values(),
        )  # fmt: skip


@reacts_to(RallyOpened)
def tell_the_host_that_it_opened(event: RallyOpened, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    _tell(rally, queries.managed_by(rally.organisation_id), N_("“%(title)s” is open for ideas."))


@reacts_to(RallyBuildingBegan)
def tell_of_the_building(event: RallyBuildingBegan, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    _tell(rally, _taking_part(rally), N_("“%(title)s”: read what others have posted, and build on it until the vote begins."))


@reacts_to(RallyVotingBegan)
def tell_of_the_vote(event: RallyVotingBegan, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    _tell(rally, _taking_part(rally), N_("The vote of “%(title)s” is open. Votes you can give: %(n)s."), n=rally.votes_each)


PHASES = {
    State.POSTING: N_("“%(title)s”: ideas are taken longer, until %(until)s UTC. Everything after moves along."),
    State.BUILDING: N_("“%(title)s”: building goes on longer, until %(until)s UTC. Everything after moves along."),
    State.VOTING: N_("“%(title)s”: the vote stays open longer, until %(until)s UTC."),
}


@reacts_to(RallyExtended)
def tell_of_the_extension(event: RallyExtended, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    _tell(rally, _taking_part(rally), PHASES[State(event.phase)], until=event.until[:16].replace("T", " "))


UNCOUNTED = {
    Uncounted.LEVEL: N_("“%(title)s” has closed. Your votes were not counted: you were not verified as far as this vote asks."),
    Uncounted.TWICE: N_("“%(title)s” has closed. The votes of this account were not counted: the same person voted on another one."),
}


@reacts_to(RallyClosed)
def tell_of_the_outcome(event: RallyClosed, fact: Fact) -> None:
    """Everybody who joined reads the report; authors also where their best idea stands; the host what it promised."""
    rally = queries.by_id(event.rally_id)
    known = queries.links(rally.id)
    ranked, report = queries.standings(rally, known), f"{rally.path}/report"
    best = {}
    for standing in reversed(ranked):
        best[known.authors[standing.idea_id]] = standing
    plain = N_("“%(title)s” has closed. The ranking and how it came about can be read now.")
    placed = N_("“%(title)s” has closed. “%(idea)s” came to place %(place)s of %(of)s; the report shows how.")
    for one in ballots.participants(rally.id):
        mine = best.get(one.id)
        if one.uncounted is not None:
            _tell(rally, [one.person_id], UNCOUNTED[one.uncounted], report)
        if mine is None or mine.place is None:
            _tell(rally, [one.person_id], plain, report)
        else:
            idea = known.names[mine.idea_id].title
            _tell(rally, [one.person_id], placed, report, idea=idea, place=mine.place, of=len(ranked))
    host = N_("“%(title)s” has closed. Tell the participants what becomes of their ideas.")
    _tell(rally, queries.managed_by(rally.organisation_id), host, f"{rally.path}/answer")


@reacts_to(LevelChanged)
def tell_whose_votes_stand_back(event: LevelChanged, fact: Fact) -> None:
    """Who has given votes and is not verified any more learns it while there is time."""
    if event.owner_kind != "person":
        return
    level, told = (
        ballots.level_of(event.owner_id),
        N_("“%(title)s” counts verified persons’ votes only. Yours count if you are verified again before it closes."),
    )
    for rally in queries.voting_with(event.owner_id):
        if not reaches(level, rally.voters):
            _tell(rally, [event.owner_id], told)


@reacts_to(RallyAnswered)
def tell_of_the_answer(event: RallyAnswered, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    _tell(rally, _taking_part(rally), N_("The host of “%(title)s” says what becomes of the ideas."), f"{rally.path}/report")


@reacts_to(RallyCancelled)
def tell_of_the_end(event: RallyCancelled, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    people = [*_taking_part(rally), *queries.managed_by(rally.organisation_id)]
    _tell(rally, people, N_("“%(title)s” was cancelled: %(reason)s"), reason=rally.reason)


@reacts_to(IdeaPosted)
@reacts_to(IdeaEdited)
def tell_whose_idea_was_built_on(event: IdeaPosted | IdeaEdited, fact: Fact) -> None:
    if not event.onto:
        return
    rally = queries.by_id(event.rally_id)
    idea = queries.idea_for(rally, event.idea_id)
    for other_id in event.onto:
        other = queries.idea_for(rally, other_id)
        if other.participant.person_id != idea.participant.person_id:
            told = N_("“%(idea)s” builds on your idea “%(mine)s”.")
            _tell(rally, [other.participant.person_id], told, idea.path, idea=idea.title, mine=other.title)


@reacts_to(IdeaRemoved)
def tell_whose_idea_was_taken_down(event: IdeaRemoved, fact: Fact) -> None:
    rally = queries.by_id(event.rally_id)
    idea = queries.idea_for(rally, event.idea_id)
    told = N_("Your idea “%(idea)s” was taken down: %(reason)s")
    _tell(rally, [idea.participant.person_id], told, idea.path, idea=idea.title, reason=idea.reason)


# What moderators may have to decide about


def _reported(actor: Actor, number: int) -> Thing:
    """An idea as moderators read it; who stands behind a pseudonym they do not learn. Raises NotFound."""
    one = queries.idea(number)
    queries.get_for(actor, one.rally_id)
    if one.state is not IdeaState.POSTED:
        raise NotFound(queries.NO_IDEA)
    return Thing(one.ref, one.title, one.path, one.participant.person_id, one.body, one.participant.alias)


def _take_down(number: int, reason: str) -> None:
    idea = queries.idea(number)
    if idea.state is IdeaState.POSTED:
        operations.remove(actor=SYSTEM, idea=idea, reason=reason)


def _put_back(number: int) -> None:
    idea = queries.idea(number)
    if idea.state is IdeaState.REMOVED and queries.by_id(idea.rally_id).phase in RUNNING:
        operations.restore(actor=SYSTEM, idea=idea)


moderation.can_be_reported("idea", Source(N_("Idea"), _reported, _take_down, _put_back))


# What programs may hear of it


def _seen(event: Any) -> Seen:
    return seen(organisations=[queries.by_id(event.rally_id).organisation_id], path=f"/api/v1/rallies/{event.rally_id}")


webhooks.sends(
    {
        "rally.opened": RallyOpened, "rally.building": RallyBuildingBegan, "rally.voting": RallyVotingBegan, "rally.closed": RallyClosed,
        "rally.answered": RallyAnswered,
    },
    _seen, data=("rally_id",),
)  # fmt: skip
webhooks.sends({"idea.posted": IdeaPosted}, _seen, data=("rally_id", "idea_id"))
