"""What the doors of statements give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.ledger.rules import Kind, Purpose
from hub.core.payments.schemas import MoneyOut


class BalancesOut(Schema):
    """What is on the balances, what of it can be asked for as a payout, and what is on its way out, per currency."""

    balances = fields.List(fields.Nested(MoneyOut))
    available = fields.List(
        fields.Nested(MoneyOut), metadata={"description": "Without what is set aside for something that is not decided yet."}
    )
    in_transit = fields.List(fields.Nested(MoneyOut))


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


class MonthAccountOut(Schema):
    purpose = fields.String()
    subject = fields.String()
    label = fields.String()
    opening = fields.Integer()
    closing = fields.Integer()


class MonthLineOut(Schema):
    at = fields.String()
    kind = fields.String()
    purpose = fields.String()
    memo = fields.String()
    minor = fields.Integer()
    after = fields.Integer(metadata={"description": "The balance of that account then; left out where a line stands for a day."})
    count = fields.Integer(metadata={"description": "How many movements the line stands for, where it is a day."})


class MonthOut(Schema):
    """One currency of a month, in minor units: opening + the sum of the lines = closing."""

    currency = fields.String()
    paper = fields.String(allow_none=True, metadata={"description": "The number of the issued statement."})
    opening = fields.Integer()
    closing = fields.Integer()
    accounts = fields.List(fields.Nested(MonthAccountOut))
    lines = fields.List(fields.Nested(MonthLineOut))


class MonthsOut(Schema):
    month = fields.String()
    statements = fields.List(fields.Nested(MonthOut))
