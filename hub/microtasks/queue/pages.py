"""The HTML door to the queue: a task in hand, one's own answers, the project's decisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.accounts import queries as accounts
from hub.core.disputes import queries as disputes
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.words import N_
from hub.microtasks.projects import operations as project_operations
from hub.microtasks.projects import pages as project_pages
from hub.microtasks.projects import queries as projects
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.policy import manages_it
from hub.microtasks.projects.queries import NextStep
from hub.microtasks.projects.rules import Ask, Form, read_form
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.policy import POLICY, may_work
from hub.microtasks.queue.schemas import ReasonIn
from hub.microtasks.queue.states import Act, State, is_overdue
from hub.web import deeds
from hub.web.handle import actor, parse, writes
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("queue", __name__, template_folder="templates")

SIZE = 50
TONES = {State.ACCEPTED: "good", State.REJECTED: "bad", State.SUBMITTED: "info", State.EXPIRED: "warn"}
NOTHING_LEFT = N_("There is nothing left for you here at the moment. Thank you.")
CHOSEN = {"waiting": (State.SUBMITTED,), "accepted": (State.ACCEPTED,), "rejected": (State.REJECTED,)}


def show(template: str, **context: Any) -> str:
    return render_template(f"microtasks/queue/{template}.html", **context)


# Working


@pages.get("/tasks/next")
def next_task() -> Any:
    """The task in hand; without one, a button that hands one out."""
    who, slug = actor(), request.args.get("project", "")
    project = projects.get_for(who, slug) if slug else None
    held = queries.in_hand(who.person_id or 0, project.id if project else None)
    return _in_hand(held) if held is not None else show("empty", project=project)


def _in_hand(assignment: Assignment) -> str:
    project = assignment.project
    standing = queries.standing(assignment.person_id, project.id)
    return show(
        "task", a=assignment, p=project, form_=read_form(project.form), standing=standing, State=State, late=is_overdue(assignment),
        pace=project_pages.pace_words(project), reward=project_pages.reward_words(project),
    )  # fmt: skip


@pages.post("/tasks/next")
@writes(again=next_task)
def claim() -> Any:
    slug = request.form.get("project", "")
    project = projects.get_for(actor(), slug) if slug else None
    return _to_next(operations.claim(actor=actor(), project=project), project)


def _to_next(assignment: Assignment | None, project: Project | None) -> Response:
    answer: Any
    if assignment is None:
        flash(gettext(NOTHING_LEFT))
        answer = redirect(project.path if project else url_for("projects.index"))
    else:
        answer = redirect(url_for("queue.next_task", project=assignment.project.slug))
    return answer


def _go_on(project: Project) -> Response:
    """The next task of the same project, while it hands any out."""
    open_to_me = project.state is ProjectState.RUNNING and may_work(actor(), project)
    return _to_next(operations.claim(actor=actor(), project=project) if open_to_me else None, project)


def _own(assignment_id: int) -> Assignment:
    """Raises NotFound for what another has in hand, even to those who may read it."""
    assignment = queries.get_for(actor(), assignment_id)
    if assignment.person_id != actor().person_id:
        raise NotFound(N_("There is no such assignment."))
    return assignment


def _again(assignment_id: int) -> Any:
    return _in_hand(_own(assignment_id))


def said_by(form: Form) -> dict[str, Any]:
    """The answer that the page's inputs hold; empty ones are left out."""
    said: dict[str, Any] = {}
    for field in form.answer:
        given = request.form.getlist(f"answer.{field.name}")
        if field.ask is Ask.CHOICES:
            said[field.name] = given
        elif given and given[0].strip():
            said[field.name] = given[0]
    return said


@pages.post("/assignments/<int:assignment_id>/submit")
@writes(again=_again)
def submit(assignment_id: int) -> Any:
    assignment = _own(assignment_id)
    operations.submit(actor=actor(), assignment=assignment, answer=said_by(read_form(assignment.project.form)))
    return _go_on(assignment.project)


@pages.post("/assignments/<int:assignment_id>/skip")
@writes(again=_again)
def skip(assignment_id: int) -> Any:
    return _go_on(operations.skip(actor=actor(), assignment=_own(assignment_id)).project)


@pages.post("/assignments/<int:assignment_id>/report")
@writes(again=_again)
def report(assignment_id: int) -> Any:
    assignment = _own(assignment_id)
    operations.report(actor=actor(), assignment=assignment, **parse(ReasonIn()))
    flash(gettext("Thank you: the project’s people read what you wrote."))
    return _go_on(assignment.project)


@projects.advise_with
def work_here(who: Actor, project: Project) -> Iterable[NextStep]:
    """What a reader of the project's page can do next."""
    href = "/tasks/next"
    if who.signed_in and queries.in_hand(who.person_id or 0, project.id) is not None:
        return [NextStep(f"{href}?project={project.slug}", N_("Go on with your task"))]
    if project.state is not ProjectState.RUNNING:
        return []
    if not who.signed_in:
        return [NextStep(f"/login?next={project.path}", N_("Sign in to start"))]
    if may_work(who, project):
        return [NextStep(href, N_("Start"), post=True, fields={"project": project.slug})]
    if who.belongs_to(project.organisation_id):
        return [NextStep(f"{project.path}/answers", N_("See the answers"), note=operations.OWN_PROJECT, kind="")]
    return [NextStep("/settings", N_("Confirm your e-mail address"), note=N_("Paid tasks take a confirmed address."))]


# One's own


@pages.get("/my/tasks")
def mine() -> Any:
    number, person_id = page_number(), actor().person_id or 0
    found, total = queries.of_person(person_id, page=number, size=SIZE)
    return show(
        "mine", rows=[(a, read_form(a.project.form)) for a in found], page=Page(number, SIZE, total), standing=queries.standing(person_id),
        earned=queries.earned(person_id), tones=TONES, State=State,
    )  # fmt: skip


@pages.get("/my/tasks/<int:assignment_id>")
def my_answer(assignment_id: int) -> Any:
    assignment = _own(assignment_id)
    if assignment.state is State.LEASED:
        return redirect(url_for("queue.next_task", project=assignment.project.slug))
    return show(
        "answer", a=assignment, p=assignment.project, form_=read_form(assignment.project.form), tones=TONES, decides=False, by=None,
        way=disputes.way_for(actor(), assignment.ref),
    )  # fmt: skip


# The project's people


def _of_project(slug: str) -> Project:
    """Raises NotFound, NotAllowed."""
    project = projects.get_for(actor(), slug)
    if not (actor().belongs_to(project.organisation_id) or actor().is_admin):
        raise NotAllowed(N_("Only the project’s own people see every answer."))
    return project


@pages.get("/tasks/<slug>/answers")
def answers(slug: str) -> Any:
    project, chosen = _of_project(slug), request.args.get("show", "waiting")
    chosen = chosen if chosen in CHOSEN else "waiting"
    before = request.args.get("before", "")
    asked = int(before) if before.isdecimal() and len(before) < 16 else None
    found = queries.answers_of(project, states=CHOSEN[chosen], before=asked, limit=SIZE + 1)
    people = accounts.cards(a.person_id for a in found)
    return show(
        "answers", p=project, rows=found[:SIZE], older=found[SIZE - 1].id if len(found) > SIZE else None, chosen=chosen, people=people,
        form_=read_form(project.form), waiting=queries.waiting_answers([project.id]).get(project.id, 0), tones=TONES,
        decides=manages_it(actor(), project),
    )  # fmt: skip


@pages.post("/tasks/<slug>/answers/accept")
@writes(again=answers)
def accept_waiting(slug: str) -> Any:
    count = operations.accept_waiting(actor=actor(), project=_of_project(slug))
    flash(ngettext("%(num)s answer is accepted.", "%(num)s answers are accepted.", count))
    return redirect(url_for("queue.answers", slug=slug))


@pages.get("/assignments/<int:assignment_id>")
def one_answer(assignment_id: int) -> Any:
    assignment = queries.get_for(actor(), assignment_id)
    if assignment.person_id == actor().person_id:
        return redirect(url_for("queue.my_answer", assignment_id=assignment_id))
    return show(
        "answer", a=assignment, p=assignment.project, form_=read_form(assignment.project.form), tones=TONES,
        decides=POLICY.can(actor(), Act.REJECT, assignment), by=accounts.card(assignment.person_id),
        way=disputes.way_for(actor(), assignment.ref),
    )  # fmt: skip


def _decided(assignment: Assignment, said: str) -> Response:
    flash(said)
    answer: Any = redirect(url_for("queue.answers", slug=assignment.project.slug))
    return answer


@pages.post("/assignments/<int:assignment_id>/accept")
@writes(again=one_answer)
def accept(assignment_id: int) -> Any:
    done = operations.accept(actor=actor(), assignment=queries.get_for(actor(), assignment_id))
    return _decided(done, gettext("Accepted."))


@pages.post("/assignments/<int:assignment_id>/reject")
@writes(again=one_answer)
def reject(assignment_id: int) -> Any:
    assignment = queries.get_for(actor(), assignment_id)
    POLICY.require(actor(), Act.REJECT, assignment)
    done = operations.reject(actor=actor(), assignment=assignment, **parse(ReasonIn()))
    return _decided(done, gettext("Rejected. The person has been told why; the task goes to somebody else."))


@pages.get("/tasks/<slug>/reports")
def reports(slug: str) -> Any:
    project = _of_project(slug)
    return show(
        "reports", p=project, rows=queries.reported(project.id), form_=read_form(project.form), decides=manages_it(actor(), project)
    )


@pages.post("/tasks/<slug>/items/<int:task_id>/take-out")
@writes(again=lambda slug, task_id: reports(slug))
def take_out(slug: str, task_id: int) -> Any:
    project, task = _of_project(slug), projects.task(task_id)
    if task.project_id != project.id:
        raise NotFound(N_("There is no such task."))
    project_operations.take_out(actor=actor(), task=task)
    flash(gettext("Taken out: nobody is given it any more."))
    return redirect(url_for("queue.reports", slug=slug))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """What one has in hand, and answers that wait for the managers' decision."""
    questions = []
    if who.person_id is not None:
        held = queries.held_by(who.person_id)
        questions.append(Waiting(held, N_("A task in your hands"), "/tasks/next?project={}", N_("Answer"), "microtask"))
    managed = [number for number in who.roles if who.manages(number)]
    if managed:
        undecided = queries.undecided_in(managed)
        questions.append(Waiting(undecided, N_("Answers that wait for your decision"), "/tasks/{}/answers", N_("Decide"), "microtask"))
    return questions


deeds.tells(40, deeds.Told("answers_accepted", N_("Task answers judged good"), "microtask", person=queries.accepted_of))
