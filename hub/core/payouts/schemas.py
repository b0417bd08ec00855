"""What the doors of payouts take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from hub.core.ledger.rules import OwnerKind
from hub.core.payments.schemas import MoneyIn, MoneyOut
from hub.core.payouts import rules
from hub.core.payouts.models import Payout
from hub.core.payouts.states import PayoutState
from hub.kernel import money
from hub.kernel.money import Money
from hub.web.forms import Amount, Text


@dataclass(frozen=True)
class Asked:
    """Which payouts an administrator looks at; None, "" and 0 leave nothing out. `days` is the least age."""

    state: PayoutState | None = PayoutState.REQUESTED
    gateway: str = ""
    currency: str = ""
    days: int = 0

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Asked:
        """As an address's query says it; what means nothing is left out."""
        said, days = args.get("state", PayoutState.REQUESTED.value), args.get("days", "")
        return cls(
            state=PayoutState(said) if said in {member.value for member in PayoutState} else None,
            gateway=args.get("gateway", "").strip()[:20],
            currency=args.get("currency", "").strip().upper()[:3],
            days=int(days) if days.isdecimal() and len(days) < 5 else 0,
        )

    def query(self) -> dict[str, Any]:
        """The same as an address's query."""
        said = {"state": self.state.value if self.state else "all", "gateway": self.gateway, "currency": self.currency}
        return {name: text for name, text in said.items() if text} | ({"days": str(self.days)} if self.days else {})


def returned_of(payout: Payout, data: dict[str, str]) -> Money | None:
    """What came back of the payout by now, in its currency; None for all of it. Raises Invalid: amount_*."""
    return money.parse(data["amount"], payout.currency) if data["amount"] else None


class WayIn(Schema):
    """How to be paid: to a bank account, or through the processor to one's account there."""

    gateway = Text(1, 20, load_default=rules.BANK, metadata={"description": "“bank_transfer” or “stripe”."})
    destination = Text(
        0, rules.MOST, load_default="", metadata={"description": "For a bank transfer: the IBAN, or account number and bank."}
    )


class PayoutIn(MoneyIn, WayIn):
    pass


class PayoutSentIn(Schema):
    bank_reference = Text(1, 80, required=True)


class PayoutRefusedIn(Schema):
    reason = Text(3, 500, required=True, metadata={"description": "Its owner reads it."})


class PayoutReturnedIn(PayoutRefusedIn):
    """What the bank sent back. Without an amount: all of it."""

    amount = Amount(load_default="")


class PlanIn(WayIn):
    pass


class PlanOut(Schema):
    monthly = fields.Boolean()
    gateway = fields.String()
    destination = fields.String(attribute="masked_destination", metadata={"description": "Its last four signs."})
    since = fields.AwareDateTime(allow_none=True)


class PayoutOut(Schema):
    id = fields.Integer()
    owner_kind = fields.Enum(OwnerKind, by_value=True)
    owner_id = fields.Integer()
    state = fields.Enum(PayoutState, by_value=True)
    amount = fields.Nested(MoneyOut)
    destination = fields.String(attribute="masked_destination", metadata={"description": "Its last four signs."})
    gateway = fields.String(metadata={"description": "“bank_transfer”, or the processor that sends it."})
    reason = fields.String(metadata={"description": "Why it was refused, or came back."})
    bank_reference = fields.String()
    returned = fields.Nested(MoneyOut, metadata={"description": "What came back after it was sent."})
    sent_at = fields.AwareDateTime(allow_none=True)
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
