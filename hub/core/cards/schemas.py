"""What the doors of this room take and give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.cards.states import DisputeState, FoundState, PaymentState, RefundState
from hub.core.payments.schemas import MoneyIn, MoneyOut


class CardRefundIn(MoneyIn):
    """Money of a card payment to go back to the card."""


class VisitOut(Schema):
    payment_id = fields.Integer()
    state = fields.Enum(PaymentState, by_value=True)
    url = fields.String(metadata={"description": "The processor's page to pay on; empty while it has not answered: ask again."})


class CardRefundOut(Schema):
    id = fields.Integer()
    payment_id = fields.Integer()
    state = fields.Enum(RefundState, by_value=True)
    amount = fields.Nested(MoneyOut)
    failure = fields.String()
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)


class FoundRefundOut(Schema):
    """A refund that somebody made at the payment processor itself."""

    id = fields.Integer()
    payment_id = fields.Integer()
    remote_id = fields.String(metadata={"description": "The processor's name of it."})
    state = fields.Enum(FoundState, by_value=True)
    amount = fields.Nested(MoneyOut)
    taken = fields.Nested(MoneyOut, metadata={"description": "What of it was the payer's, once it is in the books."})
    failure = fields.String()
    created_at = fields.AwareDateTime()
    adopted_at = fields.AwareDateTime(allow_none=True)


class FoundRefundsOut(Schema):
    items = fields.List(fields.Nested(FoundRefundOut))
    next = fields.String(allow_none=True)


class CardDisputeOut(Schema):
    id = fields.Integer()
    state = fields.Enum(DisputeState, by_value=True)
    reason = fields.String()
    amount = fields.Nested(MoneyOut)
    frozen = fields.Nested(MoneyOut, metadata={"description": "What of the payer's stands for it."})
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)


class CardPaymentOut(Schema):
    id = fields.Integer()
    funding_id = fields.Integer()
    state = fields.Enum(PaymentState, by_value=True)
    amount = fields.Nested(MoneyOut)
    refundable = fields.Nested(MoneyOut, metadata={"description": "What of it could still go back to the card."})
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    refunds = fields.List(fields.Nested(CardRefundOut))
    found_refunds = fields.List(fields.Nested(FoundRefundOut))
    disputes = fields.List(fields.Nested(CardDisputeOut))
