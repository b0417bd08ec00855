"""Reading bank files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select

from hub.core.batches import rules
from hub.core.batches.models import PayoutBatch, PayoutLine
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.payouts import queries as payouts_read
from hub.core.payouts import rules as payouts
from hub.core.payouts.models import Payout
from hub.core.payouts.states import PayoutState
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.errors import NotFound
from hub.kernel.money import CURRENCIES
from hub.kernel.words import N_


def batch(batch_id: int) -> PayoutBatch:
    """Raises NotFound."""
    found = db.session.get(PayoutBatch, batch_id)
    if found is None:
        raise NotFound(N_("There is no such bank file."))
    return found


@dataclass(frozen=True)
class Listed:
    """A bank file and how many of its payouts are not confirmed or refused yet."""

    batch: PayoutBatch
    open: int

    @property
    def id(self) -> int:
        return self.batch.id


def batches(*, before: int | None = None, limit: int = 50) -> list[Listed]:
    """Bank files, the newest first, in one statement."""
    open_ones = (
        select(func.count())
        .select_from(PayoutLine)
        .join(Payout, Payout.id == PayoutLine.payout_id)
        .where(PayoutLine.batch_id == PayoutBatch.id, PayoutLine.taken_back_at.is_(None), Payout.state == PayoutState.SENDING)
        .scalar_subquery()
    )
    chosen = select(PayoutBatch, open_ones)
    return [Listed(batch, count) for batch, count in db.session.execute(older(chosen, PayoutBatch.id, before, limit))]


def payouts_in(batch_id: int) -> list[Payout]:
    """The payouts that stand in the file, in its order; those taken back are left out."""
    standing = (PayoutLine.batch_id == batch_id) & PayoutLine.taken_back_at.is_(None)
    chosen = select(Payout).join(PayoutLine, PayoutLine.payout_id == Payout.id).where(standing)
    return list(db.session.scalars(chosen.order_by(PayoutLine.id)))


def line(batch_id: int, payout_id: int) -> PayoutLine:
    """The payout's place in the file."""
    return db.session.scalars(select(PayoutLine).where(PayoutLine.batch_id == batch_id, PayoutLine.payout_id == payout_id)).one()


def orders(batch_id: int) -> list[rules.Order]:
    """The file's lines as the bank is told them."""
    found = payouts_in(batch_id)
    return told(found, payouts_read.names(found))


def told(found: list[Payout], names: dict[int, str]) -> list[rules.Order]:
    """Payouts as a bank is told them."""
    return [
        rules.Order(
            payout_id=payout.id,
            name=names.get(payout.id, ""),
            account=payout.destination,
            iban=re.sub(r"\s", "", payout.destination).upper() if payouts.is_iban(payout.destination) else "",
            amount=payout.amount,
        )
        for payout in found
    ]


def verify(report: Report) -> None:
    """Add to `report` where bank files do not say the same as the payouts in them."""
    checks.verify_values(report, PayoutBatch.currency, CURRENCIES)
    if report.unreadable:
        return
    held = select(PayoutLine.batch_id, func.count().label("payouts"), func.sum(Payout.minor).label("minor"))
    held = held.join(Payout, Payout.id == PayoutLine.payout_id).group_by(PayoutLine.batch_id)
    lines = held.subquery()
    rows = db.session.execute(
        select(PayoutBatch.id, PayoutBatch.payouts, PayoutBatch.minor, lines.c.payouts, lines.c.minor)
        .outerjoin(lines, lines.c.batch_id == PayoutBatch.id)
        .where((func.coalesce(lines.c.payouts, 0) != PayoutBatch.payouts) | (func.coalesce(lines.c.minor, 0) != PayoutBatch.minor))
        .order_by(PayoutBatch.id)
    )
    for number, payouts_then, minor_then, payouts_now, minor_now in rows:
        told = f"{payouts_then} payouts ({minor_then} minor units)"
        text = f"The bank file was made of {told}, but {payouts_now or 0} ({minor_now or 0}) are there."
        report.add("batch_lines", f"payout_batch:{number}", text)
    listed = select(PayoutLine.payout_id).where(PayoutLine.taken_back_at.is_(None))
    astray = select(Payout.id).where(Payout.state == PayoutState.REQUESTED, Payout.id.in_(listed)).order_by(Payout.id)
    for number in db.session.scalars(astray.limit(checks.CHUNK)):
        report.add("batch_state", f"payout:{number}", "The payout stands in a bank file: it is not waiting to be put into one.")
