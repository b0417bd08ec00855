"""Accounts at the processor, as far as payouts need to know them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import OwnerKind
from hub.core.payees import rules
from hub.core.payees.states import PayeeState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class PayoutAccount(db.Model):
    """One owner's account at one processor. `due` is what the processor still asks for; what it was told stays with it."""

    __tablename__ = "payout_account"
    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id", "gateway"),
        CheckConstraint("owner_kind <> 'site'", name="owned_by_people"),
        CheckConstraint("(state IN ('asked', 'ready')) = (remote_id <> '')", name="opened_has_its_name"),
        CheckConstraint("(state = 'failed') = (refusal <> '')", name="refused_with_a_reason"),
        CheckConstraint("opens > 0 AND links >= 0", name="counts"),
        Index(
            "uq_payout_account_remote",
            "remote_id",
            unique=True,
            sqlite_where=text("remote_id <> ''"),
            postgresql_where=text("remote_id <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20), default=rules.GATEWAY)
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[PayeeState] = mapped_column(enum_type(PayeeState), default=PayeeState.OPENING)
    remote_id: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3), default="")
    due: Mapped[list[Any]] = mapped_column(JSON, default=list)
    disabled: Mapped[str] = mapped_column(String(120), default="")
    refusal: Mapped[str] = mapped_column(String(300), default="")
    opens: Mapped[int] = mapped_column(default=1)
    links: Mapped[int] = mapped_column(default=0)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"payout_account:{self.id}"

    @property
    def asks_for(self) -> list[str]:
        """What is still asked for, in English parts marked for translation."""
        return rules.in_words(self.due)


holds_of_person("payout_account", "owner_kind:owner_id", what=N_("Your account at the payment processor"), acted="opened_by", keeps=LAW)
