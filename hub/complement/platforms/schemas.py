"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, ValidationError, fields, pre_load, validate

from hub.complement.platforms import rules
from hub.complement.platforms.states import State
from hub.web.forms import Text

WHOLE = {"invalid": lazy_gettext("Write a whole number.")}


class Share(fields.Field[int]):
    """A share in per cent with at most two decimals, kept in basis points."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return f"{value / 100:g}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        wrong = lazy_gettext("Write a percentage from 0 to 50, like 15 or 12.5.")
        try:
            share = Decimal(str(value).replace("%", "").replace(",", ".").strip() or "0") * 100
        except InvalidOperation:
            raise ValidationError(wrong) from None
        if not share.is_finite() or not 0 <= share <= rules.MOST_SHARE_BP or share != share.to_integral_value():
            raise ValidationError(wrong)
        return int(share)


class PlatformIn(Schema):
    """A platform's content. A draft may be saved with gaps; it opens only without any."""

    name = Text(rules.SHORTEST_NAME, rules.LONGEST_NAME, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    about = Text(0, rules.LONGEST_ABOUT, metadata={"description": "Markdown; public."})
    language = fields.String(validate=validate.OneOf(["en", "zh"]))
    public_part = Text(0, rules.LONGEST_PART, metadata={"description": "What every developer may use."})
    nda_part = Text(0, rules.LONGEST_PART, metadata={"description": "What is given under confidentiality; may be empty."})
    proprietary_part = Text(0, rules.LONGEST_PART, metadata={"description": "What stays the owner's alone."})
    secrecy_years = fields.Integer(
        validate=validate.Range(1, 30, error=lazy_gettext("Confidentiality lasts 1 to 30 years.")), error_messages=WHOLE
    )
    template_version_id = fields.Integer(
        data_key="template", allow_none=True, validate=validate.Range(1, 2**31 - 1), error_messages=WHOLE,
        metadata={"description": "The `version_id` of one of the owner's templates (kind developer); null: the site's standard text."},
    )  # fmt: skip
    review_days = fields.Integer(
        validate=validate.Range(1, rules.MOST_REVIEW_DAYS, error=lazy_gettext("Promise a decision within 1 to 60 days.")),
        error_messages=WHOLE,
        metadata={"description": "Within how many days every release is decided on."},
    )
    share_bp = Share(data_key="share", metadata={"description": "The owner's part of sales in per cent at most, 0 to 50."})
    refund_days = fields.Integer(
        validate=validate.Range(0, rules.MOST_REFUND_DAYS, error=lazy_gettext("From 0 to 60 days.")),
        error_messages=WHOLE,
        metadata={"description": "For so many days a buyer may give a paid product back; 0: not at all."},
    )


class PlatformForm(PlatformIn):
    @pre_load
    def empty_is_the_standard(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: None if name == "template" and value == "" else value for name, value in data.items()}


class NewPlatformIn(PlatformIn):
    organisation = Text(1, 80, required=True, metadata={"description": "The organisation's address name (slug)."})


class PlatformChangeIn(PlatformIn):
    """Any part of it; what is left out stays."""

    name = Text(rules.SHORTEST_NAME, rules.LONGEST_NAME)


class ReasonIn(Schema):
    reason = Text(10, rules.LONGEST_REASON, required=True, metadata={"description": "Those whom it concerns read it word for word."})


class PlatformOwnerOut(Schema):
    slug = fields.String()
    name = fields.String()


class PlatformOut(Schema):
    id = fields.Integer(attribute="platform.id")
    slug = fields.String(attribute="platform.slug")
    url = fields.String(attribute="platform.path")
    organisation = fields.Nested(PlatformOwnerOut, attribute="owner")
    name = fields.String(attribute="platform.name")
    summary = fields.String(attribute="platform.summary")
    about = fields.String(attribute="platform.about")
    language = fields.String(attribute="platform.language")
    public_part = fields.String(attribute="platform.public_part")
    nda_part = fields.String(attribute="platform.nda_part")
    proprietary_part = fields.String(attribute="platform.proprietary_part")
    secrecy_years = fields.Integer(attribute="platform.secrecy_years")
    review_days = fields.Integer(attribute="platform.review_days")
    share = Share(attribute="platform.share_bp", metadata={"description": "The owner's part of sales in per cent at most."})
    refund_days = fields.Integer(attribute="platform.refund_days")
    state = fields.Enum(State, by_value=True, attribute="platform.state")
    reason = fields.String(attribute="platform.reason", metadata={"description": "Why it is closed."})
    takes_releases = fields.Boolean(attribute="platform.takes_releases")
    template_version_id = fields.Integer(
        data_key="template", attribute="platform.template_version_id", allow_none=True,
        metadata={"description": "The version of the owner's template of which the agreement is made; null: the site's standard text."},
    )  # fmt: skip
    agreement_id = fields.Integer(
        attribute="platform.terms_id", allow_none=True, metadata={"description": "The developer agreement: /api/v1/agreements/<id>."}
    )
    opened_at = fields.DateTime(attribute="platform.opened_at", allow_none=True)
    updated_at = fields.DateTime(attribute="platform.updated_at")
    version = fields.Integer(attribute="platform.version")
