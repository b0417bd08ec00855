"""The JSON door: look at a list, then take in what was chosen."""

from __future__ import annotations

from typing import Any

from flask import make_response
from flask_babel import gettext

from hub.core.works import operations, queries
from hub.core.works.schemas import ListIn, PreviewOut, TakeIn, TakenOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes
from hub.web.security import limiter

api = ApiBlueprint("works", __name__, prefix="/me/evidence", description="Evidence from lists that other programs wrote.")


@api.post("/preview")
@limiter.limit("60 per hour")
@api.arguments(ListIn)
@api.response(201, PreviewOut)
def preview(data: dict[str, Any]) -> Any:
    """Read an ORCID record (JSON or XML), BibTeX or RIS and tell what taking it in would do. No evidence is written."""
    return _keep(queries.read(data["text"].encode(errors="replace"), data["source"]))


@writes
def _keep(found: queries.Reading) -> Any:
    draft = operations.look(actor=actor(), found=found)
    return make_response(PreviewOut().dump(_told(queries.preview(draft))), 201)


@api.get("/preview/<int:draft_id>")
@api.response(200, PreviewOut)
def again(draft_id: int) -> Any:
    """The preview as it reads now, for a day."""
    return _told(queries.preview(queries.draft_for(actor(), draft_id)))


@api.post("/preview/<int:draft_id>/import")
@writes
@api.arguments(TakeIn)
@api.response(201, TakenOut)
def bring_in(data: dict[str, Any], draft_id: int) -> Any:
    """Take in works of a preview: those named, or all that are new. Takes an Idempotency-Key; the preview is gone afterwards."""
    return operations.bring_in(actor=actor(), draft=queries.draft_for(actor(), draft_id), **data)


def _told(found: queries.Preview) -> dict[str, Any]:
    unread = [{"place": each.place, "name": each.name, "why": gettext(each.why) % each.values} for each in found.unread]
    return {"draft": found.draft, "rows": found.rows, "room": found.room, "unread": unread}
