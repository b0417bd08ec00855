"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.complement.store import rules
from hub.complement.store.rules import Refusal
from hub.complement.store.states import State
from hub.web.forms import Text


class InstallIn(Schema):
    organisation = Text(0, 80, load_default="", metadata={"description": "Install for this organisation (slug); empty: for yourself."})


class RatingIn(Schema):
    stars = fields.Integer(
        required=True,
        validate=validate.Range(1, 5, error=lazy_gettext("Give one to five stars.")),
        error_messages={"invalid": lazy_gettext("Give one to five stars."), "required": lazy_gettext("Give one to five stars.")},
    )
    text = Text(0, rules.LONGEST_TEXT, load_default="")


class ReplyIn(Schema):
    text = Text(1, rules.LONGEST_REPLY, required=True)


class RevokeIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "The holder reads it."})


class TokenIn(Schema):
    token = fields.String(required=True, validate=validate.Length(1, 2_000))


class EntitlementOut(Schema):
    """`token` is there for its holders only."""

    id = fields.Integer()
    platform = fields.String(attribute="entitlement.product.platform.slug")
    product = fields.String(attribute="entitlement.product.slug")
    holder = fields.Function(lambda install: "organisation" if install.entitlement.organisation_id is not None else "person")
    since = fields.DateTime(attribute="entitlement.since")
    state = fields.Enum(State, by_value=True, attribute="entitlement.state")
    reason = fields.String(attribute="entitlement.reason", metadata={"description": "Why it was revoked."})
    installed = fields.Function(lambda install: install.has.number if install.has else None, metadata={"type": ["string", "null"]})
    latest = fields.Function(lambda install: install.latest.number if install.latest else None, metadata={"type": ["string", "null"]})
    has_update = fields.Boolean()
    version = fields.Integer(attribute="entitlement.version")


class TokenOut(Schema):
    token = fields.String(metadata={"description": "hub1.<payload>.<signature>; see the README of the store."})


class VerdictOut(Schema):
    """What a token is worth now. Of a forged one nothing is told but that it is forged."""

    valid = fields.Boolean()
    refusal = fields.Enum(Refusal, by_value=True, allow_none=True)
    reason = fields.String(metadata={"description": "Why it was revoked."})
    platform = fields.Function(lambda verdict: verdict.entitlement.product.platform.slug if verdict.entitlement else None)
    product = fields.Function(lambda verdict: verdict.entitlement.product.slug if verdict.entitlement else None)
    entitlement_id = fields.Function(lambda verdict: verdict.entitlement.id if verdict.entitlement else None)
    holder = fields.String(metadata={"description": "person or organisation; never who."})
    since = fields.Function(lambda verdict: verdict.entitlement.since.isoformat() if verdict.entitlement else None)
    issued_at = fields.DateTime(allow_none=True)
    expires_at = fields.DateTime(allow_none=True)


class RatingOut(Schema):
    id = fields.Integer()
    by = fields.String(attribute="name")
    stars = fields.Integer(attribute="rating.stars")
    text = fields.String(attribute="rating.text")
    number = fields.String(attribute="rating.number", metadata={"description": "The version they had."})
    created_at = fields.DateTime(attribute="rating.created_at")
    updated_at = fields.DateTime(attribute="rating.updated_at")
    reply = fields.String(attribute="rating.reply")
    replied_at = fields.DateTime(attribute="rating.replied_at", allow_none=True)


class ScoreOut(Schema):
    """`mean` is the Bayesian average: (m * platform_mean + sum) / (m + count) with m = 5."""

    count = fields.Integer()
    mean = fields.Float()
    plain_mean = fields.Float(attribute="plain")
    platform_mean = fields.Float()
    stars = fields.Dict(keys=fields.String(), values=fields.Integer())
