"""What the doors of reconciliations take and give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.controls.rules import Difference, Source
from hub.core.payments.schemas import MoneyOut
from hub.web.forms import Text


class NoteIn(Schema):
    note = Text(3, 500, required=True)


class DayIn(Schema):
    day = Text(10, 10, required=True, metadata={"description": "A day in UTC, like 2026-11-21."})


class DifferenceOut(Schema):
    """One thing on which both sides do not say the same. Amounts are what came in (less than nothing: went out)."""

    id = fields.Integer()
    kind = fields.Enum(Difference, by_value=True)
    name = fields.String(metadata={"description": "What belongs together: “payout:5”, or the other side’s own name."})
    here = fields.Nested(MoneyOut, attribute="here_amount")
    there = fields.Nested(MoneyOut, attribute="there_amount")
    said_there = fields.String(attribute="there")
    transactions = fields.List(fields.Integer(), metadata={"description": "Ours, by number."})
    found_refund_id = fields.Integer(allow_none=True, metadata={"description": "A refund made there that can be taken over."})
    note = fields.String()
    noted_at = fields.AwareDateTime(allow_none=True)


class ReconciliationOut(Schema):
    id = fields.Integer()
    source = fields.Enum(Source, by_value=True)
    day = fields.String()
    matched = fields.Integer()
    different = fields.Integer()
    at = fields.AwareDateTime()


class ReconciliationsOut(Schema):
    items = fields.List(fields.Nested(ReconciliationOut))
    next = fields.String(allow_none=True)


class ReportOut(ReconciliationOut):
    differences = fields.List(fields.Nested(DifferenceOut))
