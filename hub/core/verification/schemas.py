"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields

from hub.core.organisations.schemas import Country
from hub.core.verification import rules
from hub.core.verification.rules import DocumentKind
from hub.core.verification.states import State
from hub.kernel.levels import Level
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose one of the options.")
A_DAY = lazy_gettext("Write a day like 2027-05-31.")


class Day(fields.Date):
    """A day; a form sends an empty text for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=None, allow_none=True, error_messages={"invalid": A_DAY}, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)


class SendIn(Schema):
    kind = fields.Enum(DocumentKind, by_value=True, required=True, error_messages={"unknown": CHOOSE, "required": CHOOSE, "null": CHOOSE})
    country = Country(required=True, metadata={"description": "Which country issued it."})
    note = Text(0, rules.LONGEST_NOTE, load_default="", metadata={"description": "What the checker should know."})


class AcceptIn(Schema):
    number = Text(1, 80, required=True, metadata={"description": "The document's number: only a keyed hash of it is kept."})
    document_ends = Day(metadata={"description": "The last day on which the document is valid; a check counts two years at most."})
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "What was compared; its owner reads it."})


class ReasonIn(Schema):
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "Its owner reads it word for word."})


class DocumentOut(Schema):
    place = fields.Integer()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    purged_at = fields.AwareDateTime(allow_none=True)


class CheckOut(Schema):
    id = fields.Integer()
    owner = fields.String(metadata={"description": "person:5 or organisation:7"})
    kind = fields.Enum(DocumentKind, by_value=True)
    country = fields.String()
    state = fields.Enum(State, by_value=True)
    sent_at = fields.AwareDateTime()
    reason = fields.String()
    ending = fields.String()
    decided_at = fields.AwareDateTime(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    purge_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class OneOut(CheckOut):
    documents = fields.List(fields.Nested(DocumentOut))


class QueueIn(Schema):
    state = fields.Enum(State, by_value=True, load_default=State.WAITING)
    cursor = fields.String()
    limit = fields.String()


class StandingOut(Schema):
    """How far somebody is verified, and the newest checks of their documents."""

    level = fields.Enum(Level, by_value=True)
    checks = fields.List(fields.Nested(CheckOut))
