"""What the clock does to the queue: leases end, answers are accepted in time, projects that are done are settled."""

from __future__ import annotations

from collections.abc import Iterable

from hub.core.disputes.rules import Side
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished, Mode
from hub.db.delivery import every
from hub.db.journal import Fact
from hub.microtasks.projects import queries as projects
from hub.microtasks.projects.events import ProjectFinished
from hub.microtasks.queue import operations, queries

QUARTER_MINUTE, FEW_MINUTES = 15, 180


@every(QUARTER_MINUTE)
def keep_the_queue() -> None:
    operations.expire_overdue()
    operations.accept_due()


@every(QUARTER_MINUTE)
def settle_projects() -> None:
    operations.finish_projects()


@every(FEW_MINUTES)
def watch_the_pace() -> None:
    operations.note_pace()


# Reputation


def _finished(event: ProjectFinished, fact: Fact) -> Iterable[Finished]:
    """A paid project that is settled, and everybody of whom an answer was accepted: one deal for each, however many answers."""
    project = projects.by_id(event.project_id)
    if not project.is_paid:
        return
    requester = Side(organisation_id=project.organisation_id)
    for person_id in queries.paid_people(project.id):
        yield Finished(
            f"{project.ref}/person:{person_id}", Mode.MICROTASK, project.title, project.path, requester, Side(person_id=person_id), fact.at,
            subject=project.ref, many=True,
        )  # fmt: skip


reputation.finishes([ProjectFinished], _finished)
