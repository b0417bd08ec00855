from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, post_load, pre_load, validate

from hub.core.agreements.rules import Signers
from hub.core.agreements.states import State
from hub.web.forms import Text, Tick


class SignatureIn(Schema):
    """`seen_hash` is the hash of the text the signer read; `organisation_id` names the organisation signed for, if any."""

    seen_hash = fields.String(required=True, validate=validate.Length(64, 64))
    organisation_id = fields.Integer(load_default=None, allow_none=True)


class SignForm(SignatureIn):
    """The form also asks for a tick."""

    agreed = Tick(validate=validate.Equal(True, error=lazy_gettext("Tick that you have read the text and agree.")))

    @pre_load
    def _nobody_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if not (name == "organisation_id" and value == "")} | {
            "agreed": data.get("agreed", False)
        }


class ReadIn(Schema):
    """For rooms that know which agreement is meant: `seen_hash` is the hash of its text as it was read."""

    seen_hash = Text(64, 64, required=True)


class ReadForm(ReadIn):
    """The form also asks for a tick."""

    agreed = Tick(validate=validate.Equal(True, error=lazy_gettext("Tick that you have read the text and agree.")))

    @pre_load
    def an_absent_tick_is_no(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"agreed": False, **data}

    @post_load
    def forget_the_tick(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"seen_hash": data["seen_hash"]}


class SignatureOut(Schema):
    id = fields.Integer()
    terms_id = fields.Integer()
    hash = fields.String()
    person_id = fields.Integer()
    organisation_id = fields.Integer(allow_none=True)
    credential = fields.String(metadata={"description": "The session or key that signed."})
    signed_at = fields.DateTime()


class TermsOut(Schema):
    id = fields.Integer()
    subject = fields.String()
    kind = fields.String()
    number = fields.Integer(metadata={"description": "The version, from 1."})
    title_en = fields.String()
    title_zh = fields.String()
    text_en = fields.String(metadata={"description": "The text that prevails."})
    text_zh = fields.String()
    summary_en = fields.List(fields.String(), metadata={"description": "One plain sentence per clause; not part of what is signed."})
    summary_zh = fields.List(fields.String())
    choices = fields.Dict()
    hash = fields.String(metadata={"description": "SHA-256 of the canonical JSON of subject, kind, en and zh: send it back as seen_hash."})
    created_at = fields.DateTime()
    is_current = fields.Boolean(metadata={"description": "False once a newer version exists; that one asks for a new signature."})
    signature = fields.Nested(SignatureOut, allow_none=True, metadata={"description": "Yours, if you signed this version."})


class SigningIn(Schema):
    """How an organisation signs what is drawn up from now on."""

    needed = fields.Integer(required=True, metadata={"description": "How many people sign: 1 or 2."})
    signers = fields.Enum(Signers, by_value=True, required=True)


class SigningOut(SigningIn):
    pass


class SignedOut(Schema):
    """A line of the list of one's own agreements."""

    id = fields.Integer(attribute="id")
    signature = fields.Nested(SignatureOut, allow_none=True, metadata={"description": "Yours; null while you have not signed."})
    state = fields.Enum(State, by_value=True)
    ends_at = fields.DateTime(allow_none=True, metadata={"description": "When what it grants ends next, if it does."})
    subject = fields.String()
    kind = fields.String()
    number = fields.Integer()
    title_en = fields.String()
    is_current = fields.Boolean()
