from __future__ import annotations

from flask_babel import gettext
from marshmallow import Schema, fields, validate

from hub.core.messages.states import Kind


class MailChoicesIn(Schema):
    """The kinds wanted by mail; every kind not named is switched off."""

    mail = fields.List(fields.String(validate=validate.OneOf([str(kind) for kind in Kind])), load_default=list)


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
