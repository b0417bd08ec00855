"""After the fact: whom programs of the asking organisation hear of."""

from __future__ import annotations

from typing import Any

from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.microtasks.projects import queries
from hub.microtasks.projects.events import ProjectEnded, ProjectFinished, ProjectPaused, ProjectResumed, ProjectStarted

# What programs may hear of it


def _seen(event: Any) -> Seen:
    project = queries.by_id(event.project_id)
    return seen(organisations=[project.organisation_id], path=f"/api/v1/projects/{project.slug}")


webhooks.sends(
    {
        "project.started": ProjectStarted, "project.paused": ProjectPaused, "project.resumed": ProjectResumed,
        "project.ended": ProjectEnded, "project.finished": ProjectFinished,
    },
    _seen, data=("project_id",),
)  # fmt: skip
