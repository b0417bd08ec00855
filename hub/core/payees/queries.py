"""Reading accounts at the processor."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.ledger.rules import OwnerKind
from hub.core.payees import rules
from hub.core.payees.models import PayoutAccount
from hub.core.payees.states import PayeeState
from hub.db.extensions import db
from hub.kernel.errors import NotNow
from hub.kernel.words import N_


def account_of(kind: str, owner_id: int) -> PayoutAccount | None:
    """The owner's account at the processor."""
    chosen = select(PayoutAccount).where(PayoutAccount.owner_kind == OwnerKind(kind), PayoutAccount.owner_id == owner_id)
    return db.session.scalars(chosen.where(PayoutAccount.gateway == rules.GATEWAY)).one_or_none()


def by_remote_id(remote_id: str) -> PayoutAccount | None:
    """The account that the processor calls so, if it is one of ours."""
    if not remote_id:
        return None
    return db.session.scalars(select(PayoutAccount).where(PayoutAccount.remote_id == remote_id)).one_or_none()


def by_cause(cause: str) -> PayoutAccount | None:
    """The account that a call to the processor was made for ("payout_account:3")."""
    kind, _, number = cause.partition(":")
    return db.session.get(PayoutAccount, int(number)) if kind == "payout_account" and number.isdecimal() else None


def ready_account(kind: str, owner_id: int) -> PayoutAccount:
    """The owner's account, if money may be sent to it. Raises NotNow: payouts_not_enabled."""
    found = account_of(kind, owner_id)
    if found is None or found.state is not PayeeState.READY:
        raise NotNow(
            N_("Stripe does not pay out to this account yet: see below what it still asks for, or take a bank transfer."),
            code="payouts_not_enabled",
        )
    return found


def verify(report: Report) -> None:
    """Add to `report` what cannot be read."""
    checks.verify_values(report, PayoutAccount.state, PayeeState)
    checks.verify_values(report, PayoutAccount.owner_kind, OwnerKind)
