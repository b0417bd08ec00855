"""The JSON door to looks."""

from __future__ import annotations

from typing import Any

from hub.core.looks import queries
from hub.core.looks.schemas import LookOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor
from hub.web.paging import cursor, paged

api = ApiBlueprint("looks", __name__, prefix="/looks", description="Who read what one keeps from the public.")


@api.get("/<kind>/<int:number>")
@api.response(200, LookOut(many=True))
def looks(kind: str, number: int) -> Any:
    """Every look at one's own thing by others and every copy of its files, the latest first. `kind`: proposal, order, dispute."""
    thing = queries.thing_for(actor(), kind, number)
    last_id, limit = cursor()
    return paged(queries.after(f"{kind}:{number}", thing, last_id, limit), LookOut(), limit)
