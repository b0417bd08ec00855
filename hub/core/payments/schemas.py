"""What the doors of this room take and give. Amounts travel as text with their currency, and as minor units beside it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.payments import rules
from hub.core.payments.states import FundingState, PayoutState
from hub.kernel import money
from hub.kernel.money import Money
from hub.web.forms import Amount, Text


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


class PayoutIn(MoneyIn):
    destination = Text(1, rules.MOST, required=True, metadata={"description": "The IBAN, or account number and bank."})


class PayoutSentIn(Schema):
    bank_reference = Text(1, 80, required=True)


class PayoutRefusedIn(Schema):
    reason = Text(3, 500, required=True, metadata={"description": "Its owner reads it."})


class MoneyOut(Schema):
    amount = fields.Function(lambda value: value.plain(), metadata={"type": "string"})
    minor = fields.Integer()
    currency = fields.String()


class BalancesOut(Schema):
    """Free money, and money on its way out, per currency."""

    balances = fields.List(fields.Nested(MoneyOut))
    in_transit = fields.List(fields.Nested(MoneyOut))


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
    organisation_id = fields.Integer()
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


class PayoutOut(Schema):
    id = fields.Integer()
    owner_kind = fields.Enum(OwnerKind, by_value=True)
    owner_id = fields.Integer()
    state = fields.Enum(PayoutState, by_value=True)
    amount = fields.Nested(MoneyOut)
    destination = fields.String(attribute="masked_destination", metadata={"description": "Its last four signs."})
    reason = fields.String(metadata={"description": "Why it was refused."})
    bank_reference = fields.String()
    created_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)


class PayoutsOut(Schema):
    items = fields.List(fields.Nested(PayoutOut))
    next = fields.String(allow_none=True)


class WaitingPayoutOut(PayoutOut):
    """As the administrator who sends it needs it."""

    destination = fields.String()


class WaitingPayoutsOut(Schema):
    items = fields.List(fields.Nested(WaitingPayoutOut))
    next = fields.String(allow_none=True)


class StatementLineOut(Schema):
    id = fields.Integer()
    at = fields.AwareDateTime()
    transaction_id = fields.Integer()
    kind = fields.Enum(Kind, by_value=True)
    purpose = fields.Enum(Purpose, by_value=True)
    subject = fields.String()
    memo = fields.String()
    amount = fields.Nested(MoneyOut)
    after = fields.Nested(MoneyOut, metadata={"description": "The balance of that account then."})


class StatementOut(Schema):
    items = fields.List(fields.Nested(StatementLineOut))
    next = fields.String(allow_none=True)


class EarningOut(Schema):
    """One award: gross = fee + net."""

    id = fields.Integer()
    at = fields.AwareDateTime()
    subject = fields.String()
    memo = fields.String()
    gross = fields.Nested(MoneyOut)
    fee = fields.Nested(MoneyOut)
    net = fields.Nested(MoneyOut)


class EarningsOut(Schema):
    items = fields.List(fields.Nested(EarningOut))
    next = fields.String(allow_none=True)


class DepositOut(Schema):
    transaction_id = fields.Integer()
