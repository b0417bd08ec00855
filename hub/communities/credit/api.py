"""The JSON door to credit."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from hub.communities.credit import operations, queries
from hub.communities.credit.schemas import CreditedOut, CreditIn, CreditItemOut
from hub.communities.spaces import queries as spaces
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, writes

api = ApiBlueprint("credit", __name__, prefix="/spaces/<slug>", description="Who did what in a community.")


@api.get("/credits")
@public
@api.response(200, CreditedOut(many=True))
def listed(slug: str) -> Any:
    """Everybody with a part in it: what stands of their text, and what else was recorded."""
    return jsonify(items=CreditedOut(many=True).dump(queries.list_of(spaces.get_for(actor(), slug))), next=None)


@api.post("/credits")
@writes
@api.arguments(CreditIn)
@api.response(201, CreditItemOut)
def give(data: dict[str, Any], slug: str) -> Any:
    """Credit help that no page shows (stewards)."""
    return operations.give(actor=actor(), space=spaces.get_for(actor(), slug), **data)
