"""What the JSON door gives."""

from __future__ import annotations

from marshmallow import Schema, fields


class ExportOut(Schema):
    id = fields.Integer()
    state = fields.String()
    asked_at = fields.DateTime()
    ready_at = fields.DateTime(allow_none=True)
    expires_at = fields.DateTime(allow_none=True)
    size = fields.Integer(metadata={"description": "Bytes"})
    file = fields.String(allow_none=True, metadata={"description": "Where to download it, while it is ready"})


class ErasureOut(Schema):
    state = fields.String()
    asked_at = fields.DateTime()
    due_at = fields.DateTime()


class ConsentOut(Schema):
    kind = fields.String()
    says = fields.String()
    version = fields.String()
    language = fields.String()
    given_at = fields.DateTime()
    withdrawn_at = fields.DateTime(allow_none=True)


class HeldOut(Schema):
    room = fields.String()
    table = fields.String()
    what = fields.String()
    held = fields.Integer()
    erased = fields.Integer(metadata={"description": "How many of them an erasure deletes"})
    kept_because = fields.String()


class PrivacyOut(Schema):
    exports = fields.List(fields.Nested(ExportOut))
    erasure = fields.Nested(ErasureOut, allow_none=True)
    consents = fields.List(fields.Nested(ConsentOut))
    held = fields.List(fields.Nested(HeldOut))
