"""The advice as programs read it."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.guide.advisor.rules import QUESTIONS


class AdviceOut(Schema):
    """One mode, the best first."""

    mode = fields.String()
    points = fields.Integer(metadata={"description": "The sum of what the answers say; the list is in its order."})
    url = fields.String(metadata={"description": "Where one begins."})
    speaks_for = fields.List(fields.String())
    speaks_against = fields.List(fields.String())


class AdviceListOut(Schema):
    items = fields.List(fields.Nested(AdviceOut))


AdviceIn = Schema.from_dict(
    {
        question.name: fields.String(metadata={"enum": [value for value, _ in question.answers], "description": question.text})
        for question in QUESTIONS
    },
    name="AdviceIn",
)
