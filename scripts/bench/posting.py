"""An award split five ways: through the operations, and the very same SQL bare on a copy of the same database in the same run."""

from __future__ import annotations

import itertools
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub.core.holds.events import HoldReleased
from hub.core.ledger import operations, rules
from hub.core.ledger.rules import Kind, Leg, OwnerKind
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM

REPEATS = 60
SYNCHRONOUS = "FULL"
NUMBERS = itertools.count()
WINNERS = range(900_001, 900_006)
SUBJECT = "challenge:900001"
HOLD = rules.hold_of(900_001, SUBJECT, "USD")
GROSS, FEE = 1_000_000, 50_000
Said = list[tuple[str, Any]]


def prepare() -> None:
    """Money in the hold, and every account once used."""
    with work.unit():
        total = 1_000 * GROSS
        operations.post(
            actor=SYSTEM, kind=Kind.FUNDING, key="bench:in", legs=[Leg(rules.bank("USD"), -total), Leg(HOLD, total)], subject=SUBJECT
        )
    award(-1)


def award(number: int) -> None:
    """One hold, five balances, the fee; and the fact in the journal."""
    share = (GROSS - FEE) // len(WINNERS)
    legs = [
        Leg(HOLD, -GROSS),
        Leg(rules.fees("USD"), FEE),
        *(Leg(rules.balance_of(OwnerKind.PERSON, one, "USD"), share) for one in WINNERS),
    ]
    with work.unit():
        posted = operations.post(
            actor=SYSTEM, kind=Kind.AWARD, key=f"bench:{number}", legs=legs, memo="Award", cause="hold:900001", subject=SUBJECT
        ).transaction
        fact = HoldReleased(posted.id, SUBJECT, 900_001, WINNERS[0], "Award", GROSS, FEE, GROSS - FEE, "USD", True)
        journal.record(fact, actor=SYSTEM, subject=posted.ref, scope=SUBJECT)


@contextmanager
def hearing() -> Iterator[Said]:
    """Every statement that the application sends to its database."""
    said: Said = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def repeat(bare: sqlite3.Connection, said: Said) -> None:
    for statement, parameters in said:
        if isinstance(parameters, list):
            bare.executemany(statement, parameters)
        else:
            bare.execute(statement, parameters).fetchall()
    bare.execute("COMMIT")


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(folder: Path) -> tuple[float, float, int]:
    """Seconds for one award through the operation and bare (medians of REPEATS, taken in turns), and how many statements it is."""
    ours, plain, count = [], [], 0
    with closing(sqlite3.connect(folder / "bare-posting.sqlite3", isolation_level=None)) as bare:
        with closing(sqlite3.connect(str(db.engine.url.database))) as source:
            source.backup(bare)
        for pragma in ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY"):
            bare.execute(f"PRAGMA {pragma}")
        for _ in range(REPEATS):
            with hearing() as said:
                ours.append(timed(lambda: award(next(NUMBERS))))
            count = len(said)
            plain.append(timed(lambda said=said: repeat(bare, said)))  # type: ignore[misc]
    return statistics.median(ours), statistics.median(plain), count


def measure(folder: Path) -> None:
    """Print the rate of a five-way split beside that of its SQL bare."""
    prepare()
    ours, plain, count = compare(folder)
    print(f"posting  award split five ways {plain / ours:11.0%} of the same {count} statements bare ({1 / plain:,.0f}/s)")
