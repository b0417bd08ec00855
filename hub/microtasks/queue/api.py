"""The JSON door to the queue: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from flask import Response

from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.microtasks.projects import queries as projects
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.policy import POLICY
from hub.microtasks.queue.schemas import AnswerIn, AnswerOut, AnswersIn, AssignmentOut, ClaimIn, PageIn, ReasonIn
from hub.microtasks.queue.states import Act, State
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("queue", __name__, prefix="", description="Tasks handed out under a lease, and their answers.")
ALL_ANSWERS = (State.SUBMITTED, State.ACCEPTED, State.REJECTED)


def _found(assignment_id: int) -> Assignment:
    return queries.get_for(actor(), assignment_id)


@api.post("/tasks/next")
@writes
@api.arguments(ClaimIn)
@api.response(200, AssignmentOut)
@api.alt_response(204, description="Nothing is left for you at the moment.")
def claim(sent: dict[str, Any]) -> Any:
    """Lease the next task, or the one that `task` names. Who holds one gets that one again; a person never gets the same task twice.

    Where the task asked for has no place for you, nothing is leased (204). While you hold another one of its project: 409, `other_in_hand`.
    """
    task = queries.task_for(actor(), sent["task"], sent["project"]) if sent["task"] is not None else None
    project = (
        projects.by_id(task.project_id) if task is not None else projects.get_for(actor(), sent["project"]) if sent["project"] else None
    )
    assignment = operations.claim(actor=actor(), project=project, task=task)
    return assignment if assignment is not None else Response(status=204)


@api.get("/assignments")
@api.arguments(PageIn, location="query")
@api.response(200, AssignmentOut(many=True))
def mine(asked: dict[str, Any]) -> Any:
    """Your own assignments, the newest first."""
    last_id, limit = cursor()
    return paged(queries.mine_after(actor().person_id or 0, last_id, limit), AssignmentOut(), limit)


@api.get("/assignments/<int:assignment_id>")
@api.response(200, AssignmentOut)
def one(assignment_id: int) -> Any:
    """One assignment: your own, or of a project of yours."""
    return _found(assignment_id)


@api.post("/assignments/<int:assignment_id>/submit")
@writes
@api.arguments(AnswerIn)
@api.response(200, AssignmentOut)
def submit(sent: dict[str, Any], assignment_id: int) -> Any:
    """Send the answer. A late one counts, too, while nobody else has the place (else 409, code `lease_over`)."""
    return operations.submit(actor=actor(), assignment=_found(assignment_id), **sent)


@api.post("/assignments/<int:assignment_id>/skip")
@writes
@api.response(200, AssignmentOut)
def skip(assignment_id: int) -> Any:
    """Pass the task on; you do not get it again."""
    return operations.skip(actor=actor(), assignment=_found(assignment_id))


@api.post("/assignments/<int:assignment_id>/report")
@writes
@api.arguments(ReasonIn)
@api.response(200, AssignmentOut)
def report(sent: dict[str, Any], assignment_id: int) -> Any:
    """Pass a broken task on and say what is wrong with it."""
    return operations.report(actor=actor(), assignment=_found(assignment_id), **sent)


@api.post("/assignments/<int:assignment_id>/accept")
@needs_scope("money")
@writes
@api.response(200, AnswerOut)
def accept(assignment_id: int) -> Any:
    """Accept an answer to your project; a paid one is paid, once. Takes an Idempotency-Key."""
    return operations.accept(actor=actor(), assignment=_found(assignment_id))


@api.post("/assignments/<int:assignment_id>/reject")
@writes
@api.arguments(ReasonIn)
@api.response(200, AnswerOut)
def reject(sent: dict[str, Any], assignment_id: int) -> Any:
    """Reject an answer to your project. The person reads the reason; the place is free again."""
    assignment = _found(assignment_id)
    POLICY.require(actor(), Act.REJECT, assignment)
    return operations.reject(actor=actor(), assignment=assignment, **sent)


@api.get("/projects/<slug>/answers")
@api.arguments(AnswersIn, location="query")
@api.response(200, AnswerOut(many=True))
def answers(asked: dict[str, Any], slug: str) -> Any:
    """The answers to a project of yours, the newest first."""
    project = projects.get_for(actor(), slug)
    if not (actor().belongs_to(project.organisation_id) or actor().is_admin):
        raise NotAllowed(N_("Only the project’s own people see every answer."))
    last_id, limit = cursor()
    states = (asked["state"],) if asked["state"] is not None else ALL_ANSWERS
    return paged(queries.answers_of(project, states=states, before=last_id, limit=limit + 1), AnswerOut(), limit)
