"""The JSON door to a project's results: the same reads as the pages."""

from __future__ import annotations

from typing import Any

from hub.microtasks.quality import queries
from hub.microtasks.quality.schemas import ConsensusOut, ResultsIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor
from hub.web.paging import cursor, paged

api = ApiBlueprint("quality", __name__, prefix="", description="Many people's answers into one label per task.")


@api.get("/projects/<slug>/results")
@api.arguments(ResultsIn, location="query")
@api.response(200, ConsensusOut(many=True))
def results(asked: dict[str, Any], slug: str) -> Any:
    """One label per task of a project of yours, in the order of the tasks; those without an answer are left out.

    `method` decides as the header `Results-Method` tells; `auto` takes Dawid-Skene where it earns it.
    """
    project = queries.of_ours(actor(), slug)
    last_id, limit = cursor()
    found = queries.results(project, queries.field_of(project, asked["field"]), asked["method"])
    answer = paged(queries.consensus_after(found, last_id, limit + 1), ConsensusOut(), limit)
    answer.headers["Results-Method"] = found.choice.method.value
    return answer
