"""Reads of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import joinedload

from hub.core.accounts import queries as accounts
from hub.core.files import queries as stored
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import NotFound
from hub.kernel.words import N_, Worded
from hub.portals.desk import rules
from hub.portals.desk.models import Submission, SubmissionFile, SubmissionLook, SubmissionNote, SubmissionStep
from hub.portals.desk.policy import POLICY, sent_it
from hub.portals.desk.rules import Figures, Waited
from hub.portals.desk.states import ASKED, DECIDING, DONE, LIVE, STAGES, Act, State, stage_of
from hub.portals.sites import queries as sites
from hub.portals.sites.models import Portal

NO_SUCH = N_("There is no such submission.")
COLUMN = 30
"""Cards in one column of the board; the table has the rest."""


class Filter(Worded):
    """What the table of the pipeline is narrowed to."""

    OPEN = "open", N_("To decide")
    ASKED = "asked", N_("With the submitter")
    LATE = "late", N_("Late")
    MINE = "mine", N_("Mine")
    DONE = "done", N_("Decided")


def get_for(actor: Actor, portal: Portal, submission_id: int) -> Submission:
    """A submission of this portal, for those who run it. Raises NotFound, for another portal's, too."""
    submission = _whole(submission_id)
    if submission is None or submission.portal_id != portal.id or not POLICY.can(actor, Act.READ, submission):
        raise NotFound(NO_SUCH)
    return submission


def _whole(submission_id: int) -> Submission | None:
    """With its form and the list of its files, in one statement."""
    query = select(Submission).where(Submission.id == submission_id).options(joinedload(Submission.form), joinedload(Submission.files))
    return db.session.scalars(query).unique().one_or_none()


def own(actor: Actor, portal: Portal | None, submission_id: int) -> Submission:
    """What the actor sent to this portal (None: to any). Raises NotFound, for drafts and for what others sent, too."""
    submission = _whole(submission_id)
    if submission is None or submission.state is State.DRAFT or not sent_it(actor, submission):
        raise NotFound(NO_SUCH)
    if portal is not None and submission.portal_id != portal.id:
        raise NotFound(NO_SUCH)
    return submission


def locked(submission: Submission) -> Submission:
    """The same row as it is now, until the transaction ends nobody else's to change."""
    query = select(Submission).where(Submission.id == submission.id).with_for_update(of=Submission)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def draft_of(actor: Actor, portal: Portal) -> Submission | None:
    """The actor's draft for this portal: there is at most one."""
    query = select(Submission).where(
        Submission.portal_id == portal.id, Submission.person_id == actor.person_id, Submission.state == State.DRAFT
    )
    return db.session.scalars(query.options(joinedload(Submission.files))).unique().one_or_none() if actor.signed_in else None


def own_draft(actor: Actor, portal: Portal) -> Submission:
    """Raises NotFound where there is none."""
    draft = draft_of(actor, portal)
    if draft is None:
        raise NotFound(N_("You have no draft for this portal."))
    return draft


def mine_after(actor: Actor, last_id: int | None, limit: int) -> Sequence[Submission]:
    """Up to `limit` + 1 of what the actor began or sent, the newest first, after the one numbered `last_id`."""
    query = select(Submission).where(Submission.person_id == actor.person_id)
    return db.session.scalars(older(query, Submission.id, last_id, limit + 1)).all()


def mine(actor: Actor) -> Sequence[Submission]:
    """All that the actor began or sent, the last changed first."""
    query = select(Submission).where(Submission.person_id == actor.person_id).order_by(Submission.updated_at.desc(), Submission.id.desc())
    return db.session.scalars(query.limit(200)).all()


def steps(submission_ids: Iterable[int]) -> dict[int, list[SubmissionStep]]:
    """What was decided and said, the oldest first, by submission. One statement."""
    wanted = list(submission_ids)
    query = select(SubmissionStep).where(SubmissionStep.submission_id.in_(wanted)).order_by(SubmissionStep.number)
    found: dict[int, list[SubmissionStep]] = {number: [] for number in wanted}
    for step in db.session.scalars(query) if wanted else ():
        found[step.submission_id].append(step)
    return found


def last_step(submission: Submission) -> SubmissionStep | None:
    query = select(SubmissionStep).where(SubmissionStep.submission_id == submission.id).order_by(SubmissionStep.number.desc())
    return db.session.scalars(query.limit(1)).first()


@dataclass(frozen=True)
class Line:
    """A step or, where `act` is None, a note among the managers."""

    at: datetime
    act: Act | None
    stage: int
    person_id: int | None
    text: str


def story(submission: Submission) -> list[Line]:
    """Steps and notes together, the newest first. For those who run the portal. One statement."""
    step = select(
        SubmissionStep.at, SubmissionStep.act, SubmissionStep.stage, SubmissionStep.person_id, SubmissionStep.said, SubmissionStep.id
    ).where(SubmissionStep.submission_id == submission.id)
    note = select(
        SubmissionNote.at, null(), literal(0), SubmissionNote.person_id, SubmissionNote.text, SubmissionNote.id
    ).where(SubmissionNote.submission_id == submission.id)  # fmt: skip
    rows: Iterable[Any] = db.session.execute(union_all(step, note))
    found = [(Line(at, Act(act) if act else None, stage, person_id, text), number) for at, act, stage, person_id, text, number in rows]
    return [line for line, _ in sorted(found, key=lambda each: (each[0].at, each[1]), reverse=True)]


def looks(submission: Submission, limit: int = 50) -> Sequence[SubmissionLook]:
    """Who has read it, the last first."""
    query = select(SubmissionLook).where(SubmissionLook.submission_id == submission.id).order_by(SubmissionLook.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def files_of(submission: Submission) -> dict[str, list[Any]]:
    """The files by the question they answer."""
    found = stored.files(each.file_id for each in submission.files)
    kept: dict[str, list[Any]] = {}
    for each in submission.files:
        if each.file_id in found:
            kept.setdefault(each.key, []).append(found[each.file_id])
    return kept


def file_of(submission: Submission, file_id: int) -> Any:
    """Raises NotFound unless it belongs to this submission."""
    query = select(SubmissionFile.id).where(SubmissionFile.submission_id == submission.id, SubmissionFile.file_id == file_id)
    if db.session.scalar(query) is None:
        raise NotFound(N_("There is no such file."))
    return stored.get(file_id)


def assignable(portal: Portal) -> list[int]:
    """Who may look after a submission: those who run the portal, as person ids."""
    return list(dict.fromkeys([*sites.manager_ids(portal), *accounts.with_duty(Duty.CONSULTANT)]))


# The pipeline


@dataclass
class Column:
    """A stage of the board: how many are in it, and the first of them, the most urgent on top."""

    stage: int
    total: int = 0
    cards: list[Submission] = field(default_factory=list)


def board(portal: Portal) -> list[Column]:
    """The three stages. Two statements, however many submissions there are."""
    counts = _counts(portal)
    stage = case(*((Submission.state.in_(pair), number) for number, pair in enumerate(STAGES, start=1)), else_=0)
    place = func.row_number().over(partition_by=stage, order_by=(Submission.due_at, Submission.id)).label("place")
    ranked = select(Submission.id, place).where(Submission.portal_id == portal.id, Submission.state.in_(sorted(LIVE))).subquery()
    first = select(ranked.c.id).where(ranked.c.place <= COLUMN)
    cards = db.session.scalars(select(Submission).where(Submission.id.in_(first)).order_by(Submission.due_at, Submission.id)).all()
    return [
        Column(number, sum(counts.get(state, 0) for state in pair), [card for card in cards if card.stage == number])
        for number, pair in enumerate(STAGES, start=1)
    ]


def _counts(portal: Portal) -> dict[State, int]:
    query = select(Submission.state, func.count()).where(Submission.portal_id == portal.id, Submission.state != State.DRAFT)
    return {State(state): number for state, number in db.session.execute(query.group_by(Submission.state))}


def _chosen(portal: Portal, wanted: Filter | None, actor: Actor) -> ColumnElement[bool]:
    here = and_(Submission.portal_id == portal.id, Submission.state != State.DRAFT)
    match wanted:
        case Filter.OPEN:
            return and_(here, Submission.state.in_(sorted(DECIDING)))
        case Filter.ASKED:
            return and_(here, Submission.state.in_(sorted(ASKED)))
        case Filter.LATE:
            return and_(here, Submission.state.in_(sorted(DECIDING)), Submission.due_at <= clock.now())
        case Filter.MINE:
            return and_(here, Submission.state.in_(sorted(LIVE)), Submission.assignee_id == actor.person_id)
        case Filter.DONE:
            return and_(here, Submission.state.in_(sorted(DONE)))
    return here


def table(actor: Actor, portal: Portal, wanted: Filter | None = None, *, page: int = 1, size: int = 50) -> tuple[Sequence[Submission], int]:
    """One page of the portal's submissions, the newest first, and how many there are. For those who run it."""
    chosen = _chosen(portal, wanted, actor)
    total = db.session.scalar(select(func.count()).select_from(Submission).where(chosen)) or 0
    query = select(Submission).where(chosen).order_by(Submission.submitted_at.desc(), Submission.id.desc())
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


def sent_after(portal: Portal, last_id: int | None, limit: int, states: Iterable[State] = ()) -> Sequence[Submission]:
    """Up to `limit` + 1 of the portal's submissions, the newest first, after the one numbered `last_id`."""
    query = select(Submission).where(Submission.portal_id == portal.id, Submission.state != State.DRAFT)
    if wanted := sorted(states):
        query = query.where(Submission.state.in_(wanted))
    return db.session.scalars(older(query, Submission.id, last_id, limit + 1)).all()


def figures(portal: Portal) -> Figures:
    """The portal in numbers. Three statements."""
    counts = _counts(portal)
    decided = select(SubmissionStep.stage, SubmissionStep.waited_seconds, SubmissionStep.in_time).join(
        Submission, Submission.id == SubmissionStep.submission_id
    )
    rows = db.session.execute(decided.where(Submission.portal_id == portal.id, SubmissionStep.waited_seconds.is_not(None)))
    waits = [Waited(stage, seconds or 0, bool(in_time)) for stage, seconds, in_time in rows]
    dates = db.session.execute(
        select(Submission.state, Submission.submitted_at, Submission.decided_at).where(
            Submission.portal_id == portal.id, Submission.submitted_at.is_not(None)
        )
    ).all()
    by_stage = {number: [wait for wait in waits if wait.stage == number] for number in range(1, len(STAGES) + 1)}
    return Figures(
        now={stage_of(state): counts.get(state, 0) for state, _ in STAGES},
        asked=sum(counts.get(state, 0) for state in ASKED),
        accepted=counts.get(State.ACCEPTED, 0),
        declined=counts.get(State.DECLINED, 0),
        withdrawn=counts.get(State.WITHDRAWN, 0),
        median_days={number: rules.median_days(wait.seconds for wait in each) for number, each in by_stage.items()},
        kept={number: rules.kept_percent(each) for number, each in by_stage.items()},
        to_decision=rules.median_days(_seconds(row) for row in dates if row.state in {State.ACCEPTED, State.DECLINED}),
        by_month=rules.months((row.submitted_at for row in dates), clock.now()),
    )


def _seconds(row: object) -> int:
    start: datetime = row.submitted_at  # type: ignore[attr-defined]
    end: datetime = row.decided_at  # type: ignore[attr-defined]
    return int((end - start).total_seconds())
