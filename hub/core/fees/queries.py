"""What the site charges, on any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.fees import rules
from hub.core.fees.models import FeeRate
from hub.core.fees.rules import Mode, Rate
from hub.db.extensions import db
from hub.kernel import clock


def rate(mode: Mode, at: datetime | None = None) -> int:
    """The fee in basis points at the moment `at` (default: now). Whoever agrees writes it down: later rates never touch it."""
    return terms(mode, at).fee_bp


def terms(mode: Mode, at: datetime | None = None) -> Rate:
    """The fee, and the consultant's part of it, at the moment `at`. Days are those of UTC. One statement."""
    day = (at or clock.now()).date()
    chosen = select(FeeRate).where(FeeRate.mode == mode, FeeRate.from_on <= day).order_by(FeeRate.from_on.desc(), FeeRate.id.desc())
    found = db.session.scalars(chosen.limit(1)).first()
    return found.rate if found is not None else rules.in_force([], mode, day)


def table(day: date | None = None) -> list[tuple[Rate, list[Rate]]]:
    """For each mode what holds on `day` (default: today), and what is to come. One statement."""
    said = [row.rate for row in db.session.scalars(select(FeeRate).order_by(FeeRate.id))]
    return rules.table(said, day or clock.now().date())


def said_of(mode: Mode) -> Sequence[FeeRate]:
    """All that was said for a mode, in the order it was said."""
    return db.session.scalars(select(FeeRate).where(FeeRate.mode == mode).order_by(FeeRate.id)).all()


def history(limit: int = 50) -> Sequence[FeeRate]:
    """What was said, the newest first."""
    return db.session.scalars(select(FeeRate).order_by(FeeRate.id.desc()).limit(limit)).all()


def verify(report: Report) -> None:
    """Add rates that cannot have been said: of no mode, out of range, or for a day that was over when they were said."""
    checks.verify_values(report, FeeRate.mode, Mode)
    if report.unreadable:
        return
    for above, last in checks.slices(FeeRate.id):
        chosen = select(FeeRate).where(FeeRate.id > above, FeeRate.id <= last).order_by(FeeRate.id)
        for row in db.session.scalars(checks.afresh(chosen)):
            if not (0 <= row.fee_bp <= rules.HIGHEST_BP and 0 <= row.consultant_bp <= rules.EVERYTHING_BP):
                report.add(
                    "fee_range", row.ref, f"The rate says {row.fee_bp} and {row.consultant_bp} basis points; that cannot be charged."
                )
            if row.set_by is not None and row.from_on <= row.set_at.date():
                text = f"The rate holds from {row.from_on} on, but was said on {row.set_at.date()}: the past was changed."
                report.add("fee_backdated", row.ref, text)
