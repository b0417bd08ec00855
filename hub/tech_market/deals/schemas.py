"""One schema per direction serves the JSON body, the HTML form and OpenAPI. What goes out is made from a reader's own view of a deal."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.tech_market.deals import rules
from hub.tech_market.deals.states import Side, State
from hub.tech_market.listings.rules import Deal as DealKind
from hub.web.forms import Text

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number.")}
Row = dict[str, Any]


def number(**more: Any) -> fields.Integer:
    """An id as the database can hold it."""
    return fields.Integer(validate=validate.Range(1, 2**31 - 1), error_messages=WHOLE, **more)


class InterestIn(Schema):
    """Nothing in `message` may say who asks: the owner reads it before it knows."""

    message = Text(
        rules.SHORTEST_MESSAGE, rules.LONGEST_MESSAGE, required=True,
        metadata={"description": "What you want with it. The owner reads it without your name."},
    )  # fmt: skip
    organisation_id = number(
        load_default=None, allow_none=True, metadata={"description": "The organisation you ask for; null for yourself."}
    )
    proposes = fields.Enum(DealKind, by_value=True, load_default=None, allow_none=True, error_messages=CHOOSE)


class InterestForm(InterestIn):
    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {name: None if name in {"organisation_id", "proposes"} and value == "" else value for name, value in data.items()}


class NewDealIn(InterestIn):
    listing_id = number(required=True, metadata={"description": "The need or offer."})


class AcceptIn(Schema):
    years = fields.Integer(
        load_default=rules.USUAL_YEARS, error_messages=WHOLE,
        metadata={"description": "How long the confidentiality agreement lasts, 1 to 10 years; with a template, its own years hold."},
    )  # fmt: skip
    template = number(
        load_default=None, allow_none=True,
        metadata={"description": "The `version_id` of one of the owner's templates (kind nda); null for the site's standard text."},
    )  # fmt: skip


class AcceptForm(AcceptIn):
    @pre_load
    def empty_is_the_standard(self, data: Row, **_: Any) -> Row:
        return {name: None if name == "template" and value == "" else value for name, value in data.items()}


class ReasonIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "The other side reads it."})


class CloseIn(ReasonIn):
    agreed = fields.Boolean(
        required=True,
        error_messages={"required": lazy_gettext("Choose one of the options."), "invalid": lazy_gettext("Choose one of the options.")},
        metadata={"description": "True: with a deal; false: without one."},
    )


class PostIn(Schema):
    body = Text(1, rules.LONGEST_POST, required=True, metadata={"description": "Markdown."})


class AnnexIn(Schema):
    body = Text(0, rules.LONGEST_ANNEX, required=True, metadata={"description": "Markdown; confidential."})


class UploadIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ListIn(Schema):
    """What a list may be narrowed to."""

    listing_id = number(load_default=None)
    cursor = fields.String()
    limit = fields.String()


class SideOut(Schema):
    """One side. The names are null until both sides have signed."""

    organisation = fields.String(allow_none=True)
    organisation_slug = fields.String(allow_none=True)
    person = fields.String(allow_none=True)


class SketchOut(Schema):
    """What the owner knows of the interested side before it knows its name."""

    kind = fields.String(
        attribute="party_kind", allow_none=True, metadata={"description": "Kind of organisation; null for a person of their own."}
    )
    country = fields.String(attribute="party_country")
    domain_checked = fields.Boolean(metadata={"description": "The address is at the organisation's own domain."})


class DealOut(Schema):
    id = fields.Integer(attribute="deal.id")
    url = fields.String(attribute="deal.path")
    listing_id = fields.Integer(attribute="deal.listing_id")
    listing_url = fields.String(attribute="deal.listing.path")
    title = fields.String(attribute="deal.listing.title")
    state = fields.Enum(State, by_value=True, attribute="deal.state")
    side = fields.Enum(Side, by_value=True, allow_none=True, metadata={"description": "The side you speak for."})
    proposes = fields.Enum(DealKind, by_value=True, attribute="deal.proposes", allow_none=True)
    message = fields.String(attribute="deal.message")
    owner = fields.Nested(SideOut, attribute="owner_side")
    party = fields.Nested(SideOut, attribute="party_side")
    party_sketch = fields.Nested(SketchOut, attribute="deal")
    terms_id = fields.Integer(attribute="deal.terms_id", allow_none=True, metadata={"description": "Read it at /agreements/<id>."})
    owner_signed_at = fields.DateTime(attribute="deal.owner_signed_at", allow_none=True)
    party_signed_at = fields.DateTime(attribute="deal.party_signed_at", allow_none=True)
    revealed_at = fields.DateTime(attribute="deal.revealed_at", allow_none=True)
    asked_at = fields.DateTime(attribute="deal.asked_at")
    answer_by = fields.DateTime(attribute="deal.answer_by")
    answered_at = fields.DateTime(attribute="deal.answered_at", allow_none=True)
    closed_at = fields.DateTime(attribute="deal.closed_at", allow_none=True)
    closed_by = fields.Enum(Side, by_value=True, attribute="deal.closed_by", allow_none=True)
    reason = fields.String(attribute="deal.reason")


class PostOut(Schema):
    id = fields.Integer()
    side = fields.Enum(Side, by_value=True)
    body = fields.String()
    at = fields.DateTime()


class AnnexFileOut(Schema):
    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer(metadata={"description": "In bytes."})
    media_type = fields.String()
    sha256 = fields.String()


class AnnexOut(Schema):
    listing_id = fields.Integer(attribute="listing.id")
    body = fields.Function(lambda seen: seen.annex.body if seen.annex else "", metadata={"type": "string", "description": "Markdown."})
    files = fields.List(fields.Nested(AnnexFileOut))
    updated_at = fields.Function(
        lambda seen: seen.annex.updated_at.isoformat() if seen.annex else None, metadata={"type": "string", "nullable": True}
    )
