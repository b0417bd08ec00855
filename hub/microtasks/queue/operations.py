"""The only writes of the queue: a task is handed out, answered, passed on, decided on. None commits.

Places are given away by one conditional statement on the task's row, so that no number of people at once gets more of them than there
are. Rows are locked in one order by all: assignment, task, then (in the books) the hold.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, text, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.core.disputes import queries as disputes
from hub.core.disputes.rules import Source
from hub.core.holds import operations as holds
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.payments import operations as payments
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, NotNow, NotSignedIn, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects import rules as project_rules
from hub.microtasks.projects.models import FREE, Project, Task
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.projects.states import TaskState
from hub.microtasks.queue import queries, rules
from hub.microtasks.queue.events import AnswerAccepted, AnswerPaidLate, AnswerRejected, TaskReported
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.policy import POLICY, may_work
from hub.microtasks.queue.states import LIFE, Act, State, is_overdue

OWN_PROJECT = N_("This project belongs to your own organisation: it cannot pay you.")
TAKEN = N_("Your time for this task was over, and somebody else has it by now. Nothing was stored; take the next one.")
BATCH = 500
NO_KEY = {"key_share": True}
"""FOR NO KEY UPDATE: a foreign key's shared lock on the task (PostgreSQL) must not stand between two people who answer it."""
OWN_COLUMNS = ["state", "lease_until", "submitted_at", "accept_at", "decided_at", "decided_by", "answer", "seconds", "reason"]


def claim(*, actor: Actor, project: Project | None = None, task: Task | None = None) -> Assignment | None:
    """Lease the next task to the actor, of `project` or of any running one; None when there is nothing (left) for them.

    `task` asks for this one of `project`, and gets it where it has a free place and the actor never had it. Who holds a task already gets
    that one again. Raises NotSignedIn, NotAllowed (code own_project, unverified_address), NotNow (the project does not run; code
    other_in_hand: another task than the one asked for is in the actor's hands).
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to work on tasks."))
    if project is not None:
        _require_may_work(actor, project)
    held = queries.in_hand(actor.person_id, project.id if project else None)
    if held is not None and not is_overdue(held):
        if task is not None and held.task_id != task.id:
            raise NotNow(N_("You have another task of this project in hand: answer it or skip it first."), code="other_in_hand")
        return held
    if held is not None:
        expire(actor=actor, assignment=held)
    for found in [project] if project is not None else queries.candidates(actor):
        if (assignment := _claim_in(actor.person_id, found, task)) is not None:
            return assignment
    return None


def _require_may_work(actor: Actor, project: Project) -> None:
    if project.is_paid:
        require_verified(actor)
    if not may_work(actor, project):
        raise NotAllowed(OWN_PROJECT, code="own_project")
    if project.state is not ProjectState.RUNNING:
        raise NotNow(N_("This project is “%(state)s”: it hands out no tasks now."), code="not_running", state=project.state.label)


def _claim_in(person_id: int, project: Project, task: Task | None) -> Assignment | None:
    """Behind the person's last place; then from the beginning, for places that came back, waiting for those that others are just taking:
    one of them may leave the next place free; then once more with overdue leases taken back."""
    if task is None:
        found = _take(_TAKE, person_id, project, queries.place_of(person_id, project.id)) or _take(_WAIT_AND_TAKE, person_id, project)
    else:
        found = _take(_TAKE_NAMED, person_id, project, only=task.id)
    if found is None and expire_overdue(
        project_id=project.id
    ):  # with locks of its own now, it waits for nobody's: two such would wait for ever
        found = _take(_TAKE, person_id, project) if task is None else _take(_TAKE_NAMED, person_id, project, only=task.id)
    return found


def _taking(next_task: Any) -> Any:
    next_task = next_task.scalar_subquery()
    taken = update(Task).where(Task.id == next_task, text(FREE)).values(taken=Task.taken + 1).returning(Task.id, Task.position)
    return taken.execution_options(synchronize_session=False)


_TAKE, _TAKE_NAMED, _WAIT_AND_TAKE = map(_taking, (queries.free_task(), queries.free_task(named=True), queries.free_task(waits=True)))
"""Made once: every task is handed out through one of them."""


def _take(taking: Any, person_id: int, project: Project, after: int = 0, **only: int) -> Assignment | None:
    """One statement finds the task and takes a place of it; a second writes the lease."""
    taken = db.session.execute(taking, {"person": person_id, "project": project.id, "after": after, **only}).one_or_none()
    if taken is None:
        return None
    now = clock.now()
    lease = {
        "task_id": taken.id, "project_id": project.id, "person_id": person_id, "position": taken.position, "state": LIFE.initial,
        "leased_at": now, "lease_until": now + timedelta(minutes=project.lease_minutes), "reason": "",
    }  # fmt: skip
    make = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    leased_id = db.session.scalar(make(Assignment).values(**lease).on_conflict_do_nothing().returning(Assignment.id))
    if leased_id is None:  # the same person was quicker in another window
        _give_back(taken.id)
        return queries.in_hand(person_id, project.id)
    return queries.whole(leased_id)


def _give_back(task_id: int) -> None:
    back = update(Task).where(Task.id == task_id).values(taken=Task.taken - 1)
    db.session.execute(back.execution_options(synchronize_session=False))


def submit(*, actor: Actor, assignment: Assignment, answer: Any) -> Assignment:
    """Take the answer in, as the project's form asks for it. A late one counts, too, while nobody else has the place.

    Where answers are accepted at once, this one is. Raises NotAllowed, NotNow (answered already; code lease_over), Invalid (answer_wrong).
    """
    POLICY.require(actor, Act.SUBMIT, assignment)
    kept = rules.checked(project_rules.read_form(assignment.project.form), answer)
    _lock(assignment)
    if assignment.state is State.EXPIRED and not _retake(assignment.task_id):
        raise NotNow(TAKEN, code="lease_over")
    LIFE.fire(assignment, Act.SUBMIT)
    now = clock.now()
    assignment.answer, assignment.submitted_at = kept, now
    assignment.seconds = rules.seconds_between(assignment.leased_at, now)
    assignment.accept_at = now + timedelta(days=assignment.project.auto_accept_days)
    db.session.flush()
    return assignment if assignment.project.auto_accept_days else accept(actor=SYSTEM, assignment=assignment)


def _retake(task_id: int) -> bool:
    again = update(Task).where(Task.id == task_id, text(FREE)).values(taken=Task.taken + 1)
    done = db.session.execute(again.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], done).rowcount == 1


def skip(*, actor: Actor, assignment: Assignment) -> Assignment:
    """Pass the task on to others; this person does not get it again. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.SKIP, assignment)
    return _let_go(assignment, Act.SKIP)


def report(*, actor: Actor, assignment: Assignment, reason: str) -> Assignment:
    """Pass a broken task on and say what is wrong with it. Once REPORTS_TO_TAKE_OUT people did, nobody is given it any more.

    Raises NotAllowed, NotNow, Invalid about `reason`.
    """
    POLICY.require(actor, Act.REPORT, assignment)
    told = _reason(reason)
    _let_go(assignment, Act.REPORT)
    assignment.reason = told
    task, project = _locked_task(assignment), assignment.project
    task.reports += 1
    db.session.flush()
    taken_out = task.reports >= project_rules.REPORTS_TO_TAKE_OUT and task.state is TaskState.OPEN
    if taken_out:
        projects.take_out(actor=SYSTEM, task=task)
    event = TaskReported(assignment_id=assignment.id, project_id=project.id, task_id=task.id, taken_out=taken_out)
    journal.record(event, actor=actor, subject=assignment.ref, scope=project.ref)
    _tell_owners(actor, project, task, taken_out)
    return assignment


def _reason(text_said: str) -> str:
    told = text_said.strip()
    if not rules.SHORTEST_REASON <= len(told) <= rules.LONGEST_REASON:
        raise one_field("reason", N_("Write the reason, in 3 to 1,000 characters: somebody reads it."), code="reason_missing")
    return told


def _tell_owners(actor: Actor, project: Project, task: Task, taken_out: bool) -> None:
    if task.reports > 1 and not taken_out:
        return
    text_said = N_("Somebody reported task %(number)s of “%(title)s” as broken.")
    if taken_out:
        text_said = N_("Several people called task %(number)s of “%(title)s” broken: it is handed out no more.")
    others = [person_id for person_id in projects_read.manager_ids(project) if person_id != actor.person_id]
    values = {"number": task.position, "title": project.title}
    messages.notify(actor=SYSTEM, person_ids=others, text=text_said, kind=About.MICROTASK, values=values, link=f"{project.path}/reports")


def expire(*, actor: Actor = SYSTEM, assignment: Assignment) -> Assignment:
    """Take an overdue lease back. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.EXPIRE, assignment)
    return _let_go(assignment, Act.EXPIRE)


def expire_overdue(*, project_id: int | None = None, limit: int = BATCH) -> int:
    """Take back the leases whose time is over, of one project or of all. Returns how many. Bears being repeated."""
    overdue = queries.overdue_ids(limit, project_id=project_id)
    for assignment_id in overdue:
        expire(assignment=queries.whole(assignment_id))
    return len(overdue)


def _let_go(assignment: Assignment, act: Act) -> Assignment:
    """Out of this person's hands, its place free again."""
    _lock(assignment)
    LIFE.fire(assignment, act)
    db.session.flush()
    _give_back(assignment.task_id)
    return assignment


def accept(*, actor: Actor, assignment: Assignment) -> Assignment:
    """The answer counts, and where it is paid the money moves from the hold to the person's balance, once.

    Raises NotAllowed, NotNow (decided already), and what `holds.release` raises.
    """
    POLICY.require(actor, Act.ACCEPT, assignment)
    _decide(actor, assignment, Act.ACCEPT)
    task, project = _locked_task(assignment), assignment.project
    task.accepted += 1
    if task.accepted == task.answers_wanted:
        projects.complete(task=task)
    db.session.flush()
    if project.is_paid:
        holds.release(
            actor=actor, subject=project.ref, to_person_id=assignment.person_id, gross=project.price.gross, fee_bp=project.fee_bp,
            key=f"{assignment.ref}:pay", memo=project.title, quiet=True,
        )  # fmt: skip
    if actor.person_id is not None:
        event = AnswerAccepted(assignment_id=assignment.id, project_id=project.id, task_id=task.id)
        journal.record(event, actor=actor, subject=assignment.ref, scope=project.ref)
    return assignment


def reject(*, actor: Actor, assignment: Assignment, reason: str) -> Assignment:
    """The answer does not count and is not paid; its person reads the reason, and the place is free for somebody else.

    Raises NotAllowed, NotNow (decided already), Invalid about `reason`.
    """
    POLICY.require(actor, Act.REJECT, assignment)
    told = _reason(reason)
    _decide(actor, assignment, Act.REJECT, told)
    _give_back(assignment.task_id)
    project = assignment.project
    event = AnswerRejected(assignment_id=assignment.id, project_id=project.id, task_id=assignment.task_id)
    journal.record(event, actor=actor, subject=assignment.ref, scope=project.ref)
    text_said = N_("Your answer to a task of “%(title)s” was rejected: %(reason)s")
    values = {"title": project.title, "reason": assignment.reason}
    person, link = assignment.person_id, f"/my/tasks/{assignment.id}"
    messages.notify(actor=actor, person_ids=[person], text=text_said, kind=About.MICROTASK, values=values, link=link)
    return assignment


def pay_late(*, actor: Actor, assignment: Assignment) -> Assignment:
    """Pay a rejected answer as a dispute about it ended, once: from what was set aside for it, the rest from the organisation's balance.

    It stays rejected: its place went to somebody else. Raises NotAllowed, NotNow, Invalid (over_balance), and what the payments raise.
    """
    POLICY.require(actor, Act.PAY_LATE, assignment)
    project, gross = assignment.project, assignment.project.price.gross
    paid = payments.pay_out_of(
        actor=actor, organisation_id=project.organisation_id, subject=assignment.ref, gross=gross, fee_bp=project.fee_bp,
        key=f"{assignment.ref}:pay", memo=project.title, to_person_id=assignment.person_id,
    )  # fmt: skip
    event = AnswerPaidLate(assignment_id=assignment.id, project_id=project.id, transaction_id=paid.id)
    journal.record(event, actor=actor, subject=assignment.ref, scope=project.ref)
    return assignment


def _carry_out(number: int, way: str, amount: Money | None, reason: str, ref: str) -> None:
    pay_late(actor=SYSTEM, assignment=queries.whole(number))


DISPUTED = Source(
    N_("Answer to a task"),
    "/assignments/{}".format,
    queries.matter,
    lambda number: _lock(queries.whole(number)),
    queries.effects,
    _carry_out,
)
disputes.can_be_disputed("assignment", DISPUTED)


def _decide(actor: Actor, assignment: Assignment, act: Act, reason: str = "") -> None:
    _lock(assignment)
    LIFE.fire(assignment, act)
    assignment.reason, assignment.accept_at = reason, None
    assignment.decided_at, assignment.decided_by = clock.now(), actor.person_id
    db.session.flush()


def accept_due(limit: int = BATCH) -> int:
    """Accept the answers that nobody decided on in time. Returns how many. Bears being repeated."""
    due = queries.due_to_accept(limit)
    for assignment_id in due:
        accept(actor=SYSTEM, assignment=queries.whole(assignment_id))
    return len(due)


def accept_waiting(*, actor: Actor, project: Project, limit: int = 200) -> int:
    """Accept up to `limit` answers of the project that wait for a decision, the oldest first. Returns how many. Raises NotAllowed."""
    waiting = queries.waiting_ids(project.id, limit)
    for assignment_id in waiting:
        accept(actor=actor, assignment=queries.whole(assignment_id))
    return len(waiting)


def finish_projects() -> int:
    """End projects whose tasks are all done, settle those of which nothing is out. Returns how many moved. Bears being repeated."""
    ended = [projects.end(actor=SYSTEM, project=project) for project in queries.all_done()]
    db.session.flush()
    settled = [projects.settle(actor=SYSTEM, project=project) for project in queries.all_decided()]
    return len(ended) + len(settled)


def note_pace() -> None:
    """Refresh the observed working time of every running project."""
    for project in projects_read.in_state(ProjectState.RUNNING, ProjectState.PAUSED):
        pace = project_rules.median(queries.latest_seconds(project.id))
        if pace != project.median_seconds:
            projects.note_pace(project_id=project.id, median_seconds=pace)


def _lock(assignment: Assignment) -> None:
    """Read the assignment afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(assignment, attribute_names=OWN_COLUMNS, with_for_update=NO_KEY)


def _locked_task(assignment: Assignment) -> Task:
    db.session.refresh(assignment.task, attribute_names=["taken", "accepted", "reports", "state"], with_for_update=NO_KEY)
    return assignment.task
