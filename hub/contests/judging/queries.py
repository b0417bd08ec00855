"""Reads of the judging room. Only accepted judges count: who steps down takes their scores along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

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
    """What one judge has to do in one challenge: the entries, and how many criteria of each are scored."""

    judge: Judge
    entries: tuple[tuple[SealedEntry, int], ...]

    @property
    def open_entries(self) -> int:
        return sum(1 for _, done in self.entries if done < len(self.judge.challenge.criteria))


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


def entry_to_score(actor: Actor, entry_id: int) -> Entry:
    """The entry, for its accepted judges while it is in judging: they owe its reasons even after the licence to read it has ended.

    Raises NotFound otherwise.
    """
    entry = entries.find(entry_id)
    if entry.state is not EntryState.SEALED or entry.challenge.state is not ChallengeState.JUDGING:
        raise NotFound(entries.NO_SUCH)
    judge_for(actor, entry.challenge_id)
    return entry


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
    return [Mark(s.judge_id, s.entry_id, s.criterion_id, s.points) for s in _counting_scores(challenge_id)]


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


def scores_by(judge: Judge, entry_id: int) -> dict[int, Score]:
    """One judge's scores for one entry, by criterion."""
    found = db.session.scalars(select(Score).where(Score.judge_id == judge.id, Score.entry_id == entry_id))
    return {score.criterion_id: score for score in found}


def reasons_for(entry: Entry) -> list[Reason]:
    """Every counting judge's points and reasons, criterion by criterion. Unchecked: the caller decides who reads them when."""
    criteria = {criterion.id: criterion for criterion in entry.challenge.criteria}
    query = (
        select(Score)
        .join(Judge, Judge.id == Score.judge_id)
        .where(Score.entry_id == entry.id, Judge.state == State.ACCEPTED)
        .order_by(Judge.id)
    )
    scores = db.session.scalars(query).all()
    numbers = {judge_id: n for n, judge_id in enumerate(sorted({score.judge_id for score in scores}), start=1)}
    reasons = [Reason(criteria[s.criterion_id], numbers[s.judge_id], s.points, s.reason) for s in scores]
    return sorted(reasons, key=lambda reason: (reason.criterion.position, reason.judge))


def standing_of(entry: Entry) -> Standing | None:
    """Where the entry stands in its challenge's ranking."""
    return next((standing for standing in sheet(entry.challenge).standings if standing.entry_id == entry.id), None)


def assignments(actor: Actor) -> list[Assignment]:
    """What the actor was asked to judge, and has not declined, in challenges that are not decided; the soonest close first."""
    judges = db.session.scalars(
        select(Judge)
        .join(Challenge, Challenge.id == Judge.challenge_id)
        .where(
            Judge.person_id == actor.person_id,
            Judge.state.in_([State.APPOINTED, State.ACCEPTED]),
            Challenge.state.in_([ChallengeState.OPEN, ChallengeState.JUDGING]),
        )
        .order_by(Challenge.closes_at, Judge.id)
    ).all()
    closed = [j.challenge_id for j in judges if j.state is State.ACCEPTED and j.challenge.state is ChallengeState.JUDGING]
    sealed = entries.sealed_of_many(closed) if closed else []
    done: dict[tuple[int, int], int] = _done_by([judge.id for judge in judges]) if closed else {}
    return [
        Assignment(judge, tuple((e, done.get((judge.id, e.entry_id), 0)) for e in sealed if e.challenge_id == judge.challenge_id))
        for judge in judges
    ]


def _done_by(judge_ids: list[int]) -> dict[tuple[int, int], int]:
    query = select(Score.judge_id, Score.entry_id, func.count()).where(Score.judge_id.in_(judge_ids))
    rows = db.session.execute(query.group_by(Score.judge_id, Score.entry_id))
    return {(judge_id, entry_id): count for judge_id, entry_id, count in rows}


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


def undecided_of(organisation_ids: Sequence[int]) -> Sequence[Challenge]:
    """Challenges of these organisations that are closed and wait for their judging or their choice, the longest closed first."""
    query = select(Challenge).where(Challenge.organisation_id.in_(organisation_ids), Challenge.state == ChallengeState.JUDGING)
    return db.session.scalars(query.order_by(Challenge.closes_at)).all()


def answered_pairs(challenge_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Per challenge: (pairs of entry and criterion that have a reason, pairs that need one). Two statements."""
    given = (
        select(Entry.challenge_id, Score.entry_id, Score.criterion_id)
        .join(Entry, Entry.id == Score.entry_id)
        .join(Judge, Judge.id == Score.judge_id)
        .where(Entry.challenge_id.in_(challenge_ids), Entry.state.in_(sorted(IN_THE_RUNNING)), Judge.state == State.ACCEPTED)
        .distinct()
        .subquery()
    )
    done = {row[0]: row[1] for row in db.session.execute(select(given.c.challenge_id, func.count()).group_by(given.c.challenge_id))}
    needed = (
        select(Entry.challenge_id, func.count())
        .join(Criterion, Criterion.challenge_id == Entry.challenge_id)
        .where(Entry.challenge_id.in_(challenge_ids), Entry.state.in_(sorted(IN_THE_RUNNING)))
        .group_by(Entry.challenge_id)
    )
    total = {row[0]: row[1] for row in db.session.execute(needed)}
    return {challenge_id: (done.get(challenge_id, 0), total.get(challenge_id, 0)) for challenge_id in challenge_ids}


def last_change(challenge_id: int) -> datetime | None:
    """When a score was last given or changed."""
    query = select(func.max(Score.changed_at)).join(Judge, Judge.id == Score.judge_id).where(Judge.challenge_id == challenge_id)
    return db.session.scalar(query)


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
