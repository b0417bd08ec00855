"""The JSON door for administrators: how long each kind of thing is kept."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from hub.core.retention import operations, queries
from hub.core.retention.schemas import AllKeptOut, DaysIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes

api = ApiBlueprint("retention", __name__, prefix="/retention", description="How long things are kept.")


def _told() -> dict[str, Any]:
    return {
        "items": [
            {"kind": one.kind, "says": gettext(one.aging.says), "days": one.days, "default": one.aging.days, "least": one.aging.least,
             "most": one.aging.most, "older_now": one.older}
            for one in queries.kept(actor())
        ]
    }  # fmt: skip


@api.get("")
@api.response(200, AllKeptOut)
def kept() -> Any:
    """Every kind: its days, its bounds, and how many rows are older at present."""
    return _told()


@api.patch("")
@writes
@api.arguments(DaysIn)
@api.response(200, AllKeptOut)
def change(data: dict[str, Any]) -> Any:
    """Keep kinds for another number of days."""
    operations.save(actor=actor(), days=data["days"])
    return _told()
