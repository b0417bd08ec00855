"""What the engine room shows: deliveries, and how the search index stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, JournalRow
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.search.index import engines
from hub.search.index import queries as index
from hub.search.index.engine import Unavailable

SHOWN = 50


@dataclass(frozen=True)
class Job:
    """One reaction to one fact."""

    id: int
    reaction: str
    kind: str
    subject: str
    at: datetime
    next_at: datetime
    attempts: int
    error: str
    journal_id: int


@dataclass(frozen=True)
class Backlog:
    """`due` reactions wait, `failing` of them were tried before; `dead` ones are given up. `oldest` is when the oldest due one fell due."""

    due: int
    failing: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True)
class IndexHealth:
    """`documents` is None while there is no readable index."""

    documents: int | None
    lag: index.Lag
    rebuilding: bool


def backlog() -> Backlog:
    waiting, failing, oldest = db.session.execute(
        select(
            func.count(),
            func.count().filter(Delivery.error != ""),
            func.min(Delivery.next_at),
        ).where(Delivery.state == DeliveryState.DUE)
    ).one()
    dead = db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DEAD)) or 0
    return Backlog(waiting, failing, dead, oldest)


def dead(before: int | None = None, limit: int = SHOWN) -> Sequence[Job]:
    """Given up after too many attempts, the latest first; up to `limit` + 1."""
    return _jobs(Delivery.state == DeliveryState.DEAD, before, limit)


def failing(before: int | None = None, limit: int = SHOWN) -> Sequence[Job]:
    """Tried in vain and due again, the latest first; up to `limit` + 1."""
    return _jobs((Delivery.state == DeliveryState.DUE) & (Delivery.error != ""), before, limit)


def _jobs(which: ColumnElement[bool], before: int | None, limit: int) -> Sequence[Job]:
    chosen = (
        select(Delivery, JournalRow.kind, JournalRow.subject, JournalRow.at)
        .join(JournalRow, JournalRow.id == Delivery.journal_id)
        .where(which)
        .order_by(Delivery.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        chosen = chosen.where(Delivery.id < before)
    return [
        Job(each.id, each.reaction, kind, subject, at, each.next_at, each.attempts, each.error, each.journal_id)
        for each, kind, subject, at in db.session.execute(chosen)
    ]


def delivery(delivery_id: int) -> Delivery:
    """Raises NotFound."""
    found = db.session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound(N_("There is no such delivery."))
    return found


def index_health() -> IndexHealth:
    engine = engines.current()
    try:
        documents: int | None = int(engine.view().columns.live.sum())
    except Unavailable:
        documents = None
    return IndexHealth(documents, index.lag(), engine.needs_rebuild())
