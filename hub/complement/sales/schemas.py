"""One schema per direction serves the JSON body, the HTML form and OpenAPI. Amounts travel as text with their currency."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, post_load

from hub.complement.sales import rules
from hub.complement.sales.states import State
from hub.core.royalties.schemas import DAY, BandIn, BandOut, BandRows, bands_sent, bands_typed, refusals
from hub.kernel import money
from hub.kernel.errors import Invalid
from hub.web.forms import Amount, Currency, Text

Row = dict[str, Any]


class PriceIn(Schema):
    """An empty amount, or 0, makes the product free."""

    amount = Amount(load_default="", metadata={"description": "As text: “20.00”; empty or 0: free."})
    currency = Currency(required=True)

    @post_load
    def as_price(self, data: Row, **_: Any) -> Row:
        try:
            amount = money.parse(data["amount"].strip() or "0", data["currency"], field="amount")
        except Invalid as error:
            raise refusals(error) from error
        return {"amount": amount or None, "currency": data["currency"]}


class SharesContent(Schema):
    currency = Currency(required=True)
    from_on = fields.Date(required=True, error_messages=DAY, metadata={"description": "From this day on; a rise 15 days ahead."})


class SharesIn(SharesContent):
    bands = fields.List(fields.Nested(BandIn), required=True, metadata={"description": "Marginal like tax brackets, of a calendar year."})

    @post_load
    def as_bands(self, data: Row, **_: Any) -> Row:
        return bands_sent(data)


class SharesForm(SharesContent, BandRows):
    @post_load
    def as_bands(self, data: Row, **_: Any) -> Row:
        return bands_typed(data)


class BuyIn(Schema):
    """`price` and `currency` are what the buyer saw and agrees to."""

    price = Amount(required=True, metadata={"description": "What you agree to pay, as text: “20.00”."})
    currency = Currency(required=True)
    organisation = Text(0, 80, load_default="", metadata={"description": "Buy for this organisation (slug); empty: for yourself."})

    @post_load
    def as_price(self, data: Row, **_: Any) -> Row:
        try:
            return {**data, "agreed": money.parse(data.pop("price"), data.pop("currency"), field="price")}
        except Invalid as error:
            raise refusals(error) from error


class WalletIn(Schema):
    organisation = Text(0, 80, load_default="")


class ReturnIn(Schema):
    reason = Text(
        rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True,
        error_messages={"required": lazy_gettext("Please fill this in.")}, metadata={"description": "The other side reads it."},
    )  # fmt: skip


class PartsOut(Schema):
    """In figures of the currency; `gross` = `fee` + `share` + `net`."""

    gross = fields.Function(lambda parts: parts.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda parts: parts.fee.plain(), metadata={"type": "string", "description": "The site's."})
    share = fields.Function(lambda parts: parts.owner.plain(), metadata={"type": "string", "description": "The platform's."})
    net = fields.Function(lambda parts: parts.seller.plain(), metadata={"type": "string", "description": "The seller's."})
    currency = fields.Function(lambda parts: parts.gross.currency, metadata={"type": "string"})


class StepOut(Schema):
    above_minor = fields.Integer(attribute="above", metadata={"description": "While the seller's sales of the year are above this."})
    upto_minor = fields.Integer(attribute="band.upto", allow_none=True)
    bp = fields.Integer(attribute="band.bp")
    parts = fields.Nested(PartsOut)


class QuoteOut(Schema):
    """What a sale at this price comes to now, and in each band of the year's sales."""

    now = fields.Nested(PartsOut, attribute="parts")
    by_band = fields.List(fields.Nested(StepOut), attribute="steps")
    fee_bp = fields.Integer()


class ShareOut(Schema):
    currency = fields.String()
    from_on = fields.Date()
    bands = fields.List(fields.Nested(BandOut))


class PurchaseOut(Schema):
    id = fields.Integer()
    platform = fields.String(attribute="purchase.product.platform.slug")
    product = fields.String(attribute="purchase.product.slug")
    version = fields.String(attribute="purchase.release.number")
    licence = fields.String(attribute="purchase.licence")
    buyer = fields.Function(lambda bought: "organisation" if bought.purchase.organisation_id is not None else "person")
    state = fields.Enum(State, by_value=True, attribute="purchase.state")
    parts = fields.Nested(PartsOut, attribute="sale.parts")
    bought_at = fields.DateTime(attribute="purchase.at")
    returnable_until = fields.DateTime(attribute="purchase.returnable_until", allow_none=True)
    returned_at = fields.DateTime(attribute="purchase.returned_at", allow_none=True)
    reason = fields.String(attribute="purchase.reason")
    entitlement_id = fields.Integer(
        attribute="purchase.entitlement_id", metadata={"description": "Its token: /api/v1/installs/<id>/token."}
    )
    download = fields.Function(lambda bought: f"/api/v1{bought.purchase.release.path}/file", metadata={"type": "string"})


class SumsOut(Schema):
    count = fields.Integer()
    parts = fields.Nested(PartsOut)


class MonthOut(Schema):
    """What was sold in a month, and what of all sales was given back in it."""

    month = fields.String(metadata={"description": "“2026-11”, UTC."})
    sold = fields.Nested(SumsOut)
    returned = fields.Nested(SumsOut)
