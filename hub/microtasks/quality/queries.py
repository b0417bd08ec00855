"""Reads of the quality room: one label per task out of many answers, and how a project comes along. It keeps no table of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, select

from hub.core.accounts import queries as accounts
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, one_field
from hub.kernel.words import N_
from hub.microtasks.projects import queries as projects
from hub.microtasks.projects.models import Project, Task
from hub.microtasks.projects.rules import Ask, Field, read_form
from hub.microtasks.quality import rules
from hub.microtasks.quality.rules import Answers, Choice, Method, Reason, Verdicts
from hub.microtasks.queue import queries as queue
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import ANSWERED, State

CHOSEN = frozenset({Ask.CHOICE, Ask.YES_NO})
"""Answers of these kinds are labels; all others are texts, of which the most frequent is told."""
PORTION = 500
MOST_DAYS = 30
SAMPLE = 500
MOST_VARIANTS = 5


@dataclass(frozen=True)
class Label:
    """One method's word on a task: the label, how sure (0..1), and whether several were equally good."""

    label: str
    confidence: float
    tied: bool


@dataclass(frozen=True)
class Consensus:
    """One task with its answers made one. `votes` holds the labels with their counts, the most frequent first; `model` is Dawid-Skene's."""

    task: Task
    votes: list[tuple[str, int]]
    majority: Label
    model: Label | None
    chosen: Label

    @property
    def id(self) -> int:
        return self.task.id

    @property
    def answers(self) -> int:
        return sum(count for _, count in self.votes)


@dataclass(frozen=True)
class Worker:
    """`accuracy` is the estimated share of right answers, 0..1, by the method of the results."""

    person_id: int
    handle: str
    answers: int
    accuracy: float


@dataclass(frozen=True)
class Results:
    """All answers to one question of a project, made one label per task. `order` lists the tasks' codes, the least sure first."""

    field: Field
    answers: Answers
    majority: Verdicts
    model: Verdicts | None
    choice: Choice

    @property
    def chosen(self) -> Verdicts:
        return self.model if self.model is not None and self.choice.method is Method.DAWID_SKENE else self.majority

    @property
    def order(self) -> Sequence[int]:
        return np.lexsort((np.arange(len(self.answers.items)), np.round(self.chosen.confidence, 9))).tolist()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Progress:
    """`agreement`: of two people who answered the same task, how often they agree (0..1; None: nothing to compare), of `sampled` tasks."""

    days: list[tuple[date, int]]
    counts: projects.Counts
    agreement: float | None
    sampled: int


def of_ours(actor: Actor, slug: str) -> Project:
    """A project whose results the actor may read: its organisation's people and the administrators. Raises NotFound, NotAllowed."""
    project = projects.get_for(actor, slug)
    if not (actor.belongs_to(project.organisation_id) or actor.is_admin):
        raise NotAllowed(N_("Only the project’s own people see its results."))
    return project


def fields_of(project: Project) -> tuple[Field, ...]:
    """What the project asks, in the form's order."""
    return read_form(project.form).answer if project.form else ()


def field_of(project: Project, name: str = "") -> Field:
    """The question called so; without a name the first one whose answers are labels, else the first of all. Raises NotFound."""
    asked = fields_of(project)
    if not name:
        found = next((field for field in asked if field.ask in CHOSEN), asked[0] if asked else None)
    else:
        found = next((field for field in asked if field.name == name), None)
    if found is None:
        raise NotFound(N_("The form does not ask for this."))
    return found


def said(field: Field, answer: Mapping[str, Any] | None) -> str | None:
    """What an answer says to this question, as one label: choices joined by “; ”, texts with single spaces. None if it says nothing."""
    value = (answer or {}).get(field.name)
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())


def results(project: Project, field: Field, method: Method = Method.AUTO) -> Results:
    """Every answer that counts, to this question, made one label per task. Raises Invalid (code not_labels, too_many_labels)."""
    if method is Method.DAWID_SKENE and field.ask not in CHOSEN:
        raise one_field("method", N_("Dawid-Skene needs a choice among options: free answers go by the most frequent."), code="not_labels")
    rows = ((each.task_id, each.person_id, label) for each in queue.labels_of(project) if (label := said(field, each.answer)) is not None)
    answers = rules.gather(rows, [value for value, _ in field.options] if field.ask is Ask.CHOICE else ())
    if not len(answers) or field.ask not in CHOSEN:
        verdicts, _ = rules.aggregate(answers, Method.MAJORITY)
        return Results(field, answers, verdicts, None, Choice(Method.MAJORITY, Reason.ASKED))
    model = rules.dawid_skene(answers) if method is Method.DAWID_SKENE or rules.fits(answers) else None
    choice = rules.choose(answers) if method is Method.AUTO else Choice(method, Reason.ASKED)
    return Results(field, answers, rules.majority(answers), model, choice)


def consensus(found: Results, codes: Sequence[int]) -> list[Consensus]:
    """These tasks (codes of `found.answers.items`) with their labels. One statement."""
    answers = found.answers
    ids = [int(answers.items[code]) for code in codes]
    tasks = {task.id: task for task in db.session.scalars(select(Task).where(Task.id.in_(ids)))}
    begins = np.searchsorted(answers.item, codes)
    ends = np.searchsorted(answers.item, codes, side="right")
    told = []
    for task_id, code, begin, end in zip(ids, codes, begins, ends, strict=True):
        kinds, counts = np.unique(answers.label[begin:end], return_counts=True)
        votes = sorted(zip(kinds.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        told.append(
            Consensus(
                tasks[task_id],
                [(str(answers.labels[kind]), count) for kind, count in votes],
                _label(answers, found.majority, code),
                _label(answers, found.model, code) if found.model is not None else None,
                _label(answers, found.chosen, code),
            )
        )
    return told


def _label(answers: Answers, verdicts: Verdicts, code: int) -> Label:
    return Label(str(answers.labels[verdicts.label[code]]), float(verdicts.confidence[code]), bool(verdicts.tied[code]))


def consensus_after(found: Results, task_id: int | None, limit: int) -> list[Consensus]:
    """Up to `limit` tasks in their order, those behind the one numbered `task_id`."""
    items = found.answers.items
    first = int(np.searchsorted(np.array(items, dtype=np.int64), task_id or 0, side="right")) if items else 0
    return consensus(found, range(first, min(first + limit, len(items))))


def all_consensus(found: Results) -> Iterator[list[Consensus]]:
    """All tasks that have answers, in their order, in portions: for exports."""
    for first in range(0, len(found.answers.items), PORTION):
        yield consensus(found, range(first, min(first + PORTION, len(found.answers.items))))


def workers(found: Results, *, page: int = 1, size: int = 50) -> tuple[list[Worker], int]:
    """One page of the people who answered, who answered most first, and how many there are. One statement."""
    given = rules.count_by_worker(found.answers)
    order = np.lexsort((np.arange(len(given)), -given))[(page - 1) * size : page * size]
    people = [int(found.answers.workers[code]) for code in order]
    cards = accounts.cards(people)
    rows = zip(people, given[order].tolist(), found.chosen.accuracy[order].tolist(), strict=True)
    return [Worker(number, cards[number].handle if number in cards else "", count, accuracy) for number, count, accuracy in rows], len(
        given
    )


def raw_answers(project_id: int) -> Iterator[list[tuple[Assignment, str]]]:
    """Every answer, whatever became of it, each with its task and its person's handle, oldest first, in portions: for exports."""
    after, states = 0, sorted([*ANSWERED, State.REJECTED])
    while True:
        query = select(Assignment).where(Assignment.project_id == project_id, Assignment.state.in_(states), Assignment.id > after)
        rows = db.session.scalars(query.options(*queue.WHOLE).order_by(Assignment.id).limit(PORTION)).all()
        if not rows:
            return
        cards = accounts.cards(row.person_id for row in rows)
        after = rows[-1].id
        yield [(row, cards[row.person_id].handle if row.person_id in cards else "") for row in rows]


def progress(project: Project) -> Progress:
    """How far it is, for whoever may see the project. At most five statements; the agreement is that of the latest SAMPLE tasks."""
    counts = projects.counts([project.id])[project.id]
    found = _sample(project) if fields_of(project) else rules.gather(())
    return Progress(_days(project.id), counts, rules.pairwise(found), int((found.given > 1).sum()))


def _sample(project: Project) -> Answers:
    """The answers to the latest tasks that several people have answered, to the question that `field_of` takes."""
    field, states = field_of(project), sorted(ANSWERED)
    latest = select(Task.id).where(Task.project_id == project.id, Task.accepted > 1).order_by(Task.position.desc()).limit(SAMPLE)
    ids = db.session.scalars(latest).all()
    query = select(Assignment.task_id, Assignment.person_id, Assignment.answer)
    rows = db.session.execute(query.where(Assignment.task_id.in_(ids), Assignment.state.in_(states)))
    return rules.gather((task, person, label) for task, person, given in rows if (label := said(field, given)) is not None)


def _days(project_id: int) -> list[tuple[date, int]]:
    """Answers per day (UTC) from the first day to the last one with answers, the latest MOST_DAYS of them. Two statements."""
    counted = (Assignment.project_id == project_id, Assignment.state.in_(sorted(ANSWERED)))
    first, last = db.session.execute(select(func.min(Assignment.submitted_at), func.max(Assignment.submitted_at)).where(*counted)).one()
    if first is None or last is None:
        return []
    end = _midnight(last) + timedelta(days=1)
    begin = max(_midnight(first), end - timedelta(days=MOST_DAYS))
    starts = [begin + timedelta(days=n) for n in range((end - begin).days)]
    columns = [
        func.count().filter(Assignment.submitted_at >= start, Assignment.submitted_at < start + timedelta(days=1)) for start in starts
    ]
    numbers = db.session.execute(select(*columns).where(*counted)).one()
    return [(start.date(), int(number)) for start, number in zip(starts, numbers, strict=True)]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
