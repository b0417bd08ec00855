"""Pure rules of money by card: what the processor is asked for, what its objects mean, and the legs of each movement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Leg, OwnerKind, Purpose
from hub.kernel.money import Money

OPEN_FOR = timedelta(hours=2)
"""How long the processor's page stays open (it takes 30 minutes to 24 hours)."""

STILL_GOOD = timedelta(minutes=10)
"""A page that closes sooner is not offered again."""

LOOK_AGAIN = timedelta(minutes=10)
"""So often we look ourselves at what no notice came about."""

CREATE, REFUND = "checkout.session.create", "refund.create"

MAY_FAIL, ONCE_A_DAY = timedelta(days=30), timedelta(days=1)
"""A bank may send a refund back for so long (https://docs.stripe.com/refunds, "Failed refunds"): until then we look at it once a day."""

WITHDRAWN = ("needs_response", "under_review", "lost", "won")
"""Stripe's statuses of disputes that took money; a `warning_...` is a question only (https://docs.stripe.com/api/disputes/object)."""

GIVEN_BACK = ("won", "warning_closed", "prevented")


def checkout(
    *, amount: Money, name: str, reference: str, group: str, success_url: str, cancel_url: str, expires_at: datetime
) -> dict[str, Any]:
    """A page on which `amount`, and nothing on top, is paid by card and captured at once."""
    price = {"currency": amount.currency.lower(), "unit_amount": amount.minor, "product_data": {"name": name[:200]}}
    return {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": reference,
        "payment_intent_data": {"transfer_group": group, "description": f"{reference} {name}"[:300]},
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int(expires_at.timestamp()),
    }


@dataclass(frozen=True)
class Owner:
    """Whose money it is."""

    kind: OwnerKind
    id: int
    currency: str

    def account(self, purpose: Purpose) -> AccountRef:
        return AccountRef(self.kind, self.id, purpose, self.currency)


def site(purpose: Purpose, currency: str) -> AccountRef:
    return accounts.of_site(purpose, currency)


def fee_legs(fee: Money) -> list[Leg]:
    """The processor took `fee` from what it has of ours (negative: gave it back)."""
    return [Leg(site(Purpose.PROCESSOR, fee.currency), fee.minor), Leg(site(Purpose.COSTS, fee.currency), -fee.minor)]


def refund_asked_legs(owner: Owner, minor: int) -> list[Leg]:
    return accounts.from_to(owner.account(Purpose.BALANCE), owner.account(Purpose.RETURNING), minor)


def refund_sent_legs(owner: Owner, minor: int) -> list[Leg]:
    return accounts.from_to(owner.account(Purpose.RETURNING), site(Purpose.PROCESSOR, owner.currency), minor)


def refund_failed_legs(owner: Owner, minor: int, *, was_sent: bool) -> list[Leg]:
    source = site(Purpose.PROCESSOR, owner.currency) if was_sent else owner.account(Purpose.RETURNING)
    return accounts.from_to(source, owner.account(Purpose.BALANCE), minor)


def refund_found_legs(owner: Owner, subject: str, taken: Frozen, minor: int) -> list[Leg]:
    """hold and balance, and the site's loss for the rest -> processor: a refund that was made at the processor itself."""
    legs = [
        Leg(site(Purpose.PROCESSOR, owner.currency), minor),
        Leg(site(Purpose.LOSSES, owner.currency), taken.minor - minor),
        Leg(owner.account(Purpose.BALANCE), -taken.balance),
    ]
    return legs + _hold_leg(owner, subject, -taken.hold)


def found_refund_failed_legs(owner: Owner, taken: Frozen, minor: int) -> list[Leg]:
    """The bank sent such a refund back: what was the owner's is on its balance again."""
    return [
        Leg(site(Purpose.PROCESSOR, owner.currency), -minor),
        Leg(site(Purpose.LOSSES, owner.currency), minor - taken.minor),
        Leg(owner.account(Purpose.BALANCE), taken.minor),
    ]


@dataclass(frozen=True)
class Frozen:
    """What is set aside for a dispute, in minor units: first from the hold, then from the balance; the rest is the site's risk."""

    hold: int
    balance: int

    @property
    def minor(self) -> int:
        return self.hold + self.balance


def freeze(disputed: int, *, in_hold: int, on_balance: int) -> Frozen:
    """Never more than was disputed, nor than there is."""
    hold = max(0, min(disputed, in_hold))
    return Frozen(hold, max(0, min(disputed - hold, on_balance)))


def opened_legs(owner: Owner, subject: str, frozen: Frozen, disputed: int) -> list[Leg]:
    """hold and balance -> disputed; and the processor has that much less of ours, which is at stake."""
    legs = [
        Leg(site(Purpose.PROCESSOR, owner.currency), disputed),
        Leg(site(Purpose.LOSSES, owner.currency), -disputed),
        Leg(owner.account(Purpose.DISPUTED), frozen.minor),
        Leg(owner.account(Purpose.BALANCE), -frozen.balance),
    ]
    return legs + _hold_leg(owner, subject, -frozen.hold)


def won_legs(owner: Owner, subject: str, frozen: Frozen, disputed: int, *, back_to_hold: bool) -> list[Leg]:
    """All of it the other way round; onto the balance, if what was held for is over."""
    to_hold = frozen.hold if back_to_hold else 0
    legs = [
        Leg(site(Purpose.PROCESSOR, owner.currency), -disputed),
        Leg(site(Purpose.LOSSES, owner.currency), disputed),
        Leg(owner.account(Purpose.DISPUTED), -frozen.minor),
        Leg(owner.account(Purpose.BALANCE), frozen.minor - to_hold),
    ]
    return legs + _hold_leg(owner, subject, to_hold)


def lost_legs(owner: Owner, subject: str, frozen: Frozen, more: Frozen) -> list[Leg]:
    """disputed, and what has come into hold and balance since, -> losses; what is missing there stays the site's loss."""
    legs = [
        Leg(owner.account(Purpose.DISPUTED), -frozen.minor),
        Leg(owner.account(Purpose.BALANCE), -more.balance),
        Leg(site(Purpose.LOSSES, owner.currency), frozen.minor + more.minor),
    ]
    return legs + _hold_leg(owner, subject, -more.hold)


def _hold_leg(owner: Owner, subject: str, minor: int) -> list[Leg]:
    return [Leg(accounts.hold_of(owner.id, subject, owner.currency), minor)] if minor else []


def id_of(found: Mapping[str, Any], name: str) -> str:
    """The processor's name of an object in `found`, whether it came whole or by name; empty if there is none."""
    value = found.get(name)
    return str(value.get("id") or "") if isinstance(value, Mapping) else str(value or "")
