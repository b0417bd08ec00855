"""Payouts: money on its way out, as people see it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import OwnerKind
from hub.core.payouts import rules
from hub.core.payouts.states import PayoutState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money


class Payout(db.Model):
    """Money on its way out of a balance. `destination` is personal: it is shown in full to the owner and to administrators alone."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("minor > 0", name="positive"),
        CheckConstraint("owner_kind <> 'site'", name="owned_by_people"),
        CheckConstraint("(state = 'rejected') = (reason <> '')", name="refused_with_a_reason"),
        CheckConstraint("(state = 'paid') = (bank_reference <> '')", name="paid_with_a_reference"),
        CheckConstraint("(state = 'requested') = (decided_at IS NULL)", name="decided_has_its_time"),
        Index("ix_payout_owner", "owner_kind", "owner_id", "id"),
        Index("ix_payout_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20), default="bank_transfer")
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    destination: Mapped[str] = mapped_column(String(rules.MOST))
    state: Mapped[PayoutState] = mapped_column(enum_type(PayoutState), default=PayoutState.REQUESTED)
    reason: Mapped[str] = mapped_column(String(500), default="")
    bank_reference: Mapped[str] = mapped_column(String(80), default="")
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"payout:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def masked_destination(self) -> str:
        return rules.masked(self.destination)
