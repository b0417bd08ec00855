"""Reads of the queue: what one has in hand, the answers of a project, how quickly people work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, text
from sqlalchemy.orm import joinedload

from hub.core.accounts import queries as accounts
from hub.core.discussions import queries as talks
from hub.core.disputes.rules import Claim, Effect, Ground, Matter, Outcome, Side
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.kernel.words import N_
from hub.microtasks.projects import queries as projects
from hub.microtasks.projects import rules as project_rules
from hub.microtasks.projects.models import FREE, Project, Task
from hub.microtasks.projects.policy import may_read
from hub.microtasks.projects.states import PUBLIC, TaskState
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.queue.models import LEASED_ONLY, SUBMITTED_ONLY, Assignment
from hub.microtasks.queue.policy import POLICY
from hub.microtasks.queue.states import ANSWERED, Act, State

PORTION = 1_000
MOST_CANDIDATES = 50
WHOLE = (joinedload(Assignment.project, innerjoin=True), joinedload(Assignment.task, innerjoin=True))
_BY_ID = select(Assignment).where(Assignment.id == bindparam("id")).options(*WHOLE).execution_options(populate_existing=True)
_IN_HAND = (
    select(Assignment)
    .where(Assignment.person_id == bindparam("person_id"), text(f"assignment.{LEASED_ONLY}"))
    .options(*WHOLE)
    .order_by(Assignment.id.desc())
    .limit(1)
)
_IN_HAND_OF_PROJECT = _IN_HAND.where(Assignment.project_id == bindparam("project_id"))
_PLACE = select(func.max(Assignment.position)).where(
    Assignment.person_id == bindparam("person_id"), Assignment.project_id == bindparam("project_id")
)
"""Asked with every task that is handed out or answered, so made once."""
LABEL_STATES = tuple(sorted(ANSWERED))


@dataclass(frozen=True)
class Label:
    """One answer that counts, as aggregation reads it."""

    task_id: int
    person_id: int
    answer: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """One person's work in a project (or in all): how many answers in which state, and what they earn."""

    numbers: dict[State, int]

    def count(self, *states: State) -> int:
        return sum(self.numbers.get(state, 0) for state in states)


def get_for(actor: Actor, assignment_id: int) -> Assignment:
    """The assignment with its project and task, for its person, the project's people and the administrators. Raises NotFound."""
    found = db.session.scalars(_BY_ID, {"id": assignment_id}).one_or_none()
    if found is None or not POLICY.can(actor, Act.READ, found):
        raise NotFound(N_("There is no such assignment."))
    return found


def whole(assignment_id: int) -> Assignment:
    """The assignment with its project and task, read afresh. Unchecked."""
    return db.session.scalars(_BY_ID, {"id": assignment_id}).one()


def task_for(actor: Actor, task_id: int, slug: str = "") -> Task:
    """The task, if this actor may read its project (and that is the one called `slug`, if any). Raises NotFound."""
    found = projects.task(task_id)
    project = projects.by_id(found.project_id)
    if not may_read(actor, project) or (slug and slug != project.slug):
        raise NotFound(N_("There is no such task."))
    return found


def in_hand(person_id: int, project_id: int | None = None) -> Assignment | None:
    """What this person holds now, the latest first, with its project and task; an overdue lease still counts until it is taken back."""
    query = _IN_HAND if project_id is None else _IN_HAND_OF_PROJECT
    return db.session.scalars(query, {"person_id": person_id, "project_id": project_id}).one_or_none()


def place_of(person_id: int, project_id: int) -> int:
    """The farthest position that this person was given in the project; 0 if none. One step into an index."""
    return db.session.scalar(_PLACE, {"person_id": person_id, "project_id": project_id}) or 0


def free_task(*, named: bool = False, waits: bool = False) -> Any:
    """The id of the next task of `project` with a free place that `person` never had, behind position `after` (all three bound).

    It walks the index of the free tasks from there. On PostgreSQL it passes over rows that others are just taking (SKIP LOCKED), unless
    it `waits` for them; the one task that is asked for by its number (`only`, bound too) is waited for.
    """
    had = exists().where(Assignment.task_id == Task.id, Assignment.person_id == bindparam("person"))
    query = select(Task.id).where(Task.project_id == bindparam("project"), text(FREE), Task.position > bindparam("after"), ~had)
    if named:
        query = query.where(Task.id == bindparam("only"))
    return query.order_by(Task.position).limit(1).with_for_update(skip_locked=not (named or waits), key_share=True)


def candidates(actor: Actor) -> Sequence[Project]:
    """Running projects that this person may work on, those worked on before and the longest running first."""
    worked = exists().where(Assignment.person_id == actor.person_id, Assignment.project_id == Project.id)
    open_task = exists().where(Task.project_id == Project.id, Task.state == TaskState.OPEN)
    query = select(Project).where(Project.state == ProjectState.RUNNING, open_task)
    if actor.roles or not actor.verified:
        allowed: ColumnElement[bool] = Project.pay_minor == 0
        if actor.verified:
            allowed = allowed | Project.organisation_id.not_in(sorted(actor.roles))
        query = query.where(allowed)
    return db.session.scalars(query.order_by(worked.desc(), Project.published_at, Project.id).limit(MOST_CANDIDATES)).all()


def overdue_ids(limit: int, *, project_id: int | None = None) -> Sequence[int]:
    """Leases whose time is over, the oldest first; those that others are just deciding on are passed over."""
    query = select(Assignment.id).where(text(LEASED_ONLY), Assignment.lease_until <= clock.now())
    if project_id is not None:
        query = query.where(Assignment.project_id == project_id)
    return db.session.scalars(query.order_by(Assignment.lease_until).limit(limit).with_for_update(skip_locked=True)).all()


def due_to_accept(limit: int) -> Sequence[int]:
    """Answers whose time for a decision is over, the oldest first."""
    query = select(Assignment.id).where(text(SUBMITTED_ONLY), Assignment.accept_at <= clock.now())
    return db.session.scalars(query.order_by(Assignment.accept_at).limit(limit).with_for_update(skip_locked=True)).all()


def waiting_ids(project_id: int, limit: int) -> Sequence[int]:
    """Answers of one project that wait for a decision, the oldest first."""
    query = select(Assignment.id).where(Assignment.project_id == project_id, Assignment.state == State.SUBMITTED)
    return db.session.scalars(query.order_by(Assignment.id).limit(limit)).all()


def labels_of(project: Project) -> Iterator[Label]:
    """Every answer that counts (submitted or accepted), in the order of the assignments, read in portions of PORTION."""
    after = 0
    while True:
        query = select(Assignment.id, Assignment.task_id, Assignment.person_id, Assignment.answer).where(
            Assignment.project_id == project.id, Assignment.state.in_(LABEL_STATES), Assignment.id > after
        )
        rows = db.session.execute(query.order_by(Assignment.id).limit(PORTION)).all()
        for row in rows:
            yield Label(row.task_id, row.person_id, row.answer)
        if len(rows) < PORTION:
            return
        after = rows[-1].id


def answers_of(
    project: Project, *, states: Collection[State] = (State.SUBMITTED, State.ACCEPTED, State.REJECTED), before: int | None = None,
    limit: int = 50,
) -> Sequence[Assignment]:  # fmt: skip
    """Up to `limit` answers in these states, the newest first, those with an id below `before`; each with its task and project."""
    query = select(Assignment).where(Assignment.project_id == project.id, Assignment.state.in_(sorted(states))).options(*WHOLE)
    return db.session.scalars(older(query, Assignment.id, before, limit)).all()


def mine_after(person_id: int, last_id: int | None, limit: int) -> Sequence[Assignment]:
    """Up to `limit` + 1 of this person's assignments, the newest first, with their projects and tasks."""
    query = select(Assignment).where(Assignment.person_id == person_id).options(*WHOLE)
    return db.session.scalars(older(query, Assignment.id, last_id, limit + 1)).all()


def of_person(person_id: int, *, page: int = 1, size: int = 50) -> tuple[Sequence[Assignment], int]:
    """One page of this person's assignments, the newest first, and how many there are."""
    total = db.session.scalar(select(func.count()).where(Assignment.person_id == person_id)) or 0
    query = select(Assignment).where(Assignment.person_id == person_id).options(*WHOLE).order_by(Assignment.id.desc())
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


def standing(person_id: int, project_id: int | None = None) -> Standing:
    """How many of this person's assignments are in which state. One statement."""
    query = select(Assignment.state, func.count()).where(Assignment.person_id == person_id).group_by(Assignment.state)
    if project_id is not None:
        query = query.where(Assignment.project_id == project_id)
    return Standing(dict(db.session.execute(query).all()))


def earned(person_id: int) -> list[tuple[State, Money]]:
    """What this person's answers bring, by state and currency: accepted (paid) and submitted (still to be decided). One statement."""
    query = (
        select(Assignment.state, Project.currency, func.sum(Project.pay_minor))
        .join(Project, Project.id == Assignment.project_id)
        .where(Assignment.person_id == person_id, Assignment.state.in_(LABEL_STATES), Project.pay_minor > 0)
        .group_by(Assignment.state, Project.currency)
        .order_by(Assignment.state, Project.currency)
    )
    return [(state, Money(int(minor), currency)) for state, currency, minor in db.session.execute(query)]


def reported(project_id: int, limit: int = 50) -> Sequence[Assignment]:
    """Reports of broken tasks, the newest first, each with its task."""
    query = select(Assignment).where(Assignment.project_id == project_id, Assignment.state == State.SKIPPED, Assignment.reason != "")
    return db.session.scalars(query.options(*WHOLE).order_by(Assignment.id.desc()).limit(limit)).all()


def waiting_answers(project_ids: Iterable[int]) -> dict[int, int]:
    """How many answers wait for a decision, by project."""
    wanted = set(project_ids)
    query = select(Assignment.project_id, func.count()).where(Assignment.project_id.in_(wanted), Assignment.state == State.SUBMITTED)
    return dict(db.session.execute(query.group_by(Assignment.project_id)).all()) if wanted else {}


def latest_seconds(project_id: int) -> list[int]:
    """The working times of the latest answers."""
    query = select(Assignment.seconds).where(Assignment.project_id == project_id, Assignment.state.in_(LABEL_STATES))
    return [s for s in db.session.scalars(query.order_by(Assignment.id.desc()).limit(project_rules.LATEST_TIMES)) if s is not None]


def held_by(person_id: int) -> Question:
    """The tasks in this person's hands, as the home page asks for them."""
    query = select(Project.title.label("detail"), Project.slug.label("key"), Assignment.lease_until.label("due"))
    held = query.join(Assignment, Assignment.project_id == Project.id)
    return held.where(Assignment.person_id == person_id, Assignment.state == State.LEASED, Assignment.lease_until > clock.now())


def undecided_in(organisation_ids: Collection[int]) -> Question:
    """Projects of these organisations with answers that wait for a decision, as the home page asks for them."""
    waits = exists().where(Assignment.project_id == Project.id, Assignment.state == State.SUBMITTED)
    query = select(Project.title.label("detail"), Project.slug.label("key"), NO_DUE)
    return query.where(Project.organisation_id.in_(sorted(organisation_ids)), Project.state != ProjectState.DRAFT, waits)


def all_done() -> Sequence[Project]:
    """Projects under way without a task that still wants answers."""
    open_task = exists().where(Task.project_id == Project.id, Task.state == TaskState.OPEN)
    under_way = (ProjectState.RUNNING, ProjectState.PAUSED)
    return db.session.scalars(select(Project).where(Project.state.in_(under_way), ~open_task).order_by(Project.id)).all()


def all_decided() -> Sequence[Project]:
    """Ending projects of which nothing is in anybody's hands or waits for a decision."""
    out = exists().where(Assignment.project_id == Project.id, Assignment.state.in_([State.LEASED, State.SUBMITTED]))
    return db.session.scalars(select(Project).where(Project.state == ProjectState.ENDING, ~out).order_by(Project.id)).all()


# Disputes

PAY = "pay"


def matter(number: int) -> Matter | None:
    """What of an answer can be disputed: that it was rejected, where it would have been paid."""
    found = db.session.scalars(_BY_ID, {"id": number}).one_or_none()
    if found is None or not found.project.is_paid:
        return None
    project = found.project
    person, organisation = Side(person_id=found.person_id), Side(organisation_id=project.organisation_id)
    claims = [Claim(person, found.decided_at, found.reason)] if found.state is State.REJECTED and found.decided_at is not None else []
    return Matter(
        found.ref, project.title, (person, organisation), claims, (Ground.AS_AGREED, Ground.WRONG_REASON, Ground.USED, Ground.OTHER),
        [Outcome(PAY, N_("The answer is paid after all"))], held_for=found.ref, secure=(project.organisation_id, project.price.gross),
    )  # fmt: skip


def effects(number: int, way: str, amount: Money | None) -> list[Effect]:
    """What a way to end a dispute moves."""
    if way != PAY:
        return []
    found = whole(number)
    return [Effect(accounts.card(found.person_id).name, found.project.price.gross, found.project.price.fee)]


@hinders_leaving
def being_checked(person_id: int) -> list[Hindrance]:
    """Answers that may still be paid."""
    asked = (
        select(Project.title.label("detail"), func.min(Assignment.id).label("key"), NO_DUE)
        .join(Assignment, Assignment.project_id == Project.id)
        .where(Assignment.person_id == person_id, Assignment.state == State.SUBMITTED)
        .group_by(Project.id, Project.title)
    )
    return [Hindrance(asked, N_("Your answers are being checked"), "/my/tasks", N_("Wait until they are paid or refused"))]


def paid_people(project_id: int) -> list[int]:
    """Person ids of those of whom at least one answer was accepted."""
    query = select(Assignment.person_id).where(Assignment.project_id == project_id, Assignment.state == State.ACCEPTED)
    return list(db.session.scalars(query.distinct().order_by(Assignment.person_id)))


def accepted_of(person_id: int) -> Question:
    """When each answer was accepted that this person gave on this site, in projects that everybody may see."""
    query = select(func.coalesce(Assignment.decided_at, Assignment.submitted_at)).join(Project, Project.id == Assignment.project_id)
    return query.where(
        Assignment.person_id == person_id, Assignment.state == State.ACCEPTED, Project.state.in_(sorted(PUBLIC)), Project.source == ""
    )


@talks.counts_accepted
def accepted_acts(person_id: int) -> Select[int]:
    """Answers of the person's that were accepted; ten small ones count as one act."""
    counted = Assignment.person_id == person_id, Assignment.state == State.ACCEPTED
    return select(func.count() // 10).select_from(Assignment).where(*counted)
