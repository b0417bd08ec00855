"""What the doors of billing take and give."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from marshmallow import Schema, ValidationError, fields, post_load

from hub.core.billing.rules import Treatment
from hub.core.organisations.schemas import Country
from hub.web.forms import Text


def percent(bp: int) -> str:
    """Basis points as people write a rate: 1900 is "19", 750 is "7.5"."""
    return f"{Decimal(bp).scaleb(-2).normalize():f}"


class BillingIn(Schema):
    legal_name = Text(0, 200, load_default="")
    address = Text(0, 1000, load_default="")
    country = Country(load_default="")
    tax_id = Text(0, 40, load_default="", metadata={"description": "In the European Union a VAT number; its syntax is checked."})
    treatment = fields.Enum(Treatment, by_value=True, load_default=Treatment.INCLUDED)
    tax_percent = Text(
        0, 8, load_default="0", metadata={"description": "The rate that one's own invoices contain, in per cent: “19”. For organisations."}
    )

    @post_load
    def in_basis_points(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        try:
            rate = Decimal((data.pop("tax_percent") or "0").replace(",", ".")).scaleb(2)
        except InvalidOperation:
            rate = Decimal(-1)
        if not rate.is_finite() or not 0 <= rate <= 10_000 or rate != rate.to_integral_value():
            raise ValidationError({"tax_percent": [gettext("Write a rate from 0 to 100 with two decimal places at most, like 19 or 7.5.")]})
        return data | {"tax_bp": int(rate)}


class BillingOut(Schema):
    legal_name = fields.String(dump_default="")
    address = fields.String()
    country = fields.String()
    tax_id = fields.String()
    treatment = fields.Enum(Treatment, by_value=True)
    tax_percent = fields.Function(lambda found: percent(found.tax_bp), metadata={"type": "string"})
