"""The JSON door to fees."""

from __future__ import annotations

from typing import Any

from hub.core.fees import operations, queries
from hub.core.fees.policy import FEES, FeeAct
from hub.core.fees.schemas import FeesOut, RateIn, RateOut, points_of
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, public, writes

api = ApiBlueprint("fees", __name__, prefix="", description="What the site charges, per mode and day.")


@api.get("/fees")
@public
@api.response(200, FeesOut)
def fees() -> Any:
    """What is charged today for each mode, and what is to come."""
    return {"items": [vars(rate) | {"coming": following} for rate, following in queries.table()]}


@api.post("/admin/fees")
@needs_scope("money")
@writes
@api.arguments(RateIn)
@api.response(201, RateOut)
def set_rate(data: dict[str, Any]) -> Any:
    """Charge something else from a day to come. For administrators; takes an Idempotency-Key."""
    FEES.require(actor(), FeeAct.SET, None)
    return operations.set_rate(actor=actor(), **points_of(data))
