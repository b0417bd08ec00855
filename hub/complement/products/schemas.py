"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.complement.products import rules
from hub.complement.products.rules import Reason
from hub.complement.products.states import Stage, State
from hub.kernel.taxonomy import Sector
from hub.web.forms import Text, Words

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}


class ProductIn(Schema):
    """A product's page. A draft may be saved with gaps; a release is sent only without any."""

    name = Text(2, rules.LONGEST_NAME, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    description = Text(0, rules.LONGEST_DESCRIPTION, metadata={"description": "Markdown; public once listed."})
    language = fields.String(validate=validate.OneOf(["en", "zh"]))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE, metadata={"description": "Its category."})
    categories = Words(metadata={"description": "Key words; at most 12 are kept."})
    homepage = Text(0, 500)
    source_url = Text(0, 500, metadata={"description": "Where its source code is."})

    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: None if name == "sector" and not str(value or "").strip() else value for name, value in data.items()}


class NewProductIn(ProductIn):
    organisation = Text(0, 80, load_default="", metadata={"description": "Publish for this organisation (slug); empty: for yourself."})


class ProductChangeIn(ProductIn):
    """Any part of it; what is left out stays."""

    name = Text(2, rules.LONGEST_NAME)


class ReleaseIn(Schema):
    """Sent as multipart/form-data with the archive in `file`."""

    number = Text(1, 200, required=True, metadata={"description": "A semantic version above the last of its line."})
    licence = Text(1, 400, required=True, metadata={"description": "An SPDX licence expression."})
    notes = Text(rules.SHORTEST_NOTES, rules.LONGEST_NOTES, required=True, metadata={"description": "Markdown: what is new."})


class RemarksIn(Schema):
    remarks = Text(0, rules.LONGEST_REMARKS, load_default="")


class ReasonsIn(Schema):
    reasons = fields.List(
        fields.Enum(Reason, by_value=True, error_messages=CHOOSE),
        required=True,
        validate=validate.Length(min=1, error=lazy_gettext("Choose at least one reason.")),
        error_messages={"required": lazy_gettext("Choose at least one reason.")},
        metadata={"description": "At least one reason code."},
    )
    remarks = Text(
        rules.SHORTEST_REMARKS,
        rules.LONGEST_REMARKS,
        required=True,
        metadata={"description": "What should be mended; the vendor reads it."},
    )


class YankIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "Everybody reads it."})


class ProductListIn(Schema):
    mine = fields.Boolean(load_default=False, metadata={"description": "What you publish, in every state."})
    cursor = fields.String()
    limit = fields.String()


class VendorOut(Schema):
    name = fields.String()
    url = fields.String(attribute="href")


class ReleaseOut(Schema):
    """`number` is the semantic version; the file's `sha256` can be checked against what was downloaded."""

    id = fields.Integer()
    product = fields.String(attribute="product.slug")
    number = fields.String()
    licence = fields.String(metadata={"description": "SPDX."})
    notes = fields.String()
    state = fields.Enum(Stage, by_value=True)
    filename = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    sha256 = fields.String()
    sent_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    yanked_at = fields.DateTime(allow_none=True)
    yank_reason = fields.String()
    download = fields.Function(
        lambda release: f"/api/v1{release.path}/file", metadata={"type": "string", "description": "For those who have it."}
    )
    version = fields.Integer(metadata={"description": "The row's version, not the release's."})


class DecisionOut(Schema):
    id = fields.Integer()
    release_id = fields.Integer(allow_none=True)
    verdict = fields.String()
    reasons = fields.List(fields.String())
    remarks = fields.String()
    at = fields.DateTime()


class ProductOut(Schema):
    id = fields.Integer(attribute="product.id")
    platform = fields.String(attribute="product.platform.slug")
    slug = fields.String(attribute="product.slug")
    url = fields.String(attribute="product.path")
    vendor = fields.Nested(VendorOut)
    name = fields.String(attribute="product.name")
    summary = fields.String(attribute="product.summary")
    description = fields.String(attribute="product.description")
    language = fields.String(attribute="product.language")
    sector = fields.Enum(Sector, by_value=True, attribute="product.sector", allow_none=True)
    categories = fields.List(fields.String(), attribute="product.categories")
    homepage = fields.String(attribute="product.homepage")
    source_url = fields.String(attribute="product.source_url")
    licence = fields.String(attribute="product.licence", metadata={"description": "SPDX expression of the newest release, or empty."})
    licence_as_stated = fields.String(attribute="product.stated", metadata={"description": "What the source of an imported product says."})
    released_elsewhere = fields.Boolean(attribute="product.is_imported")
    price = fields.Function(
        lambda shown: shown.product.price.plain() if shown.product.price else None,
        metadata={"description": "What a new user pays, as text; null for what is free.", "type": ["string", "null"]},
    )
    price_currency = fields.String(attribute="product.price_currency", metadata={"description": "ISO 4217; empty for what is free."})
    state = fields.Enum(State, by_value=True, attribute="product.state")
    latest = fields.Nested(ReleaseOut, allow_none=True)
    listed_at = fields.DateTime(attribute="product.listed_at", allow_none=True)
    updated_at = fields.DateTime(attribute="product.updated_at")
    version = fields.Integer(attribute="product.version")
