"""What the upload form sends."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields

from hub.guide.imports.rules import Source


class UploadIn(Schema):
    source = fields.Enum(Source, by_value=True, required=True, error_messages={"unknown": lazy_gettext("Choose one of the options.")})
