"""The inbox for programs."""

from __future__ import annotations

from typing import Any

from flask import request

from hub.core.messages import operations, queries, rules
from hub.core.messages.schemas import MailSettings, NotificationOut, UnreadOut
from hub.web import paging
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, parse, writes

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


@api.get("/settings")
@api.response(200, MailSettings)
def settings() -> Any:
    """When each kind of message comes by mail (now, daily, weekly, never), and when digests come."""
    return _settings()


@api.patch("/settings")
@writes
@api.response(200, MailSettings)
def change_settings() -> Any:
    """Change some of them; what is not sent stays."""
    known = queries.hours(actor().person_id or 0)
    operations.choose_mail(actor=actor(), **rules.choices(parse(MailSettings()), known))
    return _settings()


def _settings() -> dict[str, Any]:
    me = actor().person_id or 0
    choices, hours = queries.mail_choices(me), queries.hours(me)
    return {kind.value: choices[kind] for kind in rules.CHOSEN} | {"hour": hours.hour, "weekday": hours.weekday}
