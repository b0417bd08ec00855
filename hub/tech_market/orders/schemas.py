"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.tech_market.orders import rules
from hub.tech_market.orders.rules import Pay, Side
from hub.tech_market.orders.states import State
from hub.tech_market.quotes.rules import LONGEST_REASON
from hub.web.forms import Text

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}


class PlaceForm(Schema):
    terms_hash = Text(64, 64, required=True, metadata={"description": "The fingerprint of the agreement that you were shown."})
    pay = fields.Enum(Pay, by_value=True, required=True, error_messages=CHOOSE)
    reason = Text(0, LONGEST_REASON, load_default="", metadata={"description": "Why this one; the other labs read it."})


class PlaceIn(PlaceForm):
    quote = fields.Integer(required=True, validate=validate.Range(1, 2**31 - 1))


class DeliverIn(Schema):
    text = Text(0, rules.LONGEST_DELIVERY, load_default="", metadata={"description": "What is delivered; Markdown."})


class WhyIn(Schema):
    reason = Text(0, LONGEST_REASON, load_default="", metadata={"description": "Why; the other side reads it word for word."})


class SideOut(Schema):
    slug = fields.String()
    name = fields.String()


class AgreementOut(Schema):
    agreed = fields.Dict(metadata={"description": "All that both sides agree to."})
    hash = fields.String(metadata={"description": "SHA-256 of its canonical JSON; send it back as terms_hash."})


class MilestoneOut(Schema):
    number = fields.Integer()
    title = fields.String()
    amount = fields.Function(lambda one: one.amount.plain(), metadata={"type": "string"})
    due_on = fields.Date(allow_none=True)
    paid_at = fields.DateTime(allow_none=True)


class OrderOut(Schema):
    """Amounts in figures, of `currency`; `gross` = `fee` + `net`."""

    id = fields.Integer(attribute="order.id")
    url = fields.String(attribute="order.path")
    quote = fields.Integer(attribute="order.quote_id")
    service = fields.Integer(attribute="order.service_id")
    title = fields.String(attribute="order.title")
    buyer = fields.Nested(SideOut)
    lab = fields.Nested(SideOut)
    state = fields.Enum(State, by_value=True, attribute="order.state")
    gross = fields.Function(lambda one: one.order.split.gross.plain())
    fee = fields.Function(lambda one: one.order.split.fee.plain())
    net = fields.Function(lambda one: one.order.split.net.plain())
    currency = fields.String(attribute="order.currency")
    milestones = fields.List(fields.Nested(MilestoneOut), metadata={"description": "Empty for an order that is delivered as a whole."})
    terms_hash = fields.String(attribute="order.terms_hash")
    agreed = fields.Dict(attribute="order.agreed")
    due_on = fields.Date(attribute="order.due_on", allow_none=True)
    accept_by = fields.DateTime(attribute="order.accept_by", allow_none=True)
    remarks = fields.String(attribute="order.remarks")
    stop_side = fields.Enum(Side, by_value=True, attribute="order.stop_side", allow_none=True)
    stop_reason = fields.String(attribute="order.stop_reason")
    reason = fields.String(attribute="order.reason")
    placed_at = fields.DateTime(attribute="order.placed_at")
    version = fields.Integer(attribute="order.version")
