"""Reads of the judging room. Only accepted judges count: who steps down takes their scores along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload

from hub.contests.challenges.models import Challenge, Criterion
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import CLOSED
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.queries import SealedEntry
from hub.contests.entries.states import IN_THE_RUNNING, Capacity
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import rules
from hub.contests.judging.models import Judge, Score
from hub.contests.judging.policy import POLICY
from hub.contests.judging.rules import Mark, Measure, Standing
from hub.contests.judging.states import Act, State
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@dataclass(frozen=True)
class Progress:
    """How far one judge is: `done` of `of` scores (entries times criteria)."""

    judge: Judge
    done: int
    of: int


@dataclass(frozen=True)
class Sheet:
    """The state of a challenge's judging, in the order of the ranking."""

    criteria: tuple[Criterion, ...]
    entries: dict[int, SealedEntry]
    standings: tuple[Standing, ...]
    progress: tuple[Progress, ...]
    unanswered: tuple[tuple[int, int], ...]

    @property
    def complete(self) -> bool:
        """Has every sealed entry a reason for every criterion?"""
        return not self.unanswered

    @property
    def needed(self) -> int:
        return len(self.entries) * len(self.criteria)


@dataclass(frozen=True)
class Reason:
    """One judge's points and words on one criterion, as the author reads them. `judge` counts the judges from 1, without names."""

    criterion: Criterion
    judge: int
    points: int
    text: str

    @property
    def met(self) -> bool | None:
        """For a must-have: was it met? None for a scored criterion."""
        return bool(self.points) if self.criterion.kind is Kind.MUST else None


@dataclass(frozen=True)
class Assignment:
    """What one judge has to do in one challenge: the entries, and how many of the `criteria` of each are scored."""

    judge: Judge
    entries: tuple[tuple[SealedEntry, int], ...]
    criteria: int

    @property
    def open_entries(self) -> int:
        return sum(1 for _, done in self.entries if done < self.criteria)


def get_for(actor: Actor, judge_id: int) -> Judge:
    """The appointment, for the judge and for those who appoint. Raises NotFound otherwise."""
    judge = db.session.get(Judge, judge_id)
    if judge is None or not (POLICY.can(actor, Act.ACCEPT, judge) or POLICY.can(actor, Act.DISMISS, judge)):
        raise NotFound(N_("There is no such appointment."))
    return judge


def get(judge_id: int) -> Judge:
    """Unchecked, for reactions. Raises NotFound."""
    judge = db.session.get(Judge, judge_id)
    if judge is None:
        raise NotFound(N_("There is no such appointment."))
    return judge


def appointment(challenge_id: int, person_id: int | None) -> Judge | None:
    """Whatever became of it."""
    return db.session.scalars(select(Judge).where(Judge.challenge_id == challenge_id, Judge.person_id == person_id)).one_or_none()


def judge_for(actor: Actor, challenge_id: int) -> Judge:
    """The actor's own accepted appointment. Raises NotFound."""
    judge = appointment(challenge_id, actor.person_id)
    if judge is None or judge.state is not State.ACCEPTED:
        raise NotFound(entries.NO_SUCH)
    return judge


def entry_to_score(actor: Actor, entry_id: int) -> tuple[Entry, Judge]:
    """The entry and the appointment, for its accepted judges while it is in judging. Raises NotFound otherwise.

    They owe its reasons even after the licence to read it has ended.
    """
    entry = entries.find(entry_id)
    if entry.state is not EntryState.SEALED or entry.challenge.state is not ChallengeState.JUDGING:
        raise NotFound(entries.NO_SUCH)
    return entry, judge_for(actor, entry.challenge_id)


def judges_of(challenge_id: int) -> Sequence[Judge]:
    """All appointments in the order they were made."""
    return db.session.scalars(select(Judge).where(Judge.challenge_id == challenge_id).order_by(Judge.id)).all()


def judging(challenge_id: int) -> list[int]:
    """Person ids of the accepted judges."""
    query = select(Judge.person_id).where(Judge.challenge_id == challenge_id, Judge.state == State.ACCEPTED)
    return list(db.session.scalars(query.order_by(Judge.id)))


def measures(criteria: Sequence[Criterion]) -> list[Measure]:
    return [Measure(id=c.id, must=c.kind is Kind.MUST, weight=c.weight) for c in criteria]


def _counting_scores(challenge_id: int) -> Sequence[Score]:
    query = select(Score).join(Judge, Judge.id == Score.judge_id)
    return db.session.scalars(query.where(Judge.challenge_id == challenge_id, Judge.state == State.ACCEPTED).order_by(Score.id)).all()


def marks_of(challenge_id: int) -> list[Mark]:
    """What the accepted judges have given so far."""
    return _marks(_counting_scores(challenge_id))


def _marks(scores: Iterable[Score]) -> list[Mark]:
    return [Mark(score.judge_id, score.entry_id, score.criterion_id, score.points) for score in scores]


def sheet(challenge: Challenge) -> Sheet:
    """Progress and ranking; no entries before the close. Unchecked: ask `sheet_for` for a reader. Four statements."""
    sealed = entries.sealed_of(challenge.id) if challenge.state in CLOSED else []
    criteria, marks = tuple(challenge.criteria), marks_of(challenge.id)
    measured, ids = measures(criteria), [entry.entry_id for entry in sealed]
    per_judge: dict[int, int] = {}
    for mark in marks:
        per_judge[mark.judge_id] = per_judge.get(mark.judge_id, 0) + (mark.entry_id in ids)
    return Sheet(
        criteria=criteria,
        entries={entry.entry_id: entry for entry in sealed},
        standings=tuple(rules.ranking(measured, ids, marks)),
        progress=tuple(Progress(judge, per_judge.get(judge.id, 0), len(ids) * len(criteria)) for judge in judges_of(challenge.id)),
        unanswered=tuple(rules.unanswered(measured, ids, marks)),
    )


def sheet_for(actor: Actor, challenge: Challenge) -> Sheet:
    """As `sheet`, for those who may see the scores. Raises NotAllowed."""
    POLICY.require(actor, Act.READ_SHEET, challenge)
    return sheet(challenge)


def all_scores_by(judge: Judge) -> Sequence[Score]:
    return db.session.scalars(select(Score).where(Score.judge_id == judge.id)).all()


def scores_by(judge: Judge, entry_id: int) -> dict[int, Score]:
    """One judge's scores for one entry, by criterion."""
    found = db.session.scalars(select(Score).where(Score.judge_id == judge.id, Score.entry_id == entry_id))
    return {score.criterion_id: score for score in found}


def reasons_for(entry: Entry) -> list[Reason]:
    """Every counting judge's points and reasons, criterion by criterion. Unchecked: the caller decides who reads them when."""
    return _reasons(entry, [score for score in _counting_scores(entry.challenge_id) if score.entry_id == entry.id])


def _reasons(entry: Entry, scores: Sequence[Score]) -> list[Reason]:
    criteria = {criterion.id: criterion for criterion in entry.challenge.criteria}
    numbers = {judge_id: n for n, judge_id in enumerate(sorted({score.judge_id for score in scores}), start=1)}
    reasons = [Reason(criteria[s.criterion_id], numbers[s.judge_id], s.points, s.reason) for s in scores]
    return sorted(reasons, key=lambda reason: (reason.criterion.position, reason.judge))


@dataclass(frozen=True)
class Verdict:
    """One entry's reasons and where it stands among the `of` that were judged."""

    reasons: tuple[Reason, ...]
    standing: Standing
    of: int


def verdict(entry: Entry) -> Verdict | None:
    """What the judges say of a sealed entry; None for one that was not judged. Unchecked. Three statements."""
    challenge, scores = entry.challenge, _counting_scores(entry.challenge_id)
    ids = entries.judged_ids(challenge.id)
    standings = rules.ranking(measures(challenge.criteria), ids, _marks(scores))
    standing = next((standing for standing in standings if standing.entry_id == entry.id), None)
    if standing is None:
        return None
    return Verdict(tuple(_reasons(entry, [score for score in scores if score.entry_id == entry.id])), standing, len(ids))


def assignments(actor: Actor) -> list[Assignment]:
    """What the actor was asked to judge, and has not declined, in challenges that are not decided; the soonest close first."""
    judges = db.session.scalars(
        select(Judge)
        .join(Challenge, Challenge.id == Judge.challenge_id)
        .options(joinedload(Judge.challenge).selectinload(Challenge.criteria))
        .where(
            Judge.person_id == actor.person_id,
            Judge.state.in_([State.APPOINTED, State.ACCEPTED]),
            Challenge.state.in_([ChallengeState.OPEN, ChallengeState.JUDGING]),
        )
        .order_by(Challenge.closes_at, Judge.id)
    ).all()
    reading = [j for j in judges if j.state is State.ACCEPTED and j.challenge.state is ChallengeState.JUDGING]
    sealed = entries.sealed_of_many([j.challenge_id for j in reading]) if reading else []
    scored = select(Score.judge_id, Score.entry_id).where(Score.judge_id.in_([j.id for j in reading]))
    done = Counter((row[0], row[1]) for row in db.session.execute(scored)) if reading else Counter[tuple[int, int]]()
    return [_assignment(judge, sealed, done) for judge in judges]


def assignment_of(judge: Judge, scores: Iterable[Score]) -> Assignment:
    """What this judge has to do, given all `scores` of theirs."""
    return _assignment(judge, entries.sealed_of(judge.challenge_id), Counter((judge.id, score.entry_id) for score in scores))


def _assignment(judge: Judge, sealed: Sequence[SealedEntry], done: Mapping[tuple[int, int], int]) -> Assignment:
    mine = tuple((e, done.get((judge.id, e.entry_id), 0)) for e in sealed if e.challenge_id == judge.challenge_id)
    return Assignment(judge, mine, len(judge.challenge.criteria))


def decided_assignments(actor: Actor, limit: int = 20) -> Sequence[Judge]:
    """Challenges the actor judged that have been decided since, the latest first."""
    query = (
        select(Judge)
        .join(Challenge, Challenge.id == Judge.challenge_id)
        .where(
            Judge.person_id == actor.person_id,
            Judge.state == State.ACCEPTED,
            Challenge.state.not_in([ChallengeState.OPEN, ChallengeState.JUDGING]),
        )
        .order_by(Judge.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True)
class Waiting:
    """A challenge that waits for somebody: for them as its judge (`judge`, with `left` entries to score), or as a manager of the seeker
    (`given` of `needed` reasons, counting pairs of sealed entry and criterion)."""

    challenge: Challenge
    judge: Judge | None
    left: int
    given: int
    needed: int


def waiting_for(actor: Actor) -> list[Waiting]:
    """What judging waits for this actor, the soonest close first. One statement, for the home page."""
    managed = [organisation_id for organisation_id in actor.roles if actor.manages(organisation_id)]
    mine = (Judge.challenge_id == Challenge.id) & (Judge.person_id == actor.person_id) & Judge.state.in_([State.APPOINTED, State.ACCEPTED])
    in_judging = Challenge.state == ChallengeState.JUDGING
    query = (
        select(Challenge, Judge, _left(), _given(), _needed())
        .outerjoin(Judge, mine)
        .options(lazyload(Judge.challenge))
        .where(
            or_(
                Judge.id.is_not(None) & Challenge.state.in_([ChallengeState.OPEN, ChallengeState.JUDGING]),
                Challenge.organisation_id.in_(managed) & in_judging,
            )
        )
        .order_by(Challenge.closes_at, Challenge.id)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def _left() -> ScalarSelect[int]:
    """How many sealed entries the judge has not scored on every criterion; zero before the close."""
    scores = select(func.count()).where(Score.judge_id == Judge.id, Score.entry_id == Entry.id).correlate(Judge, Entry).scalar_subquery()
    open_ = [Challenge.state == ChallengeState.JUDGING, Judge.state == State.ACCEPTED, scores < _criteria()]
    query = select(func.count()).where(Entry.challenge_id == Challenge.id, Entry.state == EntryState.SEALED, *open_)
    return query.correlate(Judge, Challenge).scalar_subquery()


def _criteria() -> ScalarSelect[int]:
    return select(func.count()).where(Criterion.challenge_id == Challenge.id).correlate(Challenge).scalar_subquery()


def _needed() -> ScalarSelect[int]:
    pairs = select(func.count()).select_from(Entry).join(Criterion, Criterion.challenge_id == Entry.challenge_id)
    return pairs.where(Entry.challenge_id == Challenge.id, Entry.state.in_(sorted(IN_THE_RUNNING))).correlate(Challenge).scalar_subquery()


def _given() -> ScalarSelect[int]:
    other = aliased(Judge)
    scored = (
        select(Score.id)
        .join(other, other.id == Score.judge_id)
        .where(Score.entry_id == Entry.id, Score.criterion_id == Criterion.id, other.state == State.ACCEPTED)
        .correlate(Entry, Criterion)
        .exists()
    )
    pairs = select(func.count()).select_from(Entry).join(Criterion, Criterion.challenge_id == Entry.challenge_id)
    counted = pairs.where(Entry.challenge_id == Challenge.id, Entry.state.in_(sorted(IN_THE_RUNNING)), scored)
    return counted.correlate(Challenge).scalar_subquery()


@entries.may_read_with
def reads_as_judge(actor: Actor, entry: Entry) -> Capacity | None:
    if entry.state is not EntryState.SEALED:
        return None
    judge = appointment(entry.challenge_id, actor.person_id)
    return Capacity.JUDGE if judge is not None and judge.state is State.ACCEPTED else None


@entries.bar_with
def judges_do_not_enter(challenge_id: int, person_id: int) -> str:
    judge = appointment(challenge_id, person_id)
    barred = judge is not None and judge.state in {State.APPOINTED, State.ACCEPTED}
    return N_("You were asked to judge this challenge, so you cannot enter it. Decline first if you would rather enter.") if barred else ""
