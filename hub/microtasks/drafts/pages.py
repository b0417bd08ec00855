"""From the draft of a task project to its start: what it says, its tasks and images, the money. Pages over the projects' operations."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.files import operations as files
from hub.core.files import queries as stored
from hub.core.files.pages import uploads
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.payments.gateway_bank_transfer import BANK_TRANSFER
from hub.kernel import tables
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotNow, one_field
from hub.kernel.tables import Remark, Weight
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.microtasks.projects import operations, queries, rules
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.pages import LANGUAGES, found, reward_words, to_page
from hub.microtasks.projects.schemas import NewProjectForm, ProjectForm, Recipe, cook, kind_of, uncook
from hub.microtasks.projects.states import Act, State
from hub.web.forms import current_form
from hub.web.handle import actor, check_version, parse, writes
from hub.web.todo import Waiting, waits

pages = Blueprint("drafts", __name__, template_folder="templates")

SHOWN_ROWS, SHOWN_REMARKS = 10, 300
CURRENCIES = ("USD", "EUR", "CNY", "GBP", "CHF", "JPY")


def show(template: str, **context: Any) -> str:
    return render_template(f"microtasks/drafts/{template}.html", **context)


# The draft


def _form_parts(project: Project | None) -> dict[str, Any]:
    recipe, question, labels = uncook(project.form) if project and project.form else (Recipe.IMAGE_CLASSES, "", [])
    example = cook(Recipe.TEXT_CLASSES, "Is this about packaging?", ["yes", "no"])
    return {
        "p": project, "recipe": recipe, "question": question, "labels": "\n".join(labels), "recipes": Recipe, "sectors": Sector,
        "languages": LANGUAGES, "currencies": CURRENCIES, "rules": rules, "fee_percent": f"{fees.rate(Mode.TASKS) / 100:g}",
        "own_form": json.dumps(project.form if project and recipe is Recipe.OWN else example, indent=2, ensure_ascii=False),
    }  # fmt: skip


@pages.get("/tasks/new")
def new() -> Any:
    places = organisations.of_person(actor().person_id or 0)
    return show("edit", managed=[(place.slug, place.name) for place, _ in places if actor().manages(place.id)], **_form_parts(None))


@pages.post("/tasks/new")
@writes(again=new)
def create() -> Any:
    content = parse(NewProjectForm())
    organisation = organisations.by_slug(content.pop("organisation"))
    fee_bp = fees.rate(Mode.TASKS)
    project = operations.draft(actor=actor(), organisation_id=organisation.id, fee_bp=fee_bp, **content)
    return to_page(project, "drafts.items", gettext("The draft is saved. Now add the tasks."))


@pages.get("/tasks/<slug>/edit")
def edit(slug: str) -> Any:
    project = found(slug, Act.EDIT)
    if project.state is not State.DRAFT and current_form().refusal is None:
        raise NotNow(N_("Only a draft can be changed; it is “%(state)s” now."), state=project.state.label)
    return show("edit", managed=[], **_form_parts(project))


@pages.post("/tasks/<slug>/edit")
@writes(again=edit)
def save(slug: str) -> Any:
    project = found(slug, Act.EDIT)
    check_version(project.version)
    operations.edit(actor=actor(), project=project, **parse(ProjectForm()))
    return to_page(project, "drafts.launch" if project.tasks_total else "drafts.items", gettext("The draft is saved."))


# Its tasks


@pages.get("/tasks/<slug>/items")
def items(slug: str) -> Any:
    project = found(slug, Act.EDIT)
    form = rules.read_form(project.form)
    return show(
        "items", p=project, form_=form, images=sorted(queries.images(project.id)) if form.images else [],
        tasks=queries.tasks_of(project.id, limit=SHOWN_ROWS), is_draft=project.state is State.DRAFT,
    )  # fmt: skip


@pages.post("/tasks/<slug>/images")
@writes(again=items)
def add_images(slug: str) -> Any:
    project = found(slug, Act.EDIT)
    sent = uploads()
    if not sent:
        raise one_field("file", N_("Choose a file."), code="file_missing")
    who = actor()
    kept = [
        image
        for file in sent
        for image in operations.add_images(actor=who, project=project, stream=io.BytesIO(file.stream.read()), filename=file.filename)
    ]
    return to_page(project, "drafts.items", ngettext("%(num)s image is in.", "%(num)s images are in.", len(kept)))


@pages.post("/tasks/<slug>/items")
@writes(again=items)
def send_items(slug: str) -> Any:
    """Read the file; only one that can be read is kept for the next step."""
    project = found(slug, Act.EDIT)
    sent = request.files.get("table")
    if sent is None or not sent.filename:
        raise one_field("table", N_("Choose a file."), code="file_missing")
    data = sent.stream.read(tables.MAX_BYTES + 1)
    queries.read_items(project, data)
    plain = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", " ", tables.decode(data)).encode()
    name = f"{sent.filename.rpartition('.')[0] or 'tasks'}.csv"
    kept = files.store(actor=actor(), stream=io.BytesIO(plain), filename=name, purpose=purpose_of(project))
    return redirect(url_for(".preview", slug=slug, file_id=kept.id))


def purpose_of(project: Project) -> str:
    """Marks a kept file as one of this project's."""
    return f"tasks-{project.id}"


def _kept(project: Project, file_id: int) -> tuple[tables.Reading[dict[str, str]], str]:
    """What a file sent a moment ago holds, and its name. Raises NotFound."""
    file = stored.get(file_id)
    if file.purpose != purpose_of(project):
        raise NotFound(N_("There is no such file."))
    return queries.read_items(project, stored.path_of(file).read_bytes()), file.filename


@pages.get("/tasks/<slug>/items/<int:file_id>")
def preview(slug: str, file_id: int) -> Any:
    project = found(slug, Act.EDIT)
    reading, filename = _kept(project, file_id)
    columns = rules.read_form(project.form).item

    def said(weight: Weight) -> list[list[Any]]:
        return [_remark(remark) for remark in reading.remarks if remark.weight is weight][:SHOWN_REMARKS]

    return show(
        "preview", p=project, reading=reading, filename=filename, file_id=file_id, columns=[part.title for part in columns],
        rows=[[item.get(part.name) or "–" for part in columns] for item in reading.records[:SHOWN_ROWS]],
        rejected=said(Weight.ERROR), mended=said(Weight.WARNING) + said(Weight.NOTE), left_out=len(reading.rejected),
        answers=len(reading.records) * project.redundancy, cost=rules.cost(project, len(reading.records) * project.redundancy),
    )  # fmt: skip


def _remark(remark: Remark) -> list[Any]:
    words = gettext(remark.message)
    return [remark.row, remark.field, remark.value or "–", words % remark.values if remark.values else words]


@pages.post("/tasks/<slug>/items/<int:file_id>")
@writes(again=preview)
def confirm(slug: str, file_id: int) -> Any:
    project = found(slug, Act.EDIT)
    reading, _ = _kept(project, file_id)
    operations.add_tasks(actor=actor(), project=project, items=reading.records)
    added = ngettext("%(num)s task is in.", "%(num)s tasks are in.", len(reading.records))
    return to_page(project, "drafts.launch", added)


@pages.post("/tasks/<slug>/items/clear")
@writes(again=items)
def clear(slug: str) -> Any:
    project = operations.clear_tasks(actor=actor(), project=found(slug))
    return to_page(project, "drafts.items", gettext("All tasks are removed."))


# Its start


@pages.get("/tasks/<slug>/launch")
def launch(slug: str) -> Any:
    """Check what it says and costs, pay the budget in, start."""
    project = found(slug, Act.FUND)
    asked = payments.open_funding(project.ref) if project.is_paid else None
    account = current_app.config["HUB"].bank_account
    return show(
        "launch", p=project, gaps=rules.gaps(project) if project.state is State.DRAFT else {}, budget=queries.budget(project),
        funding=asked, kind=gettext(kind_of(project.form)), reward=reward_words(project),
        balance=payments.spendable(project.organisation_id, project.currency) if project.is_paid else None,
        instructions=BANK_TRANSFER.instructions(amount=asked.due, reference=asked.reference, account=account) if asked else None,
    )  # fmt: skip


@pages.post("/tasks/<slug>/fund")
@writes(again=launch)
def fund(slug: str) -> Any:
    project = found(slug)
    if request.form.get("from") == "balance":
        operations.fund_from_balance(actor=actor(), project=project)
        return to_page(project, "drafts.launch", gettext("The budget is held."))
    operations.fund(actor=actor(), project=project)
    return to_page(project, "drafts.launch")


@pages.post("/tasks/<slug>/start")
@writes(again=launch)
def start(slug: str) -> Any:
    project = operations.start(actor=actor(), project=found(slug))
    return to_page(project, toast=gettext("Started. People can work on it now."))


@waits
def drafts(who: Actor) -> list[Waiting]:
    """Drafts that their managers have begun."""
    managed = [number for number in who.roles if who.manages(number)]
    if not managed:
        return []
    query = queries.drafts_of(managed)
    return [Waiting(query, N_("A task project to finish"), "/tasks/{}/launch", N_("Go on"), "microtask")]
