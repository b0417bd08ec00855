"""What programs read of looks."""

from __future__ import annotations

from marshmallow import Schema, fields


class LookOut(Schema):
    id = fields.Integer()
    at = fields.DateTime(attribute="look.at")
    reader = fields.String(
        attribute="who.handle", metadata={"description": "Left out for an account that is gone, and for whom one is not to know."}
    )
    file = fields.String(attribute="look.file_name", metadata={"description": "Empty if the thing itself was read."})
    copy_no = fields.String(attribute="look.copy_no")
    copy_sha256 = fields.String(attribute="look.copy_sha256")
