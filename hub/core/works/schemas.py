"""One schema per direction serves the JSON body, the form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load

from hub.core.profiles.schemas import EvidenceOut
from hub.core.profiles.states import EvidenceKind
from hub.core.works.states import Fate, Source

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
MANY = {"invalid": lazy_gettext("Write a whole number.")}


class ListIn(Schema):
    """A list to look at."""

    text = fields.String(required=True, metadata={"description": "The file's text, as it is; at most 5 MB and 1,000 entries."})
    source = fields.Enum(
        Source, by_value=True, load_default=None, allow_none=True, error_messages=CHOOSE, metadata={"description": "Left out: found out."}
    )


class ListForm(ListIn):
    """The form sends a file, or a text that was pasted."""

    text = fields.String(load_default="")

    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data if data.get("source") else {**data, "source": None}


class TakeIn(Schema):
    """Which works to take in."""

    take = fields.List(
        fields.Integer(error_messages=MANY), allow_none=True, load_default=None, metadata={"description": "Numbers; left out: all new."}
    )


class TakeForm(Schema):
    take = fields.List(fields.Integer(error_messages=MANY), load_default=list)


class WorkOut(Schema):
    number = fields.Integer(metadata={"description": "What `take` names it by."})
    place = fields.Integer(metadata={"description": "Its line in the file; in JSON its place in the record."})
    fate = fields.Enum(Fate, by_value=True)
    same_as = fields.String(metadata={"description": "The title of yours, or of the one before in the list, that it is the same as."})
    kind = fields.Enum(EvidenceKind, by_value=True, attribute="work.kind")
    title = fields.String(attribute="work.title")
    year = fields.Integer(allow_none=True, attribute="work.year")
    venue = fields.String(attribute="work.venue")
    doi = fields.String(attribute="work.doi")
    url = fields.String(attribute="work.url")


class UnreadOut(Schema):
    place = fields.Integer()
    name = fields.String()
    why = fields.String()


class PreviewOut(Schema):
    """What a list holds. Nothing is taken in before it is confirmed; the preview is forgotten after a day, or when the next one is made."""

    id = fields.Integer(attribute="draft.id")
    source = fields.Enum(Source, by_value=True, attribute="draft.source")
    guessed = fields.Boolean(attribute="draft.guessed", metadata={"description": "Was its encoding a guess?"})
    room = fields.Integer(metadata={"description": "How many more items there can be."})
    items = fields.List(fields.Nested(WorkOut), attribute="rows")
    unread = fields.List(fields.Nested(UnreadOut))


class TakenOut(Schema):
    added = fields.Integer()
    same = fields.Integer(metadata={"description": "Chosen, but the same as one of yours by now."})
    items = fields.List(fields.Nested(EvidenceOut))
