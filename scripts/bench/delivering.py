"""The outbox: what a delivery costs beside the SQL it needs, bare."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.db.journal import Fact
from hub.kernel.actor import SYSTEM

DELIVERIES = 400
AHEAD = "2099-01-01 00:00:00.000000"
_heard: list[int] = []


@dataclass(frozen=True)
class Rang:
    """A fact of the bench."""

    SAYS: ClassVar[str] = "rang"
    number: int


def hear(event: Rang, fact: Fact) -> None:
    _heard.append(event.number)


def bare(file: Path) -> float:
    """Seconds of the processor for as many rows leased in twenties and done one by one, each in a transaction."""
    with closing(sqlite3.connect(file, isolation_level=None)) as rows:
        with closing(sqlite3.connect(str(db.engine.url.database))) as source:
            source.backup(rows)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-8000"):
            rows.execute(f"PRAGMA {pragma}")
        due = [one[0] for one in rows.execute("SELECT id FROM delivery WHERE reaction LIKE 'scripts.bench%' ORDER BY id")]
        start = time.process_time()
        for first in range(0, len(due), delivery.TOGETHER):
            batch = due[first : first + delivery.TOGETHER]
            rows.execute("BEGIN IMMEDIATE")
            marks = ",".join("?" * len(batch))
            rows.execute(f"UPDATE delivery SET next_at = ?, attempts = attempts + 1 WHERE id IN ({marks})", [AHEAD, *batch])  # noqa: S608
            rows.execute("COMMIT")
            for one in batch:
                rows.execute("BEGIN IMMEDIATE")
                rows.execute("UPDATE delivery SET state = 'done', error = '' WHERE id = ?", [one])
                rows.execute("COMMIT")
        return time.process_time() - start


def measure(folder: Path) -> None:
    """Print how many deliveries the processor does in a second, of a reaction that does nothing, beside their SQL bare."""
    delivery.deliver_all()
    journal.reacts_to(Rang)(hear)
    with work.unit():
        for number in range(DELIVERIES):
            journal.record(Rang(number), actor=SYSTEM, subject="bench")
    plain = bare(folder / "bare-outbox.sqlite3")
    start = time.process_time()
    delivery.deliver_all()
    took = time.process_time() - start
    assert _heard == list(range(DELIVERIES))
    print(f"outbox   deliveries, of the processor {plain / took:14.0%} of the same rows bare ({DELIVERIES / took:,.0f} deliveries/s here)")
