"""Reads of the projects room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from hub.core.files import queries as files
from hub.core.files.rules import clean_name
from hub.core.holds import queries as holds
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import NO_DUE, Lines, Question, lines
from hub.kernel import tables
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound, one_field
from hub.kernel.money import Breakdown, Money
from hub.kernel.tables import Cells, Reading
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.microtasks.projects import policy, rules
from hub.microtasks.projects.models import Project, Task, TaskImage
from hub.microtasks.projects.rules import Reward
from hub.microtasks.projects.states import PUBLIC, State, TaskState

NO_SUCH = N_("There is no such task project.")
ORDER = case({State.RUNNING.value: 0, State.PAUSED.value: 1, State.ENDING.value: 2, State.FINISHED.value: 3}, value=Project.state, else_=4)


@dataclass(frozen=True)
class Wanted:
    """A visitor's choice in the list; None means all."""

    reward: Reward | None = None
    language: str = ""
    sector: Sector | None = None
    organisation_id: int | None = None
    states: tuple[State, ...] = (State.RUNNING,)


@dataclass(frozen=True)
class Counts:
    """The tasks of a project by state, and how many answers were accepted of how many wanted (tasks taken out do not count)."""

    open: int = 0
    done: int = 0
    withdrawn: int = 0
    accepted: int = 0
    wanted: int = 0

    @property
    def total(self) -> int:
        return self.open + self.done + self.withdrawn


@dataclass(frozen=True)
class Budget:
    """What a project costs in all, what is held for it now, and what is still missing before it can start."""

    cost: Breakdown
    held: Money
    missing: Money
    answers: int


@dataclass(frozen=True)
class Shown:
    """A project with its organisation and its tasks' numbers, as lists and programs read it."""

    project: Project
    owner: organisations.OrganisationCard
    counts: Counts

    @property
    def id(self) -> int:
        return self.project.id


@dataclass(frozen=True)
class NextStep:
    """What a room above offers the reader on a project's page: `href` to go to, or a form to send there (`post`). `fields` are hidden."""

    href: str
    label: str
    post: bool = False
    note: str = ""
    kind: str = "primary"
    fields: dict[str, str] = field(default_factory=dict)


Adviser = Callable[[Actor, Project], Iterable[NextStep]]
_advisers: list[Adviser] = []


def advise_with(adviser: Adviser) -> Adviser:
    """Register a room's next steps for `/tasks/<slug>`: at most two statements."""
    if adviser not in _advisers:
        _advisers.append(adviser)
    return adviser


def next_steps(actor: Actor, project: Project) -> list[NextStep]:
    return [step for adviser in _advisers for step in adviser(actor, project)]


def get_for(actor: Actor, slug: str) -> Project:
    """The project by its address name, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    project = db.session.scalars(select(Project).where(Project.slug == slug)).one_or_none()
    if project is None or not policy.may_read(actor, project):
        raise NotFound(NO_SUCH)
    return project


def by_id(project_id: int) -> Project:
    """Unchecked, for reactions and the rooms above. Raises NotFound."""
    project = db.session.get(Project, project_id)
    if project is None:
        raise NotFound(NO_SUCH)
    return project


def by_ids(ids: Iterable[int]) -> dict[int, Project]:
    """Unchecked, by id, in one statement."""
    wanted = set(ids)
    return {p.id: p for p in db.session.scalars(select(Project).where(Project.id.in_(wanted)))} if wanted else {}


def locked(project_id: int) -> Project:
    """The project as it is now, kept from others until this unit of work ends (SQLite has one writer anyway)."""
    db.session.flush()
    query = select(Project).where(Project.id == project_id).with_for_update(key_share=True)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def task(task_id: int) -> Task:
    """Unchecked. Raises NotFound."""
    found = db.session.get(Task, task_id)
    if found is None:
        raise NotFound(N_("There is no such task."))
    return found


def tasks_of(project_id: int, *, after: int = 0, limit: int = 200) -> Sequence[Task]:
    """Up to `limit` tasks in their order, those after position `after`."""
    query = select(Task).where(Task.project_id == project_id, Task.position > after).order_by(Task.position).limit(limit)
    return db.session.scalars(query).all()


def all_tasks(project_id: int, *, size: int = 1000) -> Iterator[Task]:
    """All tasks in their order, read in portions: for exports."""
    after = 0
    while portion := tasks_of(project_id, after=after, limit=size):
        yield from portion
        after = portion[-1].position


def counts(project_ids: Iterable[int]) -> dict[int, Counts]:
    """The tasks' numbers by project, in one statement."""
    wanted = set(project_ids)
    found: dict[int, dict[str, int]] = {project_id: {"accepted": 0, "wanted": 0} for project_id in wanted}
    if not wanted:
        return {}
    query = select(
        Task.project_id, Task.state, func.count().label("tasks"), func.sum(Task.accepted).label("accepted"),
        func.sum(Task.answers_wanted).label("wanted"),
    ).where(Task.project_id.in_(wanted)).group_by(Task.project_id, Task.state)  # fmt: skip
    for row in db.session.execute(query):
        numbers = found[row.project_id]
        numbers[row.state.value] = row.tasks
        numbers["accepted"] += int(row.accepted)
        numbers["wanted"] += int(row.wanted) if row.state is not TaskState.WITHDRAWN else 0
    return {project_id: Counts(**numbers) for project_id, numbers in found.items()}


def shown(projects: Iterable[Project]) -> list[Shown]:
    """Each with its organisation and numbers. Two statements."""
    projects = list(projects)
    owners = organisations.cards(project.organisation_id for project in projects)
    numbers = counts(project.id for project in projects)
    return [Shown(project, owners[project.organisation_id], numbers[project.id]) for project in projects]


def _chosen(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [Project.state.in_(sorted(wanted.states)), Project.source == ""]
    if wanted.reward is not None:
        chosen.append(Project.pay_minor > 0 if wanted.reward is Reward.PAID else Project.pay_minor == 0)
    if wanted.language:
        chosen.append(Project.language == wanted.language)
    if wanted.sector is not None:
        chosen.append(Project.sector == wanted.sector)
    if wanted.organisation_id is not None:
        chosen.append(Project.organisation_id == wanted.organisation_id)
    return and_(*chosen)


def listed(wanted: Wanted, *, page: int = 1, size: int = 20) -> tuple[Sequence[Project], int]:
    """One page of the started projects, running ones first, and how many there are. Two statements."""
    chosen = _chosen(wanted)
    total = db.session.scalar(select(func.count()).select_from(Project).where(chosen)) or 0
    query = select(Project).where(chosen).order_by(ORDER, Project.published_at.desc(), Project.id.desc())
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


def public_after(last_id: int | None, limit: int, wanted: Wanted) -> Sequence[Project]:
    """Up to `limit` + 1 started projects, newest first, after the one numbered `last_id`."""
    query = select(Project).where(_chosen(wanted))
    return db.session.scalars(older(query, Project.id, last_id, limit + 1)).all()


def of_organisations_after(organisation_ids: Iterable[int], last_id: int | None, limit: int) -> Sequence[Project]:
    """Up to `limit` + 1 projects of these organisations in any state, newest first. For their own people."""
    query = select(Project).where(Project.organisation_id.in_(list(organisation_ids)))
    return db.session.scalars(older(query, Project.id, last_id, limit + 1)).all()


def of_organisation(organisation_id: int, *, page: int = 1, size: int = 50) -> tuple[Sequence[Project], int]:
    """One page of all its projects, whatever their state, the last changed first. For its own people."""
    chosen = and_(Project.organisation_id == organisation_id, Project.source == "")
    total = db.session.scalar(select(func.count()).select_from(Project).where(chosen)) or 0
    query = select(Project).where(chosen).order_by(Project.updated_at.desc(), Project.id.desc()).limit(size).offset((page - 1) * size)
    return db.session.scalars(query).all(), total


def public_ids() -> Sequence[int]:
    """Everything that lists show, for the search index."""
    return db.session.scalars(select(Project.id).where(Project.state.in_(sorted(PUBLIC)), Project.source == "")).all()


def manager_ids(project: Project) -> list[int]:
    """The people who decide for its organisation, as person ids."""
    return organisations.member_ids(project.organisation_id, (Role.OWNER, Role.MANAGER))


def answers_wanted(project: Project) -> int:
    """How many answers the tasks want in all, those taken out apart."""
    chosen = select(func.sum(Task.answers_wanted)).where(Task.project_id == project.id, Task.state != TaskState.WITHDRAWN)
    return int(db.session.scalar(chosen) or 0)


def budget(project: Project) -> Budget:
    """What the project costs in all and how much of it is held now. Two statements."""
    answers = answers_wanted(project)
    cost = rules.cost(project, answers)
    held = Money(holds.held(project.ref, project.currency) if project.is_paid else 0, project.currency)
    return Budget(cost, held, Money(max(0, cost.gross.minor - held.minor), project.currency), answers)


def images(project_id: int) -> dict[str, TaskImage]:
    """The project's images by file name."""
    return {image.name: image for image in db.session.scalars(select(TaskImage).where(TaskImage.project_id == project_id))}


def image_file(project: Project, name: str) -> Any:
    """The stored file of one image. Raises NotFound."""
    found = db.session.scalars(select(TaskImage).where(TaskImage.project_id == project.id, TaskImage.name == name)).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such image."))
    return files.get(found.file_id)


def read_items(project: Project, data: bytes) -> Reading[dict[str, str]]:
    """A CSV file as items of this project's form, with a remark for every row that cannot be used. Raises Invalid as `tables.read_csv`."""
    form = rules.read_form(project.form)
    required = [part.name for part in form.item if part.required]
    if not required:
        raise one_field("file", N_("The form names no column that every task needs."), code="form_missing")
    table = tables.read_csv(data, required, [part.name for part in form.item if not part.required])
    pictures = images(project.id) if form.images else {}
    reading = tables.read_records(table.rows, lambda cells: _item(form, cells, pictures), key=lambda item: item[ROW], field=required[0])
    for item in reading.records:
        del item[ROW]
    reading.rows += len(table.broken)
    reading.remarks = sorted([*reading.remarks, *table.broken], key=lambda remark: remark.row)
    return reading


ROW = "\x00row"
"""Under this name an item keeps its row's number while it is read: two rows that say the same are two tasks."""


def _item(form: rules.Form, cells: Cells, pictures: Mapping[str, TaskImage]) -> dict[str, str]:
    item = {ROW: str(cells.number)}
    for part in form.item:
        text = cells.text(part.name, most=rules.LONGEST_TEXT, required=part.required, lines=True)
        item[part.name] = clean_name(text) if part.look is rules.Look.IMAGE and text else text
        if gap := rules.part_gap(part, item[part.name], pictures):
            raise cells.refuse(part.name, "item_wrong", gap)
    return item


def has_open_tasks(project_id: int) -> bool:
    query = select(Task.id).where(Task.project_id == project_id, Task.state == TaskState.OPEN).limit(1)
    return db.session.scalar(query) is not None


def drafts_of(organisation_ids: Iterable[int]) -> Question:
    """Drafts of these organisations as the home page asks for them: detail, key, due."""
    query = select(Project.title.label("detail"), Project.slug.label("key"), NO_DUE)
    return query.where(Project.organisation_id.in_(list(organisation_ids)), Project.state == State.DRAFT, Project.source == "")


LINES_ORDER = (ORDER, Project.published_at.desc(), Project.id.desc())


def lines_of(organisation_id: int) -> Lines:
    """Projects that take answers, or will again, as the organisation's page asks for them; the fact is what an answer pays."""
    chosen = _chosen(Wanted(organisation_id=organisation_id, states=(State.RUNNING, State.PAUSED)))
    return lines(Project.title, Project.slug, words=Project.currency, number=Project.pay_minor).where(chosen)


def in_state(*states: State) -> Sequence[Project]:
    """All projects in one of the states, the oldest first: for what the clock does."""
    return db.session.scalars(select(Project).where(Project.state.in_(states)).order_by(Project.id)).all()
