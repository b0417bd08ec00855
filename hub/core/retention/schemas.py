"""What the doors of this room take and give."""

from __future__ import annotations

from marshmallow import Schema, fields


class DaysIn(Schema):
    """Days by kind; what is not named stays."""

    days = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class KeptOut(Schema):
    kind = fields.String()
    says = fields.String()
    days = fields.Integer()
    default = fields.Integer()
    least = fields.Integer()
    most = fields.Integer()
    older_now = fields.Integer(metadata={"description": "Rows that are older: deleted at the next round"})


class AllKeptOut(Schema):
    items = fields.List(fields.Nested(KeptOut))
