"""What the doors of this room take and give. Amounts travel as text with their currency, and as minor units beside it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from hub.core.payments.states import FundingState
from hub.kernel import money
from hub.kernel.money import Money
from hub.web.forms import Amount, Text

COMMON = ("USD", "EUR", "CNY", "GBP", "JPY", "CHF")
CURRENCIES = (*COMMON, *sorted(money.CURRENCIES - set(COMMON)))
"""The choice of a form: the usual ones first."""


def money_of(data: dict[str, Any]) -> Money:
    """Take `amount` and `currency` out of what was sent, as Money. Raises Invalid with a code of its own for each mistake."""
    return money.parse(data.pop("amount"), data.pop("currency"), field="amount")


class MoneyIn(Schema):
    amount = Amount(required=True, metadata={"description": "As text: “2500.00”."})
    currency = Text(1, 8, required=True, metadata={"description": "ISO 4217, three letters."})


class TopUpIn(MoneyIn):
    """Money to pay onto the organisation's own balance."""

    label = Text(0, 200, load_default="")


class ReceivedIn(MoneyIn):
    """Money that the bank's statement shows."""

    bank_reference = Text(1, 80, required=True, metadata={"description": "The bank's own name of the transfer: each counts once."})


class DepositIn(ReceivedIn):
    organisation = Text(1, 80, required=True, metadata={"description": "The organisation's short name, as in its address."})
    memo = Text(0, 200, load_default="")


class MoneyOut(Schema):
    amount = fields.Function(lambda value: value.plain(), metadata={"type": "string"})
    minor = fields.Integer()
    currency = fields.String()


class HoldOut(Schema):
    id = fields.Integer()
    subject = fields.String()
    label = fields.String()
    currency = fields.String()
    funded_minor = fields.Integer()
    awarded_minor = fields.Integer()
    fee_minor = fields.Integer()
    refunded_minor = fields.Integer()
    left_minor = fields.Integer()


class HoldsOut(Schema):
    items = fields.List(fields.Nested(HoldOut))


class FundingOut(Schema):
    id = fields.Integer()
    reference = fields.String(metadata={"description": "To be written on the bank transfer."})
    organisation_id = fields.Integer(allow_none=True)
    subject = fields.String(metadata={"description": "What the money is held for; empty for the organisation's own balance."})
    label = fields.String()
    state = fields.Enum(FundingState, by_value=True)
    amount = fields.Nested(MoneyOut)
    received = fields.Nested(MoneyOut)
    due = fields.Nested(MoneyOut)
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)


class FundingsOut(Schema):
    items = fields.List(fields.Nested(FundingOut))
    next = fields.String(allow_none=True)


class DepositOut(Schema):
    transaction_id = fields.Integer()
