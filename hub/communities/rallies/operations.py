"""The only writes of this room. The clock is read once, inside the writing transaction and after the lock; none commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from hub.communities.ballots import operations as ballots
from hub.communities.ballots import queries as ballots_read
from hub.communities.ballots.models import Participant
from hub.communities.rallies import events, queries, rules
from hub.communities.rallies.models import Idea, IdeaLink, IdeaRevision, Rally
from hub.communities.rallies.policy import IDEA_POLICY, POLICY
from hub.communities.rallies.states import BY_THE_CLOCK, IDEA_LIFE, LIFE, MOVING, PHASES, RUNNING, TAKES_IDEAS, Act, IdeaAct, State
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow, one_field
from hub.kernel.levels import Level
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent
from hub.search.index import operations as index

EDITABLE = ("title", "summary", "question", "promise", "licence", "language", "votes_each", "voters", *rules.MOMENTS)
ARRIVALS = {
    Act.OPEN: events.RallyOpened, Act.BUILD: events.RallyBuildingBegan, Act.VOTE: events.RallyVotingBegan, Act.CLOSE: events.RallyClosed,
}  # fmt: skip
BUILD_ON_ONE = N_("In this phase a new idea builds on another one: choose it.")


def draft(*, actor: Actor, organisation_id: int, title: str, **content: Any) -> Rally:
    """Begin a rally. `content`: any of EDITABLE. Raises NotAllowed (another organisation's, address not verified), Invalid."""
    now = clock.now()
    rally = Rally(organisation_id=organisation_id, author_id=actor.person_id, state=LIFE.initial, created_at=now, updated_at=now)
    POLICY.require(actor, Act.DRAFT, rally)
    require_verified(actor)
    _write(rally, {"title": title, **content})
    db.session.add(rally)
    db.session.flush()
    db.session.refresh(rally)
    _record(actor, rally, events.RallyDrafted(rally_id=rally.id))
    return rally


def edit(*, actor: Actor, rally: Rally, **content: Any) -> Rally:
    """Change a draft; what is not named stays. Raises NotAllowed, NotNow unless it is a draft, Invalid."""
    POLICY.require(actor, Act.EDIT, rally)
    if rally.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed. Once announced, a phase can be extended, never shortened."))
    if changed := _write(rally, content):
        rally.updated_at = clock.now()
        _record(actor, rally, events.RallyEdited(rally_id=rally.id, fields=",".join(changed)))
    return rally


def _write(rally: Rally, content: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in content.items() if name in EDITABLE}
    if not 1 <= given.get("votes_each", 1) <= rules.MOST_VOTES:
        raise one_field("votes_each", N_("Give each participant 1 to 20 votes."))
    if given.get("voters", Level.EMAIL) is Level.NONE:
        raise one_field("voters", N_("Choose one of the options."))
    for name in rules.MOMENTS:
        if (moment := given.get(name)) is not None and moment > clock.now() + rules.FARTHEST_MOMENT:
            raise one_field(name, N_("Choose a day within the next five years."))
    changed = [name for name, value in given.items() if getattr(rally, name) != value]
    for name in changed:
        setattr(rally, name, given[name])
    return changed


def announce(*, actor: Actor, rally: Rally) -> Rally:
    """Make it public; without an opening moment it opens at once. Raises Invalid naming each gap, NotAllowed, NotNow."""
    POLICY.require(actor, Act.ANNOUNCE, rally)
    require_verified(actor)
    if rally.state is State.DRAFT and (gaps := rules.gaps(rally)):
        raise Invalid(N_("Some parts of the draft are missing."), code="incomplete", fields=gaps)
    LIFE.fire(rally, Act.ANNOUNCE)
    rally.opens_at, rally.updated_at = rally.opens_at or clock.now(), clock.now()
    _record(actor, rally, events.RallyAnnounced(rally_id=rally.id), public=True)
    return follow_the_clock(rally)


def revise(*, actor: Actor, rally: Rally) -> Rally:
    """Back to the draft, before it has opened. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.REVISE, rally)
    rally = follow_the_clock(queries.locked(rally.id, to_decide=True))
    LIFE.fire(rally, Act.REVISE)
    _record(actor, rally, events.RallyTakenBack(rally_id=rally.id), public=True)
    return rally


def discard(*, actor: Actor, rally: Rally) -> Rally:
    """Throw the draft away. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.DISCARD, rally)
    LIFE.fire(rally, Act.DISCARD)
    _record(actor, rally, events.RallyDiscarded(rally_id=rally.id))
    return rally


def follow_the_clock(rally: Rally) -> Rally:
    """Let the state follow the clock, phase by phase. Call it with the rally locked to decide, or just announced."""
    while rally.state in MOVING and rules.position(rally) > (here := PHASES.index(rally.state)):
        act = BY_THE_CLOCK[here]
        LIFE.fire(rally, act)
        if act is Act.CLOSE:
            ballots.count(rally_id=rally.id, least=rally.voters)
        rally.updated_at = clock.now()
        db.session.flush()
        _record(SYSTEM, rally, ARRIVALS[act](rally_id=rally.id), public=True)
    return rally


def follow_all() -> int:
    """Move every rally whose next moment has come. Returns how many. Bears being repeated."""
    return len([follow_the_clock(queries.locked(rally_id, to_decide=True)) for rally_id in queries.due()])


def extend(*, actor: Actor, rally: Rally, until: datetime) -> Rally:
    """Have the present phase end later, at `until`; the phases after it move along. All participants are told.

    Raises NotAllowed, NotNow unless a phase is under way, Invalid about "until" (a phase is never shortened; at most 90 days more).
    """
    POLICY.require(actor, Act.EXTEND, rally)
    rally = follow_the_clock(queries.locked(rally.id, to_decide=True))
    if rally.state not in RUNNING:
        raise NotNow(N_("Only a phase that is under way can be extended."), code="no_phase")
    before = getattr(rally, (ends := rules.MOMENTS[PHASES.index(rally.state) :])[0])
    if until <= before:
        raise one_field("until", N_("A phase that has begun is never shortened: name a later moment than now."), code="never_shorter")
    if until > before + rules.FARTHEST_EXTENSION:
        raise one_field("until", N_("A phase is extended by at most 90 days at a time."), code="too_far")
    for name in ends:
        setattr(rally, name, getattr(rally, name) + (until - before))
    rally.updated_at = clock.now()
    fact = events.RallyExtended(rally_id=rally.id, phase=rally.state.value, until=until.isoformat())
    _record(actor, rally, fact, public=True)
    return rally


def cancel(*, actor: Actor, rally: Rally, reason: str) -> Rally:
    """Stop it, by an administrator; all participants read the reason. Raises Invalid, NotAllowed, NotNow."""
    POLICY.require(actor, Act.CANCEL, rally)
    rally = follow_the_clock(queries.locked(rally.id, to_decide=True))
    rally.reason = reasons.given(reason, most=rules.LONGEST_REASON)
    LIFE.fire(rally, Act.CANCEL)
    _record(actor, rally, events.RallyCancelled(rally_id=rally.id), public=True)
    return rally


def answer(*, actor: Actor, rally: Rally, answer: str) -> Rally:
    """The host says what becomes of the ideas; all participants are told. Raises Invalid, NotAllowed, NotNow."""
    POLICY.require(actor, Act.ANSWER, rally)
    rally = follow_the_clock(queries.locked(rally.id, to_decide=True))
    if extent(answer) < rules.SHORTEST_PROMISE:
        raise one_field("answer", N_("Say in at least 40 characters what becomes of the ideas: every participant reads it."))
    LIFE.fire(rally, Act.ANSWER)
    rally.answer, rally.answered_at = answer.strip(), clock.now()
    _record(actor, rally, events.RallyAnswered(rally_id=rally.id))
    return rally


def _record(actor: Actor, rally: Rally, event: object, idea: Idea | None = None, *, public: bool = False) -> None:
    """Write down what happened; `public` if the index shows something else from now on."""
    journal.record(event, actor=actor, subject=idea.ref if idea else rally.ref, scope=rally.ref)
    if public:
        index.mark([rally.ref])


def join(*, actor: Actor, rally: Rally, seen_hash: str, alias: str = "") -> Participant:
    """Take part under one's own name or a pseudonym, accepting the promise and the licence as shown. Joining again changes nothing.

    Raises NotAllowed (the host's own people, address not verified), NotNow (not open, or closed), Conflict (code "terms_changed"),
    Invalid about "alias" (taken by somebody else here).
    """
    require_verified(actor)
    _not_the_host(actor, rally)
    rally = _now(rally.id)
    if before := queries.me_in(actor, rally):
        return before
    if rally.phase not in RUNNING:
        raise NotNow(N_("One can join while a rally runs: from its opening to its close."), code="not_running")
    if seen_hash != rally.terms_hash:
        raise Conflict(N_("The terms are not the ones you were shown. Read them again before you join."), code="terms_changed")
    me = ballots.enter(
        rally_id=rally.id, person_id=actor.person_id or 0, alias=alias, votes=rally.votes_each, terms_hash=seen_hash
    )  # fmt: skip
    _record(actor, rally, events.RallyJoined(rally_id=rally.id, participant_id=me.id, terms_hash=seen_hash))
    return me


def _not_the_host(actor: Actor, rally: Rally) -> None:
    if not POLICY.can(actor, Act.JOIN, rally):
        raise NotAllowed(N_("You belong to the host: you read along, but neither post nor vote."), code="host")


def _now(rally_id: int, *, to_decide: bool = False) -> Rally:
    """The rally locked and where the clock has it."""
    seen = queries.by_id(rally_id)
    late = seen.phase is not seen.state
    rally = queries.locked(rally_id, to_decide=to_decide or late)
    return follow_the_clock(rally) if late else rally


def _me(actor: Actor, rally: Rally) -> Participant:
    require_verified(actor)
    _not_the_host(actor, rally)
    me = queries.me_in(actor, rally)
    if me is None:
        raise NotAllowed(N_("Join the rally first."), code="join_first")
    return me


def post(*, actor: Actor, rally: Rally, title: str, body: str, onto: Sequence[int] = ()) -> Idea:
    """Post an idea; `onto` are the ideas it builds on. In the building phase it builds on at least one.

    Raises NotAllowed (code "join_first"), NotNow outside the phases that take ideas, Invalid, and about "onto" what `edit_idea` does.
    """
    me = _me(actor, rally)
    rally = _now(rally.id, to_decide=True)
    if _takes_ideas(rally) is State.BUILDING and not onto:
        raise one_field("onto", BUILD_ON_ONE, code="build_on_one")
    if queries.own_ideas(me.id) >= rules.MOST_IDEAS_EACH:
        raise NotNow(N_("You have posted 20 ideas here. Withdraw one before you post another."), code="too_many_ideas")
    _check_text(title, body)
    idea = Idea(rally_id=rally.id, participant=me, title=title, body=body, state=IDEA_LIFE.initial, posted_at=clock.now())
    db.session.add(idea)
    db.session.flush()
    _link(idea, onto)
    _keep_text(idea, 1)
    _record(actor, rally, events.IdeaPosted(rally_id=rally.id, idea_id=idea.id, onto=sorted(set(onto))), idea)
    return idea


def edit_idea(*, actor: Actor, idea: Idea, title: str, body: str, onto: Sequence[int] | None = None) -> Idea:
    """Change one's idea until the vote begins; its earlier texts stay readable. `onto` None leaves its links as they are.

    Raises NotAllowed, NotNow, Invalid: about "onto" for an idea that is not there, or code "circle" if it would build on itself.
    """
    IDEA_POLICY.require(actor, IdeaAct.EDIT, idea)
    rally = _now(idea.rally_id, to_decide=onto is not None)
    phase = _takes_ideas(rally)
    _require_posted(idea)
    _check_text(title, body)
    was = {named.id for named in queries.links(rally.id).onto(idea.id)}
    wanted = was if onto is None else set(onto)
    if was == wanted and (idea.title, idea.body) == (title, body):
        return idea
    if phase is State.BUILDING and was and not wanted:
        raise one_field("onto", BUILD_ON_ONE, code="build_on_one")
    if was != wanted:
        _link(idea, sorted(wanted))
    if (idea.title, idea.body) != (title, body):
        idea.title, idea.body, idea.edited_at = title, body, clock.now()
        db.session.flush()
        _keep_text(idea, queries.revisions(idea.id)[0].number + 1)
    fresh = sorted(wanted - was)
    _record(actor, rally, events.IdeaEdited(rally_id=rally.id, idea_id=idea.id, onto=fresh), idea)
    return idea


def _takes_ideas(rally: Rally) -> State:
    if rally.phase not in TAKES_IDEAS:
        raise NotNow(N_("Ideas can be posted and changed from the opening until the vote begins."), code="no_ideas_now")
    return rally.phase


def _require_posted(idea: Idea) -> None:
    if IDEA_LIFE.move(idea.state, IdeaAct.WITHDRAW) is None:
        raise NotNow(N_("This idea is no longer in the rally."), code="idea_gone")


def _check_text(title: str, body: str) -> None:
    gaps = {}
    if not extent(title):
        gaps["title"] = N_("Please fill this in.")
    if extent(body) < rules.SHORTEST_IDEA:
        gaps["body"] = N_("Describe the idea in at least 20 characters.")
    if gaps:
        raise Invalid(N_("An idea needs a title and a few sentences."), fields=gaps)


def _keep_text(idea: Idea, number: int) -> None:
    at = idea.edited_at or idea.posted_at
    db.session.add(IdeaRevision(idea_id=idea.id, number=number, title=idea.title, body=idea.body, at=at))
    db.session.flush()


def _link(idea: Idea, onto: Sequence[int]) -> None:
    """Write what the idea builds on, as a whole. Whoever changes links of a posted idea holds the rally to decide."""
    wanted = sorted(set(onto))
    known = queries.links(idea.rally_id)
    kept = {onto_id for child, onto_id in known.edges if child == idea.id}
    if any(other not in known.names or (other not in known.authors and other not in kept) for other in wanted):
        raise one_field("onto", N_("One of these ideas is not in this rally any more."), code="no_such_idea")
    if len(wanted) > rules.MOST_LINKS:
        raise one_field("onto", N_("An idea builds on at most 8 others."), code="too_many_links")
    if rules.closes_circle(known.edges, idea.id, wanted):
        raise one_field("onto", N_("That would be a circle: one of these builds on this idea already."), code="circle")
    db.session.execute(delete(IdeaLink).where(IdeaLink.idea_id == idea.id))
    db.session.add_all(IdeaLink(idea_id=idea.id, onto_id=other, rally_id=idea.rally_id) for other in wanted)
    db.session.flush()


def withdraw(*, actor: Actor, idea: Idea) -> Idea:
    """Take one's idea out, until the vote begins. What builds on it stays, and says so. Raises NotAllowed, NotNow."""
    IDEA_POLICY.require(actor, IdeaAct.WITHDRAW, idea)
    rally = _now(idea.rally_id)
    _takes_ideas(rally)
    IDEA_LIFE.fire(idea, IdeaAct.WITHDRAW)
    _record(actor, rally, events.IdeaWithdrawn(rally_id=rally.id, idea_id=idea.id), idea)
    return idea


def remove(*, actor: Actor, idea: Idea, reason: str) -> Idea:
    """Take an idea down with a reason that its author reads: the host's managers until the vote begins, administrators until the close.

    Votes for it go back to the voters. Raises NotAllowed, NotNow, Invalid about "reason".
    """
    rally = _now(idea.rally_id, to_decide=True)
    if not actor.is_admin:
        POLICY.require(actor, Act.EXTEND, rally)
        _takes_ideas(rally)
    if rally.phase not in RUNNING:
        raise NotNow(N_("After the close the rally stays as it was."), code="not_running")
    idea.reason = reasons.given(reason, most=rules.LONGEST_REASON)
    IDEA_LIFE.fire(idea, IdeaAct.REMOVE)
    ballots.give_all_back(idea_id=idea.id)
    _record(actor, rally, events.IdeaRemoved(rally_id=rally.id, idea_id=idea.id), idea)
    return idea


def restore(*, actor: Actor, idea: Idea) -> Idea:
    """Put an idea back that was taken down, as an appeal ended; votes for it are given anew. By the system. Raises NotAllowed, NotNow."""
    IDEA_POLICY.require(actor, IdeaAct.RESTORE, idea)
    rally = _now(idea.rally_id, to_decide=True)
    if rally.phase not in RUNNING:
        raise NotNow(N_("After the close the rally stays as it was."), code="not_running")
    IDEA_LIFE.fire(idea, IdeaAct.RESTORE)
    _record(actor, rally, events.IdeaRestored(rally_id=rally.id, idea_id=idea.id), idea)
    return idea


def vote(*, actor: Actor, idea: Idea) -> None:
    """Spend one vote on an idea of somebody else. Voting for it again changes nothing. Nobody sees it before the close.

    Raises NotAllowed (code "join_first", "host", "own_idea", "not_verified"), NotNow outside the vote, NotNow (code "no_votes_left").
    """
    me, rally = _ballot(actor, idea)
    if idea.participant_id == me.id or ballots_read.same_person(me.person_id, idea.participant.person_id):
        raise NotAllowed(N_("One does not vote for one’s own idea."), code="own_idea")
    _require_posted(idea)
    _may_vote(actor, rally)
    if ballots.give(me=me, idea_id=idea.id):
        _record(actor, rally, events.RallyBallotChanged(rally_id=rally.id))


def take_back(*, actor: Actor, idea: Idea) -> None:
    """Take a vote back before the close; without one nothing changes. Raises what `vote` raises, but not for a level."""
    me, rally = _ballot(actor, idea)
    if ballots.take_back(me=me, idea_id=idea.id):
        _record(actor, rally, events.RallyBallotChanged(rally_id=rally.id))


def _ballot(actor: Actor, idea: Idea) -> tuple[Participant, Rally]:
    rally = _now(idea.rally_id)
    me = _me(actor, rally)
    db.session.refresh(idea)
    if rally.phase is not State.VOTING:
        raise NotNow(N_("Votes are given while the vote is open."), code="no_vote_now")
    return me, rally


def _may_vote(actor: Actor, rally: Rally) -> None:
    if not queries.may_vote(actor, rally):
        if rally.voters is Level.DOCUMENT:
            raise NotAllowed(
                N_("Only persons whose documents were checked vote here. Have yours checked before the vote closes."), code="not_verified"
            )
        raise NotAllowed(N_("Only verified persons vote here. Have yourself verified before the vote closes."), code="not_verified")
