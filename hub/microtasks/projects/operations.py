"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO, cast

from sqlalchemy import delete, insert, select, update

from hub.core.files import operations as files
from hub.core.files import rules as file_rules
from hub.core.holds import queries as holds
from hub.core.payments import operations as payments
from hub.core.payments import queries as ledger
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.slugs import slugify
from hub.kernel.words import N_
from hub.microtasks.projects import queries, rules
from hub.microtasks.projects.events import (
    ProjectDrafted,
    ProjectEdited,
    ProjectEnded,
    ProjectFinished,
    ProjectPaused,
    ProjectResumed,
    ProjectStarted,
    ProjectWithdrawn,
    TasksAdded,
    TasksCleared,
    TaskTakenOut,
)
from hub.microtasks.projects.models import Project, Task, TaskImage
from hub.microtasks.projects.policy import POLICY
from hub.microtasks.projects.states import LIFE, NOT_HELD, OPEN, TASK_LIFE, Act, State, TaskAct, TaskState
from hub.search.index import operations as index

RESERVED_SLUGS = frozenset({"new", "next", "mine", "results", "answers"})
FIELDS = ("title", "summary", "instructions", "language", "sector", "form", "redundancy", "lease_minutes", "auto_accept_days")
CHUNK = 1_000
IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def draft(*, actor: Actor, organisation_id: int, title: str, fee_bp: int, source: str = "", **content: Any) -> Project:
    """Begin a task project. `content` as in `edit`; `fee_bp` is the site's fee on paid answers.

    Raises NotAllowed for an organisation that the actor does not manage or before the e-mail address is verified, Invalid.
    """
    now = clock.now()
    project = Project(
        organisation_id=organisation_id, author_id=actor.person_id, title=title, slug=_free_slug(title), fee_bp=fee_bp, form={},
        redundancy=3, lease_minutes=15, pay_minor=0, currency="USD", auto_accept_days=0, tasks_total=0, source=source,
        summary="", instructions="", language="en", state=LIFE.initial, created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, project)
    require_verified(actor)
    _write(project, content)
    db.session.add(project)
    db.session.flush()
    _record(ProjectDrafted(project_id=project.id), actor, project)
    return project


def edit(*, actor: Actor, project: Project, **content: Any) -> Project:
    """Change a draft; what is not named stays.

    title, summary, instructions (Markdown): str; language "en" or "zh"; sector: Sector or None; form: a schema as `rules.read_form`
    takes it; redundancy, lease_minutes, auto_accept_days: int; pay: Money for one accepted answer (what the person gets).
    Raises NotAllowed, NotNow unless it is a draft, Invalid naming the field.
    """
    POLICY.require(actor, Act.EDIT, project)
    _require_draft(project)
    if changed := _write(project, content):
        project.updated_at = clock.now()
        db.session.flush()
        _record(ProjectEdited(project_id=project.id, fields=",".join(changed)), actor, project)
    return project


def _require_draft(project: Project) -> None:
    if project.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed; it is “%(state)s” now."), state=project.state.label)


def _write(project: Project, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    _check_numbers(content)
    given = {name: value for name, value in content.items() if name in FIELDS}
    if "form" in given and given["form"] != project.form:
        rules.read_form(given["form"])
        if project.tasks_total:
            raise one_field("form", N_("The tasks were read by the present form. Remove them before you change it."), code="form_in_use")
    changed = [name for name, value in given.items() if getattr(project, name) != value]
    for name in changed:
        setattr(project, name, given[name])
    pay: Money | None = content.get("pay")
    if pay is not None and pay != project.pay:
        _set_pay(project, pay)
        changed.append("pay")
    if "redundancy" in changed and project.tasks_total:
        db.session.execute(update(Task).where(Task.project_id == project.id).values(answers_wanted=project.redundancy))
    return changed


def _check_numbers(content: Mapping[str, Any]) -> None:
    ranges = {
        "redundancy": (1, rules.MOST_REDUNDANCY),
        "lease_minutes": (rules.LEAST_LEASE, rules.MOST_LEASE),
        "auto_accept_days": (0, rules.MOST_ACCEPT_DAYS),
    }
    for name, (least, most) in ranges.items():
        if name in content and not least <= content[name] <= most:
            raise one_field(name, N_("Take a number from %(least)s to %(most)s."), code="out_of_range", least=least, most=most)


def _set_pay(project: Project, pay: Money) -> None:
    if not 0 <= pay.minor <= rules.MOST_PAY_MINOR:
        raise one_field("pay", N_("The amount is too large."), code="amount_too_large")
    if project.id and pay.currency != project.currency and holds.held(project.ref, project.currency):
        told = N_("Money is held in the present currency already. Discard the draft to get it back.")
        raise one_field("currency", told, code="budget_held")
    project.pay_minor, project.currency = pay.minor, pay.currency


def _free_slug(title: str) -> str:
    wanted = slugify(title, fallback="project")
    taken = set(db.session.scalars(select(Project.slug).where(Project.slug.startswith(wanted, autoescape=True)))) | RESERVED_SLUGS
    return next(slug for slug in [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)


def add_images(*, actor: Actor, project: Project, stream: BinaryIO, filename: str) -> list[TaskImage]:
    """Keep an image that tasks may name, or all images of a zip; one of the same name is replaced.

    Raises NotAllowed, NotNow, Invalid about "file" (not_an_image, too_many_images, and what `files.operations.store` raises).
    """
    POLICY.require(actor, Act.EDIT, project)
    _require_draft(project)
    present = queries.images(project.id)
    if not filename.lower().endswith(".zip"):
        return [_add_image(actor, project, present, stream, filename)]
    packed = BytesIO(stream.read())
    names = sorted(name for name in file_rules.check_archive(packed, packed_files=True) if not name.endswith("/"))
    try:
        with zipfile.ZipFile(packed) as archive:
            return [_add_unpacked(actor, project, present, archive, name) for name in names if "__MACOSX" not in name]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise one_field("file", file_rules.BROKEN, code="archive_unsafe") from error


def _add_unpacked(actor: Actor, project: Project, present: dict[str, TaskImage], archive: zipfile.ZipFile, name: str) -> TaskImage:
    """Read piece by piece: an image that is too large is given up at the limit."""
    with archive.open(name) as stream:
        return _add_image(actor, project, present, cast(BinaryIO, stream), name)


def _add_image(actor: Actor, project: Project, present: dict[str, TaskImage], stream: BinaryIO, filename: str) -> TaskImage:
    file = files.store(actor=actor, stream=stream, filename=filename, purpose="task")
    if file.media_type not in IMAGE_TYPES:
        raise one_field("file", N_("“%(file)s” is no image. Send PNG, JPEG, GIF or WebP."), code="not_an_image", file=file.filename)
    image = present.get(file.filename) or TaskImage(project_id=project.id, name=file.filename)
    if image.id is None and len(present) >= rules.MOST_IMAGES:
        raise one_field("file", N_("A project takes at most %(most)s images."), code="too_many_images", most=rules.MOST_IMAGES)
    image.file_id = file.id
    db.session.add(image)
    db.session.flush()
    present[image.name] = image
    return image


def add_tasks(*, actor: Actor, project: Project, items: Sequence[Mapping[str, str]]) -> int:
    """Append tasks to a draft, one per item; returns how many there are now.

    Raises NotAllowed, NotNow, Invalid (code form_missing; too_many_tasks; item_wrong naming the first items that do not fit the form).
    """
    POLICY.require(actor, Act.EDIT, project)
    project = queries.locked(project.id)
    _require_draft(project)
    form = rules.read_form(project.form)
    if not form.item:
        raise one_field("tasks", N_("Say what is shown and asked before you add tasks."), code="form_missing")
    if project.tasks_total + len(items) > rules.MOST_TASKS:
        raise one_field("tasks", N_("A project takes at most %(most)s tasks."), code="too_many_tasks", most=rules.MOST_TASKS)
    pictures = queries.images(project.id) if form.images else {}
    wrong = {f"tasks.{n}": gap for n, item in enumerate(items) if (gap := rules.item_gap(form, item, pictures))}
    if wrong:
        first = dict(list(wrong.items())[:50])
        raise Invalid(N_("%(n)s of the tasks do not fit the form."), code="item_wrong", fields=first, n=len(wrong))
    rows = [
        {
            "project_id": project.id, "position": project.tasks_total + n, "data": rules.item_of(form, item),
            "answers_wanted": project.redundancy, "taken": 0, "accepted": 0, "reports": 0, "state": TASK_LIFE.initial,
        }
        for n, item in enumerate(items, start=1)
    ]  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Task), rows[start : start + CHUNK])
    project.tasks_total += len(rows)
    project.updated_at = clock.now()
    _record(TasksAdded(project_id=project.id, tasks=len(rows)), actor, project)
    return project.tasks_total


def clear_tasks(*, actor: Actor, project: Project) -> Project:
    """Remove all tasks of a draft, to read another file. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.EDIT, project)
    project = queries.locked(project.id)
    _require_draft(project)
    event = TasksCleared(project_id=project.id, tasks=project.tasks_total)
    db.session.execute(delete(Task).where(Task.project_id == project.id))
    project.tasks_total, project.updated_at = 0, clock.now()
    _record(event, actor, project)
    return project


def fund(*, actor: Actor, project: Project) -> Any:
    """Ask for what is missing of the budget by bank transfer; the funding's `reference` goes onto it. Raises NotAllowed, NotNow, Invalid.

    An open request for another amount, from before a change of the draft, is cancelled first; what came by it stays held.
    """
    missing = _missing(actor, project)
    asked = ledger.open_funding(project.ref)
    if asked is not None and asked.due == missing:
        return asked
    if asked is not None:
        payments.cancel_funding(actor=actor, funding=asked)
    return payments.request_funding(
        actor=actor, organisation_id=project.organisation_id, subject=project.ref, amount=missing, label=project.title
    )


def fund_from_balance(*, actor: Actor, project: Project) -> Any:
    """Set what is missing of the budget aside from the organisation's balance. Raises NotAllowed, NotNow, Invalid (over_balance)."""
    missing = _missing(actor, project)
    asked = ledger.open_funding(project.ref)
    if asked is not None:
        payments.cancel_funding(actor=actor, funding=asked)
    return payments.fund_from_balance(
        actor=actor, organisation_id=project.organisation_id, subject=project.ref, amount=missing, label=project.title,
        key=f"{project.ref}:balance:{project.version}:{missing.minor}",
    )  # fmt: skip


def _missing(actor: Actor, project: Project) -> Money:
    POLICY.require(actor, Act.FUND, project)
    project = queries.locked(project.id)
    _require_draft(project)
    _require_complete(project)
    missing = queries.budget(project).missing
    if not missing:
        raise NotNow(N_("The whole budget is held already."), code="already_held")
    return missing


def _require_complete(project: Project) -> None:
    if gaps := rules.gaps(project):
        raise Invalid(N_("Some parts of the draft are missing."), code="incomplete", fields=gaps)


def start(*, actor: Actor, project: Project) -> Project:
    """Open it for work: complete, and its whole budget held. Raises NotAllowed, NotNow (code budget_not_held), Invalid (incomplete)."""
    POLICY.require(actor, Act.START, project)
    require_verified(actor)
    project = queries.locked(project.id)
    if project.state is State.DRAFT:
        _require_complete(project)
        if queries.budget(project).missing:
            raise NotNow(NOT_HELD, code="budget_not_held")
    return _move(actor, project, Act.START, ProjectStarted(project_id=project.id), published_at=clock.now())


def pause(*, actor: Actor, project: Project) -> Project:
    """Hand out nothing more for now; who holds a task may still answer it. Raises NotAllowed, NotNow."""
    return _move(actor, queries.locked(project.id), Act.PAUSE, ProjectPaused(project_id=project.id))


def resume(*, actor: Actor, project: Project) -> Project:
    """Hand out tasks again. Raises NotAllowed, NotNow."""
    return _move(actor, queries.locked(project.id), Act.RESUME, ProjectResumed(project_id=project.id))


def end(*, actor: Actor, project: Project) -> Project:
    """Hand out nothing more, for good. Tasks that still want answers are taken out; leases and answers that are out come to their end
    (the queue settles the project then). Raises NotAllowed, NotNow."""
    project = queries.locked(project.id)
    early = project.state in OPEN and queries.has_open_tasks(project.id)
    _move(actor, project, Act.END, ProjectEnded(project_id=project.id, early=early))
    left = update(Task).where(Task.project_id == project.id, Task.state == TaskState.OPEN).values(state=TaskState.WITHDRAWN)
    db.session.execute(left.execution_options(synchronize_session="fetch"))
    return project


def settle(*, actor: Actor, project: Project) -> Project:
    """Everything is decided on: what is left of the budget goes back. By the system, for the queue. Raises NotAllowed, NotNow."""
    done = ProjectFinished(project_id=project.id)
    project = _move(actor, queries.locked(project.id), Act.SETTLE, done, finished_at=clock.now())
    if project.is_paid:
        payments.refund(actor=SYSTEM, subject=project.ref, key=f"{project.ref}:rest")
    return project


def withdraw(*, actor: Actor, project: Project) -> Project:
    """Discard a draft; what is held for it goes back to the organisation's balance. Raises NotAllowed, NotNow."""
    project = _move(actor, queries.locked(project.id), Act.WITHDRAW, ProjectWithdrawn(project_id=project.id))
    payments.refund(actor=actor, subject=project.ref, key=f"{project.ref}:withdrawn")
    return project


def take_out(*, actor: Actor, task: Task) -> Task:
    """Hand one task out no more; its answers stay. Raises NotAllowed, NotNow (done, or taken out already)."""
    project = queries.by_id(task.project_id)
    POLICY.require(actor, Act.END, project)
    db.session.refresh(task, with_for_update={"key_share": True})
    TASK_LIFE.fire(task, TaskAct.TAKE_OUT)
    db.session.flush()
    event = TaskTakenOut(project_id=project.id, task_id=task.id)
    journal.record(event, actor=actor, subject=f"task:{task.id}", scope=project.ref)
    return task


def complete(*, task: Task) -> Task:
    """All answers of the task are accepted: the queue says so, with the row locked. Raises NotNow."""
    TASK_LIFE.fire(task, TaskAct.COMPLETE)
    return task


def note_pace(*, project_id: int, median_seconds: int | None) -> None:
    """Keep the observed working time that visitors read; no version grows by it."""
    quiet = update(Project).where(Project.id == project_id).values(median_seconds=median_seconds)
    db.session.execute(quiet.execution_options(synchronize_session=False))


def _move(actor: Actor, project: Project, act: Act, event: object, **stamps: Any) -> Project:
    POLICY.require(actor, act, project)
    LIFE.fire(project, act)
    for name, moment in {"updated_at": clock.now(), **stamps}.items():
        setattr(project, name, moment)
    _record(event, actor, project)
    index.mark([project.ref])
    return project


def _record(event: object, actor: Actor, project: Project) -> None:
    journal.record(event, actor=actor, subject=project.ref)
