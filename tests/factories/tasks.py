"""Task projects at every stage, walked there by the real operations."""

from __future__ import annotations

from typing import Any

from hub.core.payments import operations as payments
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.microtasks.projects import operations, queries
from hub.microtasks.projects.models import Project
from hub.microtasks.queue import operations as queue
from hub.microtasks.queue.models import Assignment

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "item": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "id": {"type": "string", "format": "hidden"}},
            "required": ["text"],
        },
        "answer": {
            "type": "object",
            "properties": {"label": {"type": "string", "enum": ["yes", "no"]}, "why": {"type": "string", "maxLength": 2000}},
            "required": ["label"],
        },
    },
}
"""A text to be put into one of two classes, with a remark if one likes."""
YES = {"label": "yes"}


def content(**changes: Any) -> dict[str, Any]:
    """A complete draft's content, as `operations.edit` takes it."""
    return {
        "summary": "Decide for each sentence whether it speaks of a package.",
        "instructions": "Read the sentence. Choose yes if it speaks of a package.",
        "sector": Sector.DATA,
        "form": FORM,
        "redundancy": 2,
        **changes,
    }


def project(organisation: Any, author: Actor, *, tasks: int = 3, state: str = "running", fee_bp: int = 500, **changes: Any) -> Project:
    """A project of `organisation` (anything with an `id`) in `state` (draft, running, paused), funded if it pays. Uncommitted."""
    title = changes.pop("title", "Sentences about packages")
    made = operations.draft(actor=author, organisation_id=organisation.id, fee_bp=fee_bp, title=title, **content(**changes))
    if tasks:
        items = [{"text": f"Sentence number {n}", "id": f"s{n}"} for n in range(1, tasks + 1)]
        operations.add_tasks(actor=author, project=made, items=items)
    if state == "draft":
        return made
    fund(author, made)
    operations.start(actor=author, project=made)
    return operations.pause(actor=author, project=made) if state == "paused" else made


def fund(author: Actor, made: Project) -> None:
    """Pay the budget in and have it confirmed."""
    if queries.budget(made).missing:
        funding = operations.fund(actor=author, project=made)
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=funding.due)


def paid(organisation: Any, author: Actor, minor: int = 100, **changes: Any) -> Project:
    """A project that pays `minor` cents an answer and waits three days for a decision."""
    return project(organisation, author, pay=Money(minor, "USD"), **{"auto_accept_days": 3, **changes})


def answer(person: Actor, made: Project, said: dict[str, Any] | None = None) -> Assignment:
    """The next task of the project, answered by this person."""
    assignment = queue.claim(actor=person, project=made)
    assert assignment is not None, "nothing to do"
    return queue.submit(actor=person, assignment=assignment, answer=said or YES)
