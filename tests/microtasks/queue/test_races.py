"""Many at once: real processes and threads over one database, people who vanish, answers accepted by two at the same time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import func, select, text

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.payments import queries as payments
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import HubError
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.models import Task
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import HOLDS_A_PLACE, State
from tests.db.processes import started, together
from tests.factories import money, people, tasks

WORKERS, PROCESSES = 50, 10
PATIENCE = 300
"""Seconds for all of them together, on a machine that has more to do."""


@pytest.fixture
def house(app):
    owner = people.person("Heron")
    organisation = people.organisation(owner)
    return organisation, people.actor_of(owner)


def work_until_dry(project_id: int, person_ids: list[int], everybody: Barrier) -> None:
    """Each of these people in turn claims, and answers or skips, until the project has nothing left for any of them.

    Nobody answers before `everybody` holds a first task: a process that comes late must not find the work done.
    """
    clock.set_to(None)
    actors = [people.queries.actor_of(person_id) for person_id in person_ids]
    db.session.rollback()
    for actor in actors:
        with work.unit():
            assert operations.claim(actor=actor, project=projects_read.by_id(project_id)) is not None
    everybody.wait(PATIENCE)
    left = list(actors)
    while left:
        for actor in list(left):
            with work.unit():
                assignment = operations.claim(actor=actor, project=projects_read.by_id(project_id))  # or the one in hand
            if assignment is None:
                left.remove(actor)
                continue
            with work.unit():
                held = queries.whole(assignment.id)
                if (assignment.task_id + actor.person_id) % 7 == 0:
                    operations.skip(actor=actor, assignment=held)
                else:
                    operations.submit(actor=actor, assignment=held, answer=tasks.YES)


def test_fifty_workers_in_ten_processes_never_exceed_what_is_wanted(app, house):
    with work.unit():
        project = tasks.project(*house, tasks=60, redundancy=5)
    workers = [people.person(f"Worker {n}").id for n in range(WORKERS)]
    project_id = project.id
    everybody = multiprocessing.get_context("fork").Barrier(PROCESSES)
    together(work_until_dry, *((project_id, workers[n::PROCESSES], everybody) for n in range(PROCESSES)), seconds=PATIENCE)
    rows = db.session.execute(select(Assignment.task_id, Assignment.person_id, Assignment.state)).all()
    assert max(Counter((row.task_id, row.person_id) for row in rows).values()) == 1, "nobody has the same task twice"
    live = Counter(row.task_id for row in rows if row.state in HOLDS_A_PLACE)
    assert set(live.values()) == {5}, "every task has exactly the answers that were wanted"
    counted = db.session.execute(select(Task.taken, Task.accepted, func.count()).group_by(Task.taken, Task.accepted)).all()
    assert counted == [(5, 5, 60)], "the counters say the same as the rows"
    assert len({row.person_id for row in rows}) == WORKERS


def test_one_place_and_fifty_who_want_it(app, house):
    """All at the same moment, threads with a session of their own each."""
    with work.unit():
        project = tasks.project(*house, tasks=1, redundancy=3)
    actors = [people.actor_of(people.person(f"Worker {n}")) for n in range(WORKERS)]
    project_id = project.id
    db.session.remove()
    claims = money.race(app, *(lambda who=who: operations.claim(actor=who, project=projects_read.by_id(project_id)) for who in actors))
    assert not [claim for claim in claims if isinstance(claim, Exception)]
    assert sum(claim is not None for claim in claims) == 3
    assert projects_read.counts([project_id])[project_id].open == 1
    assert db.session.scalar(select(Task.taken)) == 3


def test_one_person_in_many_windows_holds_one_task(app, house):
    with work.unit():
        project = tasks.project(*house, tasks=20, redundancy=1)
    worker, project_id = people.actor_of(people.person("Worker")), project.id
    db.session.remove()
    claims = money.race(app, *(lambda: operations.claim(actor=worker, project=projects_read.by_id(project_id)).id for _ in range(8)))
    assert len(set(claims)) == 1 and isinstance(claims[0], int), claims
    assert db.session.scalar(select(func.sum(Task.taken))) == 1


def hold_and_wait(project_id: int, person_id: int, pipe: int) -> None:
    clock.set_to(None)
    with work.unit():
        assignment = operations.claim(actor=people.queries.actor_of(person_id), project=projects_read.by_id(project_id))
    os.write(pipe, b"held" if assignment else b"none")
    time.sleep(60)


def claim_and_die_before_the_commit(project_id: int, person_id: int, pipe: int) -> None:
    clock.set_to(None)
    work.start_writing()
    operations.claim(actor=people.queries.actor_of(person_id), project=projects_read.by_id(project_id))
    os.write(pipe, b"dead")
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_worker_held_comes_back_after_the_lease(app, house):
    clock.set_to(None)
    with work.unit():
        project = tasks.project(*house, tasks=1, redundancy=1)
    lost, other = (people.actor_of(people.person(name)) for name in ("Lost", "Other"))
    project_id, reading, writing = project.id, *os.pipe()
    with started(hold_and_wait, (project_id, lost.person_id, writing)) as (process,):
        assert os.read(reading, 4) == b"held"
        os.kill(process.pid, signal.SIGKILL)
    with work.unit():
        assert operations.claim(actor=other, project=projects_read.by_id(project_id)) is None, "the lease still runs"
    clock.set_to(clock.now() + timedelta(minutes=16))
    with work.unit():
        assert operations.claim(actor=other, project=projects_read.by_id(project_id)) is not None
    assert [a.state for a in db.session.scalars(select(Assignment).order_by(Assignment.id))] == [State.EXPIRED, State.LEASED]


def test_a_claim_killed_before_its_commit_leaves_nothing(app, house):
    clock.set_to(None)
    with work.unit():
        project = tasks.project(*house, tasks=1, redundancy=1)
    dead, other = (people.actor_of(people.person(name)) for name in ("Dead", "Other"))
    project_id, reading, writing = project.id, *os.pipe()
    with started(claim_and_die_before_the_commit, (project_id, dead.person_id, writing)) as (process,):
        assert os.read(reading, 4) == b"dead"
        process.join(10)
    with work.unit():
        assert operations.claim(actor=other, project=projects_read.by_id(project_id)) is not None
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_an_answer_accepted_by_many_at_once_is_paid_once(app, house):
    with work.unit():
        project = tasks.paid(*house, tasks=1, redundancy=1)
    worker = people.actor_of(people.person("Worker"))
    with work.unit():
        answer_id = tasks.answer(worker, projects_read.by_id(project.id)).id
    owner, subject = house[1], project.ref
    db.session.remove()

    def accept():
        return operations.accept(actor=owner, assignment=queries.get_for(owner, answer_id)).id

    def reject():
        return operations.reject(actor=owner, assignment=queries.get_for(owner, answer_id), reason="Not read.").id

    told = money.race(app, *[accept] * 5, *[reject] * 3, operations.accept_due)
    assert sum(answer == answer_id for answer in told) == 1
    assert all(answer == answer_id or isinstance(answer, HubError) or answer == 0 for answer in told), told
    db.session.rollback()
    done = queries.whole(answer_id)
    paid = payments.balances("person", worker.person_id)
    assert [each.minor for each in paid] == ([100] if done.state is State.ACCEPTED else [])
    assert holds_read.held(subject, "USD") == (0 if done.state is State.ACCEPTED else 105)
    assert not controls.verify().problems


def test_a_late_answer_and_the_next_claim_race_for_one_place(app, house):
    with work.unit():
        project = tasks.project(*house, tasks=1, redundancy=1)
    slow, quick = (people.actor_of(people.person(name)) for name in ("Slow", "Quick"))
    with work.unit():
        late_id = operations.claim(actor=slow, project=projects_read.by_id(project.id)).id
    clock.advance(timedelta(hours=1))
    with work.unit():
        operations.expire_overdue()
    project_id = project.id
    db.session.remove()
    told = money.race(
        app,
        lambda: operations.submit(actor=slow, assignment=queries.get_for(slow, late_id), answer=tasks.YES).state,
        lambda: operations.claim(actor=quick, project=projects_read.by_id(project_id)),
    )
    db.session.rollback()
    assert db.session.scalar(select(Task.taken)) == 1
    assert (told[0] is State.ACCEPTED) != (told[1] is not None), told


@pytest.mark.only_on("sqlite")
def test_a_claim_walks_the_index_of_free_tasks(app, house):
    """No scan of the tasks, no sorting: the same at ten tasks and at a hundred thousand."""
    query = queries.free_task(named=False).params(person=1, project=1, after=0).compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = [row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert any("USING INDEX ix_task_free (project_id=? AND position>?)" in step for step in plan), plan
    assert any("uq_assignment_task_id" in step or "sqlite_autoindex_assignment" in step for step in plan), plan
    assert not [step for step in plan if "SCAN" in step.replace("SCALAR", "") or "TEMP B-TREE" in step], plan
