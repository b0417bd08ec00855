"""What the doors of this room take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.core.keys.rules import KeyKind
from hub.kernel.actor import Scope
from hub.web.forms import Text


class KeyIn(Schema):
    """`days` is the key's life, 0 for no end."""

    name = Text(1, 80, required=True)
    kind = fields.Enum(KeyKind, by_value=True, load_default=KeyKind.API)
    scopes = fields.List(fields.Enum(Scope, by_value=True), load_default=list)
    days = fields.Integer(load_default=0, validate=validate.OneOf([0, 30, 90, 365]))
