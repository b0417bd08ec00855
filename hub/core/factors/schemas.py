"""What the doors of this room take and give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.web.forms import Text


class CodeIn(Schema):
    code = Text(1, 40, required=True)


class CredentialField(fields.String):
    """The JSON that a browser gives of a passkey."""

    def __init__(self) -> None:
        super().__init__(load_default="", validate=validate.Length(max=20_000))


class PasskeyIn(Schema):
    name = Text(1, 80, required=True)
    credential = CredentialField()


class NameIn(Schema):
    name = Text(1, 80, required=True)


class ReasonIn(Schema):
    reason = Text(1, 500, required=True)


class FactorsOut(Schema):
    """What a person has set up: an authenticator app, so many passkeys, so many recovery codes that were not used."""

    app = fields.Boolean()
    passkeys = fields.Integer()
    recovery_codes = fields.Integer(attribute="codes")
