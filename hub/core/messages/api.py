"""The inbox for programs."""

from __future__ import annotations

from typing import Any

from flask import request

from hub.core.messages import operations, queries
from hub.core.messages.schemas import NotificationOut, UnreadOut
from hub.web import paging
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes

api = ApiBlueprint("messages", __name__, prefix="/me/notifications", description="What the key's person was told.")


@api.get("")
@api.response(200, NotificationOut(many=True), description="`{items, next}`; `?unread=1` leaves out what was read.")
def listed() -> Any:
    """The newest first."""
    before, limit = paging.cursor()
    notes = queries.inbox(actor().person_id or 0, limit=limit + 1, before=before, unread_only=request.args.get("unread") == "1")
    return paging.paged(notes, NotificationOut(), limit)


@api.post("/<int:notification_id>/read")
@writes
@api.response(200, NotificationOut)
def read(notification_id: int) -> Any:
    """Mark one as read."""
    return operations.read(actor=actor(), notification_id=notification_id)


@api.post("/read-all")
@writes
@api.response(200, UnreadOut)
def read_all() -> Any:
    """Mark everything as read. Answers how many are unread now."""
    operations.read_all(actor=actor())
    return {"unread": queries.unread(actor().person_id or 0)}
