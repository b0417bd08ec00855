from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, fields, validate

from hub.core.messages.rules import CHOSEN
from hub.core.messages.states import Pace

CHOOSE = lazy_gettext("Choose one of the options.")
HOUR = {"description": "0 to 23, by the clock of the person's time zone: when digests come."}
WEEKDAY = {"description": "When the weekly digest comes: 0 is Monday, 6 is Sunday."}


def _pace(kind: str) -> fields.Field[Any]:
    told = {"description": f"When messages of the kind “{kind}” come by mail."}
    return fields.Enum(Pace, by_value=True, error_messages={"unknown": CHOOSE}, metadata=told)


def _within(least: int, most: int, told: dict[str, str]) -> fields.Field[Any]:
    return fields.Integer(validate=validate.Range(least, most, error=CHOOSE), error_messages={"invalid": CHOOSE}, metadata=told)


class _Hours(Schema):
    hour = _within(0, 23, HOUR)
    weekday = _within(0, 6, WEEKDAY)


class MailSettings(_Hours.from_dict({kind.value: _pace(kind.value) for kind in CHOSEN}, name="Paces")):  # type: ignore[misc]
    """A kind of message and when it comes by mail; what is not sent stays as it is. The kind “account” cannot be switched off."""


class NotificationOut(Schema):
    id = fields.Integer()
    kind = fields.String()
    text = fields.Function(
        lambda note: gettext(note.text) % note.values,
        metadata={"type": "string", "description": "In the language of the key's person."},
    )
    link = fields.String(metadata={"description": "A path on this site."})
    at = fields.DateTime()
    read_at = fields.DateTime(allow_none=True)


class UnreadOut(Schema):
    unread = fields.Integer()
