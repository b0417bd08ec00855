"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.core.certificates.rules import Standing
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose one of the options.")


class CertifyIn(Schema):
    """`named` goes with a person's: their name, or their handle alone."""

    organisation = fields.String(load_default="", validate=validate.Length(max=80), metadata={"description": "A slug; empty: yourself."})
    named = fields.String(load_default="name", validate=validate.OneOf(["name", "handle"], error=CHOOSE))


class CertificateOut(Schema):
    id = fields.Integer()
    code = fields.String()
    issued_at = fields.DateTime()
    until = fields.DateTime()
    withdrawn_at = fields.DateTime(allow_none=True)
    href = fields.String(attribute="path")


class FindingOut(Schema):
    code = fields.String()
    ok = fields.Boolean()
    says = fields.String()


class CheckedOut(Schema):
    genuine = fields.Boolean()
    standing = fields.Enum(Standing, by_value=True)
    findings = fields.List(fields.Nested(FindingOut))
    statement = fields.Dict()


class FileIn(Schema):
    statement = fields.Dict(required=True)
    signature = fields.String(required=True, validate=validate.Length(max=1000))


class PastedIn(Schema):
    """A certificate's file as text."""

    text = Text(0, 100_000, load_default="")
