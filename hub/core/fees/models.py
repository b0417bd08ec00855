"""Fee rates, each from a day on; and the triggers that keep them as they were said."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.fees.rules import EVERYTHING_BP, HIGHEST_BP, Mode, Rate
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.kept import guard, never_changed
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, enum_type


class FeeRate(db.Model):
    """What is charged from a day on. Rows are only added: of two for one day the later one holds. `set_by` is empty for a site's first."""

    __tablename__ = "fee_rate"
    __table_args__ = (
        CheckConstraint(f"fee_bp BETWEEN 0 AND {HIGHEST_BP}", name="fee_in_range"),
        CheckConstraint(f"consultant_bp BETWEEN 0 AND {EVERYTHING_BP}", name="share_in_range"),
        CheckConstraint("set_by IS NULL OR reason <> ''", name="with_a_reason"),
        Index("ix_fee_rate_mode", "mode", "from_on", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    from_on: Mapped[date] = mapped_column(Date)
    fee_bp: Mapped[int]
    consultant_bp: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"fee_rate:{self.id}"

    @property
    def rate(self) -> Rate:
        return Rate(self.mode, self.from_on, self.fee_bp, self.consultant_bp)


_KEPT = "a fee rate is never changed or removed"

guard(
    FeeRate.__table__,
    {
        "sqlite": never_changed("fee_rate", _KEPT)["sqlite"],
        "postgresql": [
            "CREATE OR REPLACE FUNCTION fee_rate_is_kept() RETURNS trigger AS $$ "
            f"BEGIN RAISE EXCEPTION '{_KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER fee_rate_kept BEFORE UPDATE OR DELETE ON fee_rate FOR EACH ROW EXECUTE FUNCTION fee_rate_is_kept()",
        ],
    },
)


holds_of_person("fee_rate", acted="set_by", keeps=OFFICE, fixed=True)
