"""Whatever people do in whatever order: places, answers and money stay in step."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.payments import queries as payments
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import HubError
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.models import Project, Task
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.projects.states import TaskState
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import HOLDS_A_PLACE, State
from tests.factories import people, tasks

PEOPLE, TASKS, WANTED = 4, 3, 2
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["claim", "claim", "submit", "submit", "skip", "report", "late", "accept", "reject", "wait", "sweep", "pause", "end"]
        ),
        st.integers(0, PEOPLE - 1),
    ),
    min_size=5,
    max_size=40,
)


def step(act: str, who, owner, project: Project) -> None:
    """One step of one person; what the rules refuse changes nothing."""
    mine = select(Assignment.id).where(Assignment.person_id == who.person_id).order_by(Assignment.id.desc())
    held = queries.in_hand(who.person_id)
    if act == "claim":
        operations.claim(actor=who, project=project)
    elif act == "submit" and held:
        operations.submit(actor=who, assignment=held, answer=tasks.YES)
    elif act == "skip" and held:
        operations.skip(actor=who, assignment=held)
    elif act == "report" and held:
        operations.report(actor=who, assignment=held, reason="It is empty.")
    elif act == "late" and (last := db.session.scalar(mine.where(Assignment.state == State.EXPIRED))):
        operations.submit(actor=who, assignment=queries.whole(last), answer=tasks.YES)
    elif act in {"accept", "reject"} and (last := db.session.scalar(mine.where(Assignment.state == State.SUBMITTED))):
        decide = operations.accept if act == "accept" else operations.reject
        decide(actor=owner, assignment=queries.whole(last), **({"reason": "Not read."} if act == "reject" else {}))
    elif act == "wait":
        clock.advance(timedelta(minutes=16))
    elif act == "sweep":
        operations.expire_overdue()
        operations.accept_due()
        operations.finish_projects()
    elif act == "pause":
        (projects.pause if project.state is ProjectState.RUNNING else projects.resume)(actor=owner, project=project)
    elif act == "end" and who.person_id % 3 == 0:
        projects.end(actor=owner, project=project)


def check(project_id: int, one: int) -> None:
    """Counters equal rows, nobody has a task twice, what is held covers what is owed, what left was accepted answers."""
    db.session.expire_all()
    for task in db.session.scalars(select(Task).where(Task.project_id == project_id)):
        rows = db.session.scalars(select(Assignment).where(Assignment.task_id == task.id)).all()
        assert task.taken == sum(row.state in HOLDS_A_PLACE for row in rows) <= task.answers_wanted
        assert task.accepted == sum(row.state is State.ACCEPTED for row in rows)
        assert (task.state is TaskState.DONE) == (task.accepted == task.answers_wanted)
        assert len({row.person_id for row in rows}) == len(rows)
    project = projects_read.by_id(project_id)
    accepted = db.session.scalar(select(func.count()).where(Assignment.project_id == project_id, Assignment.state == State.ACCEPTED))
    owed = db.session.scalar(
        select(func.count()).where(Assignment.project_id == project_id, Assignment.state.in_([State.SUBMITTED, State.LEASED]))
    )
    held = holds_read.held(project.ref, "USD")
    if project.state is ProjectState.FINISHED:
        assert held == 0 and owed == 0
    else:
        assert held == (TASKS * WANTED - accepted) * one >= owed * one


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_places_answers_and_money_stay_in_step(app, steps):
    owner_ = people.person("Heron")
    organisation, owner = people.organisation(owner_), people.actor_of(owner_)
    owner = people.actor_of(owner_)
    workers = [people.actor_of(people.person(f"Worker {n}")) for n in range(PEOPLE)]
    with work.unit():
        project = tasks.paid(organisation, owner, tasks=TASKS, redundancy=WANTED)
    project_id, one = project.id, project.price.gross.minor
    for act, number in steps:
        try:
            with work.unit():
                step(act, workers[number], owner, projects_read.by_id(project_id))
        except HubError:
            pass
        check(project_id, one)
    paid = sum(money.minor for worker in workers for money in payments.balances("person", worker.person_id))
    accepted = db.session.scalar(select(func.count()).where(Assignment.project_id == project_id, Assignment.state == State.ACCEPTED))
    assert paid == accepted * 100
    assert not controls.verify().problems
