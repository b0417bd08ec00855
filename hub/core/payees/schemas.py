"""What the doors of accounts at the processor take and give."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.payees.states import PayeeState
from hub.web.forms import Text


class AccountIn(Schema):
    country = Text(2, 2, required=True, metadata={"description": "ISO 3166, two letters: where the person lives or the organisation is."})


class AccountOut(Schema):
    id = fields.Integer()
    state = fields.Enum(PayeeState, by_value=True)
    country = fields.String()
    currency = fields.String(metadata={"description": "What the account is kept in, as far as the processor said."})
    due = fields.List(fields.String(), metadata={"description": "What the processor still asks for, in its own names."})
    disabled = fields.String(metadata={"description": "Why it is not enabled, in the processor's own name."})
    refusal = fields.String()
    checked_at = fields.AwareDateTime(allow_none=True)


class OnboardingOut(Schema):
    account = fields.Nested(AccountOut)
    url = fields.String(allow_none=True, metadata={"description": "The processor's page: opens once, within minutes. Null: ask again."})
