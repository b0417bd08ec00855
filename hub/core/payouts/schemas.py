"""What the doors of payouts take and give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.ledger.rules import OwnerKind
from hub.core.payments.schemas import MoneyIn, MoneyOut
from hub.core.payouts import rules
from hub.core.payouts.states import PayoutState
from hub.web.forms import Text


class PayoutIn(MoneyIn):
    destination = Text(1, rules.MOST, required=True, metadata={"description": "The IBAN, or account number and bank."})


class PayoutSentIn(Schema):
    bank_reference = Text(1, 80, required=True)


class PayoutRefusedIn(Schema):
    reason = Text(3, 500, required=True, metadata={"description": "Its owner reads it."})


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
