"""What programs send and read of an intake form. The definition itself is checked by rules.read_form."""

from __future__ import annotations

from marshmallow import Schema, fields

DEFINITION = (
    "The questions in order: {key, kind (short, long, choice, several, number, url, files, consent), label by language, help by language, "
    "required, options as [{key, label by language}]}."
)


class FormIn(Schema):
    fields_ = fields.Raw(required=True, data_key="fields", metadata={"description": DEFINITION})


class FormOut(Schema):
    number = fields.Integer()
    fields_ = fields.Raw(data_key="fields", attribute="fields", metadata={"description": DEFINITION})
    published_at = fields.DateTime(allow_none=True)
