"""Bank files: which payouts stand in which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel.money import Money


class PayoutBatch(db.Model):
    """One file for the bank, in one currency. `payouts` and `minor` are what it held when it was made."""

    __tablename__ = "payout_batch"
    __table_args__ = (CheckConstraint("payouts > 0 AND minor > 0", name="not_empty"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    payouts: Mapped[int]
    minor: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"payout_batch:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class PayoutLine(db.Model):
    """One payout in one file. It stands in one file at a time: in another only after it was taken back."""

    __tablename__ = "payout_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "payout_id"),
        Index(
            "uq_payout_line_current",
            "payout_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payout_batch.id"))
    payout_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payout.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("payout_batch", acted="made_by", keeps=OFFICE)
holds_of_nobody("payout_line", because="it names a payout, which is its owner's")
