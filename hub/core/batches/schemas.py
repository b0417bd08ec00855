"""What the doors of bank files take and give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.batches import rules
from hub.core.payments.schemas import MoneyOut
from hub.core.payouts.schemas import WaitingPayoutOut
from hub.web.forms import Text


class BatchIn(Schema):
    payouts = fields.List(
        fields.Integer(strict=False), load_default=list, metadata={"description": f"Ids, up to {rules.MOST}, all in one currency."}
    )


class ReferenceIn(Schema):
    payout = fields.Integer(required=True)
    bank_reference = Text(0, 80, required=True)


class ReferencesIn(Schema):
    references = fields.List(fields.Nested(ReferenceIn), required=True)


class ConfirmedOut(Schema):
    confirmed = fields.Integer(metadata={"description": "How many payouts were confirmed by this request."})


class TakenBackOut(Schema):
    taken_back = fields.Integer()


class BatchOut(Schema):
    id = fields.Integer()
    currency = fields.String()
    payouts = fields.Integer(metadata={"description": "How many it held when it was made."})
    amount = fields.Nested(MoneyOut)
    made_at = fields.AwareDateTime()


class BatchFullOut(BatchOut):
    items = fields.List(fields.Nested(WaitingPayoutOut))


class ListedOut(Schema):
    id = fields.Integer()
    open = fields.Integer(metadata={"description": "Payouts of it that are still on their way."})
    batch = fields.Nested(BatchOut)


class BatchesOut(Schema):
    items = fields.List(fields.Nested(ListedOut))
    next = fields.String(allow_none=True)
