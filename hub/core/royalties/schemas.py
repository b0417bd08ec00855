"""What the doors of royalties take and give. Amounts are text in the royalty's currency."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, validate

from hub.core.fees.rules import basis_points
from hub.core.royalties import rules
from hub.core.royalties.rules import WHOLE_BP, Band, Period
from hub.core.royalties.states import DueState, State
from hub.kernel import money
from hub.kernel.errors import Invalid
from hub.web.forms import Amount, Currency, Text

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}
DAY = {"invalid": lazy_gettext("Write a day like 2026-12-10."), "required": lazy_gettext("Write a day like 2026-12-10.")}
Row = dict[str, Any]


class BandIn(Schema):
    upto = Amount(allow_none=True, load_default=None, metadata={"description": "Sold in a calendar year; null for the last band."})
    percent = Text(1, 12, required=True)


class BandOut(Schema):
    upto_minor = fields.Integer(attribute="upto", allow_none=True)
    bp = fields.Integer()


class BandRows(Schema):
    """The two columns of a form's rows; those left empty do not count."""

    band_upto = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    band_percent = fields.List(fields.String(validate=validate.Length(max=12)), load_default=list)


def refusals(error: Invalid) -> ValidationError:
    return ValidationError({field: [gettext(error.message) % error.values] for field in error.fields})


def bands_sent(data: Row) -> Row:
    """`data` with its list of BandIn read as bands. Raises ValidationError about `bands.0`, `bands.1` ..."""
    return _as_bands(data, [(band["upto"] or "", band["percent"], f"bands.{place}") for place, band in enumerate(data["bands"])])


def bands_typed(data: Row) -> Row:
    """`data` with its BandRows read as `bands`. Raises ValidationError about `bands`."""
    rows = zip_longest(data.pop("band_upto"), data.pop("band_percent"), fillvalue="")
    return _as_bands(data, [(upto.strip(), percent, "bands") for upto, percent in rows if upto.strip() or percent.strip()])


def _as_bands(data: Row, said: Iterable[tuple[str, str, str]]) -> Row:
    currency = data["currency"]
    try:
        return {
            **data,
            "bands": [
                Band(money.parse(upto, currency, field=name).minor if upto else None, basis_points(percent, name, WHOLE_BP))
                for upto, percent, name in said
            ],
        }
    except Invalid as error:
        raise refusals(error) from error


class RoyaltyContent(Schema):
    licensee = Text(1, 80, required=True, metadata={"description": "The licensee's short name, as in its address."})
    title = Text(3, rules.LONGEST_TITLE, required=True, metadata={"description": "What is licensed."})
    currency = Currency(required=True)
    period = fields.Enum(Period, by_value=True, required=True, error_messages=CHOOSE)
    minimum = Amount(load_default="0", metadata={"description": "At least this for each period; of a fixed sum, the sum."})
    from_on = fields.Date(required=True, error_messages=DAY, metadata={"description": "Reports begin with the period of this day."})
    pay_days = fields.Integer(load_default=30, validate=validate.Range(1, rules.MOST_DAYS, error=lazy_gettext("From 1 to 365 days.")))


class RoyaltyIn(RoyaltyContent):
    bands = fields.List(fields.Nested(BandIn), load_default=list, metadata={"description": "Shares of sales, marginal like tax brackets."})

    @post_load
    def as_terms(self, data: Row, **_: Any) -> Row:
        return bands_sent(_with_minimum(data))


class RoyaltyForm(RoyaltyContent, BandRows):
    @post_load
    def as_terms(self, data: Row, **_: Any) -> Row:
        return bands_typed(_with_minimum(data))


def _with_minimum(data: Row) -> Row:
    """Raises ValidationError about `minimum`."""
    try:
        return {**data, "minimum": money.parse(data["minimum"] or "0", data["currency"], field="minimum")}
    except Invalid as error:
        raise refusals(error) from error


class ReportIn(Schema):
    from_on = fields.Date(required=True, error_messages=DAY, metadata={"description": "The first day of the period that is reported."})
    sales = Amount(required=True, metadata={"description": "What was sold in it, in the royalty's currency."})


class ReasonIn(Schema):
    reason = Text(0, 2_000, load_default="", metadata={"description": "The other side reads it word for word."})


class SideOut(Schema):
    slug = fields.String()
    name = fields.String()


class DueOut(Schema):
    """Amounts in figures; `gross` = `fee` + `net`."""

    id = fields.Integer()
    from_on = fields.Date()
    until_on = fields.Date(metadata={"description": "The first day after the period."})
    sales_minor = fields.Integer()
    gross = fields.Function(lambda due: due.split.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda due: due.split.fee.plain(), metadata={"type": "string"})
    net = fields.Function(lambda due: due.split.net.plain(), metadata={"type": "string"})
    currency = fields.String()
    state = fields.Enum(DueState, by_value=True)
    pay_by = fields.Date()
    paid_at = fields.DateTime(allow_none=True)


class RoyaltyOut(Schema):
    id = fields.Integer(attribute="royalty.id")
    url = fields.String(attribute="royalty.path")
    title = fields.String(attribute="royalty.title")
    licensor = fields.Nested(SideOut)
    licensee = fields.Nested(SideOut)
    state = fields.Enum(State, by_value=True, attribute="royalty.state")
    period = fields.Enum(Period, by_value=True, attribute="royalty.period")
    currency = fields.String(attribute="royalty.currency")
    bands = fields.List(fields.Nested(BandOut), attribute="royalty.bands")
    minimum_minor = fields.Integer(attribute="royalty.minimum_minor")
    fee_bp = fields.Integer(attribute="royalty.fee_bp")
    from_on = fields.Date(attribute="royalty.from_on")
    pay_days = fields.Integer(attribute="royalty.pay_days")
    reason = fields.String(attribute="royalty.reason")
    dues = fields.List(fields.Nested(DueOut))
