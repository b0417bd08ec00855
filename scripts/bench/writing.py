"""A unit of work beside the same rows written bare, on the same disk in the same run; the disk's own rate stands beside."""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from hub.core.accounts import operations, queries
from hub.core.accounts.models import Person
from hub.db import work
from hub.db.extensions import db

REPEATS = 60


def per_second(call: Callable[[int], object]) -> float:
    """Calls per second, from the median of REPEATS."""
    times = []
    for number in range(REPEATS):
        start = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - start)
    return 1 / statistics.median(times)


def measure(folder: Path) -> None:
    """Print the rate of a small edit through the operation, bare, and the disk's flushes."""
    person = db.session.query(Person).order_by(Person.id).first()
    assert person is not None
    actor = queries.actor_of(person.id)
    bare = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT)")

    def write_bare(number: int) -> None:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT OR REPLACE INTO t VALUES (1, ?, 'x')", (f"name {number}",))
        bare.execute("INSERT INTO t (name, note) VALUES (?, ?)", (f"fact {number}", "y" * 200))
        bare.execute("COMMIT")

    def write_through_the_operation(number: int) -> None:
        with work.unit():
            operations.change_profile(actor=actor, name=f"Name {number}")

    def flush(number: int) -> None:
        with open(folder / "flush", "ab") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())

    disk, plain, ours = per_second(flush), per_second(write_bare), per_second(write_through_the_operation)
    print(f"writing  edit with journal row {ours / plain:18.0%} of the same rows bare ({plain:,.0f} commits/s; disk {disk:,.0f} flushes/s)")
