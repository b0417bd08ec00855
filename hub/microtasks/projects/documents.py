"""What visitors can find of task projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.microtasks.projects import queries
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.schemas import kind_of
from hub.microtasks.projects.states import PUBLIC, State
from hub.search.index.operations import provides

TONES = {State.RUNNING: "good", State.PAUSED: "warn"}
RANKS = {State.RUNNING: 70, State.PAUSED: 40}
PAY = N_("%(pay)s an answer")


@provides("project", every=queries.public_ids)
def projects(ids: list[int]) -> Iterable[Document]:
    """The started ones among `ids`; the index takes out the others."""
    found = [project for project in queries.by_ids(ids).values() if project.state in PUBLIC and not project.source]
    owners = organisations.cards(project.organisation_id for project in found)
    return [_document(project, owners[project.organisation_id].name) for project in found]


def _document(project: Project, owner: str) -> Document:
    return Document(
        key=project.ref,
        kind="project",
        title=project.title,
        text="\n".join(part for part in (project.summary, project.instructions, owner) if part),
        url=project.path,
        version=project.version,
        sector=project.sector.value if project.sector else "",
        status=project.state.value,
        at=project.published_at,
        rank=RANKS.get(project.state, 5),
        facts=_facts(project, owner),
    )


def _facts(project: Project, owner: str) -> dict[str, Any]:
    reward: Any = [PAY, {"pay": str(project.pay)}] if project.is_paid else project.reward.label
    return {
        "summary": project.summary,
        "owner": owner,
        "badges": [[TONES.get(project.state, ""), project.state.label]],
        "words": [kind_of(project.form), reward],
        "lang": project.language,
    }
