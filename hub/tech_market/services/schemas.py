"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, post_load, pre_load, validate

from hub.kernel.taxonomy import Sector
from hub.tech_market.services import rules
from hub.tech_market.services.rules import Tongue
from hub.tech_market.services.states import State
from hub.web.forms import Amount, Currency, Text, as_money

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number.")}
Row = dict[str, Any]
ORGANISATION = {"description": "The organisation's address name (slug)."}


class ServiceIn(Schema):
    """A draft's content. It may be saved with gaps; a review begins only without any. Prices go together with `currency`."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    description = Text(0, rules.LONGEST_DESCRIPTION, metadata={"description": "Markdown; public."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE)
    unit = Text(0, rules.LONGEST_UNIT, metadata={"description": "What one unit is: “sample”, “hour”, “report”."})
    price_from = Amount(allow_none=True, metadata={"description": "Typical price of a unit; without it the price is on request."})
    price_to = Amount(allow_none=True)
    currency = Currency()
    turnaround_days = fields.Integer(
        allow_none=True,
        validate=validate.Range(1, rules.MOST_DAYS, error=lazy_gettext("Between 1 and 730 days.")),
        error_messages=WHOLE,
    )
    languages = fields.List(fields.Enum(Tongue, by_value=True, error_messages=CHOOSE))
    send_us = Text(0, rules.LONGEST_SEND_US, metadata={"description": "What the customer must send; Markdown."})

    @post_load
    def money(self, data: Row, **_: Any) -> Row:
        if any(data.get(name) is not None for name in ("price_from", "price_to")):
            data.setdefault("currency", "USD")
        return as_money(as_money(data, "price_from"), "price_to")


class NewServiceIn(ServiceIn):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)


class ServiceChangeIn(ServiceIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class FormMixin:
    """What a form sends: empty cells mean none, and no ticked box means none of them."""

    languages = fields.List(fields.Enum(Tongue, by_value=True, error_messages=CHOOSE), load_default=list)

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        blank = {"sector", "price_from", "price_to", "turnaround_days"}
        return {name: None if name in blank and not value.strip() else value for name, value in data.items()}


class ServiceForm(FormMixin, ServiceIn):
    pass


class NewServiceForm(FormMixin, NewServiceIn):
    pass


class RemarksIn(Schema):
    remarks = Text(1, 4000, required=True, metadata={"description": "What the authors should mend; they read it word for word."})


class ServiceListIn(Schema):
    """What the list may be narrowed to."""

    sector = fields.Enum(Sector, by_value=True, load_default=None, error_messages=CHOOSE)
    tongue = fields.Enum(Tongue, by_value=True, load_default=None, error_messages=CHOOSE, metadata={"description": "Works in it."})
    organisation = fields.String(load_default="", metadata=ORGANISATION)
    cursor = fields.String()
    limit = fields.String()
    mine = fields.Boolean(load_default=False, metadata={"description": "Those of your organisations, in every state."})


class LabOut(Schema):
    slug = fields.String()
    name = fields.String()


class ServiceOut(Schema):
    id = fields.Integer(attribute="service.id")
    url = fields.String(attribute="service.path")
    organisation = fields.Nested(LabOut, attribute="lab")
    title = fields.String(attribute="service.title")
    summary = fields.String(attribute="service.summary")
    description = fields.String(attribute="service.description")
    language = fields.String(attribute="service.language")
    sector = fields.Enum(Sector, by_value=True, attribute="service.sector", allow_none=True)
    unit = fields.String(attribute="service.unit")
    price_from = fields.Function(lambda shown: shown.service.price_from.plain() if shown.service.price_from else None)
    price_to = fields.Function(lambda shown: shown.service.price_to.plain() if shown.service.price_to else None)
    currency = fields.String(attribute="service.currency")
    turnaround_days = fields.Integer(attribute="service.turnaround_days", allow_none=True)
    languages = fields.List(fields.String(), attribute="service.languages")
    send_us = fields.String(attribute="service.send_us")
    state = fields.Enum(State, by_value=True, attribute="service.state")
    published_at = fields.DateTime(attribute="service.published_at", allow_none=True)
    updated_at = fields.DateTime(attribute="service.updated_at")
    version = fields.Integer(attribute="service.version")
