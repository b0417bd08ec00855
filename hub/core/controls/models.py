"""Reconciliations, kept per day: how much fits, and each difference with what an administrator says about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.controls.rules import Difference, Source
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money


class Reconciliation(db.Model):
    """One day (UTC) of one source: `matched` groups say the same on both sides."""

    __tablename__ = "reconciliation"
    __table_args__ = (
        UniqueConstraint("source", "day"),
        CheckConstraint("matched >= 0 AND different >= 0", name="counts"),
        CheckConstraint("length(day) = 10", name="day_is_written_out"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[Source] = mapped_column(enum_type(Source))
    day: Mapped[str] = mapped_column(String(10))
    matched: Mapped[int]
    different: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"reconciliation:{self.id}"


class ReconciliationDifference(db.Model):
    """One group that does not fit. `here` names our transactions, `there` what the other side calls its movements."""

    __tablename__ = "reconciliation_difference"
    __table_args__ = (
        UniqueConstraint("reconciliation_id", "name", "currency"),
        CheckConstraint("(note = '') = (noted_at IS NULL)", name="note_has_its_time"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reconciliation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reconciliation.id"))
    kind: Mapped[Difference] = mapped_column(enum_type(Difference))
    name: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    here: Mapped[str] = mapped_column(String(500), default="")
    there: Mapped[str] = mapped_column(String(500), default="")
    here_minor: Mapped[int] = mapped_column(BigInteger)
    there_minor: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(500), default="")
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def here_amount(self) -> Money:
        return Money(self.here_minor, self.currency)

    @property
    def there_amount(self) -> Money:
        return Money(self.there_minor, self.currency)

    @property
    def found_refund_id(self) -> int | None:
        """The refund made at the processor itself that it is, which can be taken over into the books."""
        kind, _, number = self.name.partition(":")
        return int(number) if kind == "card_found_refund" and number.isdecimal() else None

    @property
    def transactions(self) -> list[int]:
        """Ours, by number."""
        return [int(ref.partition(":")[2]) for ref in self.here.split() if ref.startswith("transaction:")]


holds_of_person("reconciliation_difference", acted="noted_by", keeps=LAW)
holds_of_nobody("reconciliation", because="it counts movements of one day")
