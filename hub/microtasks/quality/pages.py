"""The HTML door to a project's progress and results, and their exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext

from hub.microtasks.projects import queries as projects
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.rules import read_form
from hub.microtasks.quality import queries
from hub.microtasks.quality.queries import CHOSEN, Results
from hub.microtasks.quality.rules import Method
from hub.web import pagecache
from hub.web.exports import csv_file
from hub.web.handle import actor, public
from hub.web.paging import Page, page_number

pages = Blueprint("quality", __name__, template_folder="templates")

SIZE = 50


def show(template: str, **context: Any) -> str:
    return render_template(f"microtasks/quality/{template}.html", **context)


@pages.get("/tasks/<slug>/progress")
@public
@pagecache.for_visitors
def progress(slug: str) -> Any:
    project = projects.get_for(actor(), slug)
    return show("progress", p=project, progress=queries.progress(project), belongs=actor().belongs_to(project.organisation_id))


@pages.get("/tasks/<slug>/results")
def results(slug: str) -> Any:
    project, found = _found(slug)
    by_worker, number = request.args.get("show") == "workers", page_number()
    rows: list[Any]
    if by_worker:
        rows, total = queries.workers(found, page=number, size=SIZE)
    else:
        total = len(found.answers.items)
        rows = queries.consensus(found, found.order[(number - 1) * SIZE : number * SIZE])
    return show(
        "results", p=project, found=found, rows=rows, page=Page(number, SIZE, total), by_worker=by_worker, asked=queries.fields_of(project),
        form_=read_form(project.form), words=_words(found), is_label=found.field.ask in CHOSEN, Method=Method, most=queries.MOST_VARIANTS,
    )  # fmt: skip


def _found(slug: str) -> tuple[Project, Results]:
    project = queries.of_ours(actor(), slug)
    said = request.args.get("method", "")
    field = queries.field_of(project, request.args.get("field", ""))
    return project, queries.results(project, field, Method(said) if said in set(Method) and field.ask in CHOSEN else Method.AUTO)


def _words(found: Results) -> dict[str, str]:
    """What the labels are called on the form."""
    return {"yes": gettext("Yes"), "no": gettext("No")} if found.field.ask == "yes_no" else dict(found.field.options)


# Exports


@pages.get("/tasks/<slug>/results.csv")
def results_csv(slug: str) -> Any:
    """One line per task that has answers, in the order of the tasks."""
    project, found = _found(slug)
    return csv_file(f"{project.slug}-results.csv", _result_rows(found, [part.name for part in read_form(project.form).item]))


def _result_rows(found: Results, columns: list[str]) -> Iterator[list[list[Any]]]:
    methods = ["majority", "majority_confidence", "majority_tied", "dawid_skene", "dawid_skene_confidence"]
    yield [["task_id", "position", *(f"item.{name}" for name in columns), "question", "answers", "votes", *methods]]
    for portion in queries.all_consensus(found):
        yield [
            [
                row.task.id, row.task.position, *(row.task.data.get(name, "") for name in columns), found.field.name, row.answers,
                "; ".join(f"{value} × {count}" for value, count in row.votes),
                row.majority.label, f"{row.majority.confidence:.6f}", int(row.majority.tied),
                *((row.model.label, f"{row.model.confidence:.6f}") if row.model is not None else ("", "")),
            ]
            for row in portion
        ]  # fmt: skip


@pages.get("/tasks/<slug>/answers.csv")
def answers_csv(slug: str) -> Any:
    """Every answer that was given, the oldest first, and what became of it."""
    project = queries.of_ours(actor(), slug)
    form = read_form(project.form)
    names = [part.name for part in form.item], [field.name for field in form.answer]
    return csv_file(f"{project.slug}-answers.csv", _answer_rows(project.id, *names))


def _answer_rows(project_id: int, columns: list[str], asked: list[str]) -> Iterator[list[list[Any]]]:
    names = ["assignment_id", "task_id", "position", *(f"item.{name}" for name in columns), *(f"answer.{name}" for name in asked)]
    yield [[*names, "person", "state", "submitted_at", "seconds", "reason"]]
    for portion in queries.raw_answers(project_id):
        yield [
            [
                a.id, a.task_id, a.position, *(a.task.data.get(name, "") for name in columns),
                *(_written((a.answer or {}).get(name)) for name in asked),
                handle, a.state.value, a.submitted_at.isoformat() if a.submitted_at else "", a.seconds, a.reason,
            ]
            for a, handle in portion
        ]  # fmt: skip


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else value
