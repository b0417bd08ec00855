"""The JSON door to task projects: the same operations as the pages."""

from __future__ import annotations

import io
from typing import Any

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.files.pages import uploads
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotSignedIn, one_field
from hub.kernel.words import N_
from hub.microtasks.projects import operations, queries
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.policy import POLICY
from hub.microtasks.projects.queries import Wanted
from hub.microtasks.projects.schemas import (
    FundIn,
    ImageOut,
    ListIn,
    NewProjectIn,
    ProjectChangeIn,
    ProjectOut,
    TaskFundingOut,
    TasksIn,
    TasksOut,
)
from hub.microtasks.projects.states import PUBLIC, Act
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("projects", __name__, prefix="/projects", description="Task projects, from the draft to the end.")


def _told(project: Project, status: int = 200) -> Any:
    (shown,) = queries.shown([project])
    return tagged(ProjectOut().dump(shown), project.version, status)


def _found(slug: str) -> Project:
    return queries.get_for(actor(), slug)


@api.get("")
@public
@api.arguments(ListIn, location="query")
@api.response(200, ProjectOut(many=True))
def index(asked: dict[str, Any]) -> Any:
    """Those that have started, or with `mine` those of your organisations in every state; the newest first."""
    last_id, limit = cursor()
    owner = organisations.by_slug(asked["organisation"]) if asked["organisation"] else None
    if asked["mine"]:
        if not actor().signed_in:
            raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
        numbers = [number for number in actor().roles if owner is None or number == owner.id]
        return paged(queries.shown(queries.of_organisations_after(numbers, last_id, limit)), ProjectOut(), limit)
    wanted = Wanted(
        reward=asked["reward"], language=asked["language"], sector=asked["sector"], organisation_id=owner and owner.id, states=tuple(PUBLIC)
    )
    return paged(queries.shown(queries.public_after(last_id, limit, wanted)), ProjectOut(), limit)


@api.post("")
@writes
@api.arguments(NewProjectIn)
@api.response(201, ProjectOut)
def draft(sent: dict[str, Any]) -> Any:
    """Begin a draft for an organisation that you manage."""
    organisation = organisations.by_slug(sent.pop("organisation"))
    fee_bp = fees.rate(Mode.TASKS)
    return _told(operations.draft(actor=actor(), organisation_id=organisation.id, fee_bp=fee_bp, **sent), 201)


@api.get("/<slug>")
@public
@api.response(200, ProjectOut)
def show(slug: str) -> Any:
    """One project with its form, the JSON schema by which answers are checked, and the ETag that an edit sends back."""
    return _told(_found(slug))


@api.patch("/<slug>")
@writes
@api.arguments(ProjectChangeIn)
@api.response(200, ProjectOut)
def change(sent: dict[str, Any], slug: str) -> Any:
    """Change a draft; what is left out stays. Takes If-Match."""
    project = _found(slug)
    POLICY.require(actor(), Act.EDIT, project)
    check_version(project.version)
    return _told(operations.edit(actor=actor(), project=project, **sent))


@api.post("/<slug>/images")
@writes
@api.response(201, ImageOut(many=True))
def add_images(slug: str) -> Any:
    """Send images (multipart, field `file`, repeated; or one zip): tasks name them by their file names."""
    project, who = _found(slug), actor()
    POLICY.require(who, Act.EDIT, project)
    sent = uploads()
    if not sent:
        raise one_field("file", N_("Choose a file."), code="file_missing")
    return [
        image
        for file in sent
        for image in operations.add_images(actor=who, project=project, stream=io.BytesIO(file.stream.read()), filename=file.filename)
    ]


@api.post("/<slug>/tasks")
@writes
@api.arguments(TasksIn)
@api.response(201, TasksOut)
def add_tasks(sent: dict[str, Any], slug: str) -> Any:
    """Append tasks to a draft, at most 5,000 at a time. All are taken, or none."""
    return {"tasks_total": operations.add_tasks(actor=actor(), project=_found(slug), **sent)}


@api.post("/<slug>/fund")
@needs_scope("money")
@writes
@api.arguments(FundIn)
@api.response(201, TaskFundingOut)
def fund(sent: dict[str, Any], slug: str) -> Any:
    """Pay the missing part of the budget in, by transfer or from the balance. Takes an Idempotency-Key."""
    operate = operations.fund_from_balance if sent["from_balance"] else operations.fund
    return operate(actor=actor(), project=_found(slug))


@api.post("/<slug>/start")
@writes
@api.response(200, ProjectOut)
def start(slug: str) -> Any:
    """Start a complete draft whose whole budget is held."""
    return _told(operations.start(actor=actor(), project=_found(slug)))


@api.post("/<slug>/pause")
@writes
@api.response(200, ProjectOut)
def pause(slug: str) -> Any:
    """Hand out nothing more for now."""
    return _told(operations.pause(actor=actor(), project=_found(slug)))


@api.post("/<slug>/resume")
@writes
@api.response(200, ProjectOut)
def resume(slug: str) -> Any:
    """Hand out tasks again."""
    return _told(operations.resume(actor=actor(), project=_found(slug)))


@api.post("/<slug>/finish")
@needs_scope("money")
@writes
@api.response(200, ProjectOut)
def finish(slug: str) -> Any:
    """End it for good: what is out comes to its end, then the rest of the budget goes back. Takes an Idempotency-Key."""
    return _told(operations.end(actor=actor(), project=_found(slug)))


@api.post("/<slug>/withdraw")
@needs_scope("money")
@writes
@api.response(200, ProjectOut)
def withdraw(slug: str) -> Any:
    """Discard a draft; what is held for it goes back to the balance."""
    return _told(operations.withdraw(actor=actor(), project=_found(slug)))
