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
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money
from hub.kernel.words import N_


class Payout(db.Model):
    """Money on its way out of a balance. `destination` is personal: it is shown in full to the owner and to administrators alone.

    `returned_minor` came back after it was sent (a transfer that bounced, or was reversed in part or whole). `trouble` says why a payout
    that is being sent is not there yet, `tries` how often a processor was asked to send it, `retry_at` when it is asked again.
    """

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("minor > 0", name="positive"),
        CheckConstraint("owner_kind <> 'site'", name="owned_by_people"),
        CheckConstraint("state NOT IN ('rejected', 'returned') OR reason <> ''", name="refused_with_a_reason"),
        CheckConstraint("(state IN ('paid', 'returned')) = (bank_reference <> '')", name="paid_with_a_reference"),
        CheckConstraint("(state IN ('requested', 'sending')) = (decided_at IS NULL)", name="decided_has_its_time"),
        CheckConstraint("returned_minor BETWEEN 0 AND minor", name="no_more_returned_than_sent"),
        CheckConstraint("(state = 'returned') = (returned_minor = minor)", name="returned_when_all_is_back"),
        CheckConstraint("returned_minor = 0 OR state IN ('paid', 'returned')", name="only_what_was_sent_returns"),
        CheckConstraint("tries >= 0 AND (retry_at IS NULL OR state = 'sending')", name="tried_while_sending"),
        Index("ix_payout_owner", "owner_kind", "owner_id", "id"),
        Index("ix_payout_state", "state", "id"),
        Index("ix_payout_reference", "bank_reference"),
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
    returned_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    trouble: Mapped[str] = mapped_column(String(300), default="")
    tries: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"payout:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def returned(self) -> Money:
        return Money(self.returned_minor, self.currency)

    @property
    def by_hand(self) -> bool:
        """Do people send it? Otherwise a processor does, and it alone says what became of it."""
        return self.gateway == rules.BANK

    @property
    def masked_destination(self) -> str:
        return rules.masked(self.destination)


class PayoutPlan(db.Model):
    """A person's wish to be paid out once a month whatever their balances hold, without asking each time. `last_month` is "2026-11"."""

    __tablename__ = "payout_plan"
    __table_args__ = (
        CheckConstraint("destination <> ''", name="goes_somewhere"),
        CheckConstraint("length(last_month) = 7", name="month_is_written_out"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20), default="bank_transfer")
    destination: Mapped[str] = mapped_column(String(rules.MOST))
    last_month: Mapped[str] = mapped_column(String(7))
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def masked_destination(self) -> str:
        return rules.masked(self.destination)


holds_of_person(
    "payout",
    "owner_kind:owner_id",
    what=N_("Money paid out to you, and where to"),
    acted="requested_by decided_by",
    hides="decided_by",
    keeps=LAW,
    fixed=True,
)
holds_of_person("payout_plan", "person_id", what=N_("When you are paid out"), erase=True)
