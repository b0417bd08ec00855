"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields

from hub.communities.credit.models import LONGEST_NOTE
from hub.communities.credit.states import Kind
from hub.web.forms import Text

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}


class CreditIn(Schema):
    handle = Text(1, 60, required=True, metadata={"description": "Whose help it was: the @name on the person's profile."})
    kind = fields.Enum(Kind, by_value=True, required=True, error_messages=CHOOSE)
    note = Text(1, LONGEST_NOTE, required=True, metadata={"description": "What the person did, in a line."})


class CreditItemOut(Schema):
    id = fields.Integer()
    kind = fields.Enum(Kind, by_value=True)
    subject = fields.String(metadata={"description": "Where it was done on this site, like package:7; empty for a steward's word."})
    points = fields.Integer()
    note = fields.String()
    at = fields.DateTime()


class CreditedOut(Schema):
    handle = fields.String(attribute="person.handle")
    name = fields.String(attribute="person.name")
    characters = fields.Integer(attribute="written.characters", metadata={"description": "Characters of today's pages, spaces left out."})
    revisions = fields.Integer(attribute="written.revisions")
    share = fields.Float(metadata={"description": "Of all characters on the pages today, 0..1."})
    items = fields.List(fields.Nested(CreditItemOut))
