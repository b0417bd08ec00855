"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.integrity import rules
from hub.core.integrity.rules import How, Kind
from hub.core.integrity.states import State
from hub.web.forms import Text


class ReasonIn(Schema):
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "Why; kept with the flag."})


class AffiliationIn(Schema):
    organisation = Text(1, 80, required=True, metadata={"description": "The organisation's slug, as in /orgs/<slug>."})


class FlagListIn(Schema):
    state = fields.Enum(State, by_value=True, load_default=State.OPEN)
    cursor = fields.String()
    limit = fields.String()


class FlagOut(Schema):
    id = fields.Integer()
    kind = fields.Enum(Kind, by_value=True)
    how = fields.Enum(How, by_value=True)
    subject = fields.String()
    title = fields.String()
    link = fields.String()
    person_id = fields.Integer()
    other_id = fields.Integer(allow_none=True)
    organisation_id = fields.Integer(allow_none=True)
    state = fields.Enum(State, by_value=True)
    raised_at = fields.AwareDateTime()
    reason = fields.String()
    decided_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class AffiliationOut(Schema):
    organisation_id = fields.Integer()
    slug = fields.String()
    name = fields.String()


class AffiliationsOut(Schema):
    items = fields.List(fields.Nested(AffiliationOut))
    next = fields.String(allow_none=True)
