"""What the doors of this room take and give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.core.accounts.schemas import Password
from hub.core.factors.schemas import CredentialField


class SignInIn(Schema):
    email = fields.String(required=True, validate=validate.Length(max=254))
    password = Password()


class ProofIn(Schema):
    """One of them."""

    code = fields.String(load_default="", validate=validate.Length(max=40))
    credential = CredentialField()


class ChangePasswordIn(Schema):
    current = Password()
    password = Password()


class SessionOut(Schema):
    """A browser that is signed in. `browser` and `system` are empty where its header does not say."""

    id = fields.Integer()
    browser = fields.String()
    system = fields.String()
    address = fields.String()
    since = fields.DateTime()
    last_used = fields.DateTime()


class SessionsOut(Schema):
    items = fields.List(fields.Nested(SessionOut))


class RefusedOut(Schema):
    """Somebody was turned away at the account's door. `step` says where: password, second or suspended."""

    step = fields.String()
    at = fields.DateTime()
    browser = fields.String()
    system = fields.String()
    address = fields.String()


class RefusalsOut(Schema):
    items = fields.List(fields.Nested(RefusedOut))
