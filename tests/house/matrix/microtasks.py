"""The doors of the microtasks, for people and for programs."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from hub.cli.demo.load import DATA
from hub.core.accounts import queries as people
from hub.core.files import operations as files
from hub.core.organisations import queries as organisations
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.microtasks.drafts.pages import purpose_of
from hub.microtasks.projects import operations, queries
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.schemas import Recipe, cook
from hub.microtasks.queue import operations as queue
from tests.factories import tasks
from tests.house.matrix.table import ADMIN, ANYONE, HOUSE, MANAGERS, NOT_YOURS, SIGNED, Row, get, patch, post, who

INSIDERS = HOUSE | ADMIN
"""Who may know of a project before it starts, and of the answers to it."""
BYSTANDERS = INSIDERS - MANAGERS
WORKER = who("newcomer")
"""Has a task in hand and an answer that waits."""
NEW = {
    "organisation": "{org}", "title": "Sort photos of boxes", "recipe": "image_classes", "question": "Is it closed?",
    "labels": "yes\nno", "redundancy": "2", "lease_minutes": "10", "auto_accept_days": "0", "pay": "0", "currency": "USD",
}  # fmt: skip
CHANGED = {name: value for name, value in NEW.items() if name != "organisation"}
REASON = {"reason": "The sentence is cut off in the middle."}
ANSWER = {"answer.label": "yes"}
CSV = {"table": (b"text,id\nThe box is open.,1\n", "tasks.csv")}
PNG = {"file": ((DATA / "coating_01.png").read_bytes(), "one.png")}

PROJECTS = [
    get("/tasks", ANYONE),
    *(get(f"/tasks/{{task_{state}}}", ANYONE) for state in ("running", "paused", "ended", "images")),
    get("/tasks/{task_draft}", INSIDERS, public=True),
    get("/tasks/{task_images}/images/{task_image}", ANYONE),
    get("/tasks/new", SIGNED),
    post("/tasks/new", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/tasks/{task_draft}/edit", MANAGERS, BYSTANDERS),
    post("/tasks/{task_draft}/edit", MANAGERS, BYSTANDERS, send=CHANGED),
    get("/tasks/{task_draft}/items", MANAGERS, BYSTANDERS),
    post("/tasks/{task_draft}/images", MANAGERS, BYSTANDERS, files=PNG),
    post("/tasks/{task_draft}/items", MANAGERS, BYSTANDERS, files=CSV),
    get("/tasks/{task_draft}/items/{task_file}", MANAGERS, BYSTANDERS),
    post("/tasks/{task_draft}/items/{task_file}", MANAGERS, BYSTANDERS),
    post("/tasks/{task_draft}/items/clear", MANAGERS, BYSTANDERS),
    get("/tasks/{task_ready}/launch", MANAGERS, BYSTANDERS),
    get("/tasks/{task_unfunded}/launch", MANAGERS, BYSTANDERS),
    post("/tasks/{task_unfunded}/fund", MANAGERS, BYSTANDERS),
    post("/tasks/{task_ready}/start", MANAGERS, BYSTANDERS),
    get("/tasks/{task_draft}/withdraw", MANAGERS, BYSTANDERS),
    post("/tasks/{task_draft}/withdraw", MANAGERS, BYSTANDERS),
    get("/tasks/{task_running}/end", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/tasks/{task_running}/end", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/tasks/{task_running}/pause", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/tasks/{task_paused}/resume", MANAGERS, rest=NOT_YOURS),
    get("/orgs/{org}/tasks", INSIDERS, rest=NOT_YOURS),
]

QUEUE = [
    get("/tasks/next", SIGNED),
    get("/tasks/next?project={task_running}", SIGNED),
    post("/tasks/next", SIGNED, send={"project": "{task_running}"}),
    post("/tasks/next", SIGNED - HOUSE, HOUSE, send={"project": "{task_paid}"}, about="nobody is paid by their own"),
    post("/assignments/{task_lease}/submit", WORKER, own=WORKER, send=ANSWER),
    post("/assignments/{task_lease}/skip", WORKER, own=WORKER),
    post("/assignments/{task_lease}/report", WORKER, own=WORKER, send=REASON),
    get("/my/tasks", SIGNED),
    get("/my/tasks/{task_answer}", WORKER, own=WORKER),
    get("/assignments/{task_answer}", INSIDERS | WORKER, own=WORKER, ok=frozenset({200, 302}), about="one's own is shown elsewhere"),
    get("/tasks/{task_paid}/answers", INSIDERS, rest=NOT_YOURS),
    post("/tasks/{task_paid}/answers/accept", MANAGERS, rest=NOT_YOURS),
    post("/assignments/{task_answer}/accept", MANAGERS, BYSTANDERS | WORKER),
    post("/assignments/{task_answer}/reject", MANAGERS, BYSTANDERS | WORKER, send=REASON),
    get("/tasks/{task_running}/reports", INSIDERS, rest=NOT_YOURS),
    post("/tasks/{task_running}/items/{task_item}/take-out", MANAGERS | ADMIN, rest=NOT_YOURS),
]

QUALITY = [
    get("/tasks/{task_paid}/progress", ANYONE),
    get("/tasks/{task_ended}/progress", ANYONE),
    get("/tasks/{task_draft}/progress", INSIDERS, public=True),
    get("/tasks/{task_paid}/results", INSIDERS, rest=NOT_YOURS),
    get("/tasks/{task_paid}/results?show=workers&method=majority", INSIDERS, rest=NOT_YOURS),
    get("/tasks/{task_paid}/results?field=why", INSIDERS, rest=NOT_YOURS),
    get("/tasks/{task_running}/results", INSIDERS, rest=NOT_YOURS, about="without an answer"),
    get("/tasks/{task_draft}/results", INSIDERS),
    get("/tasks/{task_paid}/results.csv", INSIDERS, rest=NOT_YOURS),
    get("/tasks/{task_paid}/answers.csv", INSIDERS, rest=NOT_YOURS),
    get("/api/v1/projects/{task_paid}/results", INSIDERS, rest=NOT_YOURS),
    get("/api/v1/projects/{task_paid}/results?method=majority", INSIDERS, rest=NOT_YOURS),
    get("/api/v1/projects/{task_draft}/results", INSIDERS),
]

API_NEW = {"organisation": "{org}", "title": "Sort photos of boxes"}
PROJECTS_API = [
    get("/api/v1/projects", ANYONE),
    get("/api/v1/projects?mine=1", SIGNED, public=True, asks=True),
    post("/api/v1/projects", MANAGERS, rest=NOT_YOURS, send=API_NEW),
    get("/api/v1/projects/{task_running}", ANYONE),
    get("/api/v1/projects/{task_draft}", INSIDERS, public=True),
    patch("/api/v1/projects/{task_draft}", MANAGERS, BYSTANDERS, send={"title": "Another title of it"}),
    post("/api/v1/projects/{task_draft}/images", MANAGERS, BYSTANDERS, files=PNG),
    post("/api/v1/projects/{task_draft}/tasks", MANAGERS, BYSTANDERS, send={"items": [{"text": "The box is open."}]}),
    post("/api/v1/projects/{task_unfunded}/fund", MANAGERS, BYSTANDERS, send={}, money=True),
    post("/api/v1/projects/{task_ready}/start", MANAGERS, BYSTANDERS),
    post("/api/v1/projects/{task_running}/pause", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/api/v1/projects/{task_paused}/resume", MANAGERS, rest=NOT_YOURS),
    post("/api/v1/projects/{task_running}/finish", MANAGERS | ADMIN, rest=NOT_YOURS, money=True),
    post("/api/v1/projects/{task_draft}/withdraw", MANAGERS, BYSTANDERS, money=True),
]

QUEUE_API = [
    post("/api/v1/tasks/next", SIGNED, send={}),
    post("/api/v1/tasks/next", SIGNED - HOUSE, HOUSE, send={"project": "{task_paid}"}, about="nobody is paid by their own"),
    get("/api/v1/assignments", SIGNED),
    get("/api/v1/assignments/{task_answer}", INSIDERS | WORKER, own=WORKER),
    post("/api/v1/assignments/{task_lease}/submit", WORKER, INSIDERS, own=WORKER, send={"answer": {"label": "yes"}}),
    post("/api/v1/assignments/{task_lease}/skip", WORKER, INSIDERS, own=WORKER),
    post("/api/v1/assignments/{task_lease}/report", WORKER, INSIDERS, own=WORKER, send=REASON),
    post("/api/v1/assignments/{task_answer}/accept", MANAGERS, BYSTANDERS | WORKER, money=True),
    post("/api/v1/assignments/{task_answer}/reject", MANAGERS, BYSTANDERS | WORKER, send=REASON),
    get("/api/v1/projects/{task_paid}/answers", INSIDERS, rest=NOT_YOURS),
]

ROWS: list[Row] = [*PROJECTS, *QUEUE, *QUALITY, *PROJECTS_API, *QUEUE_API]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None, email
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """What the world holds of it beyond the demo content, by the names that the rows use. Called inside a unit of work."""
    owner, worker, meridian = _actor("company@demo.example"), _actor("newcomer@demo.example"), organisations.by_slug("meridian-foods")
    made: dict[str, Any] = {
        "draft": tasks.project(meridian, owner, state="draft", tasks=0, title="Sentences that are not sorted yet"),
        "ready": tasks.project(meridian, owner, state="draft", title="Sentences ready to be sorted"),
        "unfunded": tasks.paid(meridian, owner, state="draft", title="Sentences that wait for their budget"),
        "running": tasks.project(meridian, owner, tasks=30, redundancy=9, title="Sentences being sorted"),
        "paused": tasks.project(meridian, owner, state="paused", title="Sentences at rest"),
        "paid": tasks.paid(meridian, owner, tasks=12, redundancy=9, title="Sentences for a small sum"),
        "images": _with_image(meridian, owner),
    }
    with clock.at(clock.now() - timedelta(days=30)):
        made["ended"] = tasks.project(meridian, owner, tasks=1, title="Sentences of last month")
        operations.end(actor=owner, project=made["ended"])
        queue.finish_projects()
    file = files.store(
        actor=owner, stream=io.BytesIO(b"text,id\nThe lid is loose.,7\n"), filename="more.csv", purpose=purpose_of(made["draft"])
    )
    lease = queue.claim(actor=worker, project=made["running"])
    answer = tasks.answer(worker, made["paid"])
    other = queue.claim(actor=_actor("expert@demo.example"), project=made["running"])
    assert lease is not None and other is not None
    queue.report(actor=_actor("expert@demo.example"), assignment=other, reason="Half of it is missing.")
    named = {f"task_{name}": project.slug for name, project in made.items()}
    return named | {
        "task_lease": str(lease.id), "task_answer": str(answer.id), "task_item": str(queries.tasks_of(made["running"].id, limit=1)[0].id),
        "task_file": str(file.id), "task_image": "coating.png",
    }  # fmt: skip


def _with_image(organisation: Any, owner: Actor) -> Project:
    form = cook(Recipe.IMAGE_CLASSES, "Is there a crack?", ["yes", "no"])
    project = tasks.project(organisation, owner, state="draft", tasks=0, form=form, title="Pictures of coatings to look at")
    image = (DATA / "coating_01.png").read_bytes()
    operations.add_images(actor=owner, project=project, stream=io.BytesIO(image), filename="coating.png")
    operations.add_tasks(actor=owner, project=project, items=[{"image": "coating.png", "id": "1"}])
    return operations.start(actor=owner, project=project)
