"""How the two databases are opened: SQLite in WAL with one writer at a time, PostgreSQL as it comes.

SQLAlchemy on SQLite begins deferred transactions by default; read-modify-write in several processes then loses updates
without an error. So a unit of work that will write says so first and begins IMMEDIATE, behind a gate that wakes
waiting writers at once instead of leaving them to SQLite's sleeping busy handler.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

from hub.kernel.errors import TooMany
from hub.kernel.words import N_

WRITES = "hub_writes"
BUSY_SECONDS = 15
BUSY = N_("The site is busy writing. Nothing was lost; try again in a moment.")


class WriteGate:
    """One writer at a time over all threads and processes of this database file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = threading.Lock()

    def enter(self) -> int:
        """Wait for the turn. Returns a ticket for `leave`. Raises TooMany when the other writers take too long."""
        if not self._threads.acquire(timeout=BUSY_SECONDS):
            raise TooMany(BUSY, retry_after=5)
        ticket = -1
        try:
            ticket = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._take(ticket)
        except BaseException:
            if ticket >= 0:
                os.close(ticket)
            self._threads.release()
            raise
        return ticket

    def _take(self, ticket: int) -> None:
        """Ask every few milliseconds: no other process may keep this one waiting for ever, not even a stopped one."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                fcntl.flock(ticket, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TooMany(BUSY, retry_after=5) from None
                time.sleep(0.002)

    def leave(self, ticket: int) -> None:
        os.close(ticket)
        self._threads.release()


def prepare(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Hang the hooks onto a fresh engine; PostgreSQL needs none."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, synchronous)


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    file = engine.url.database
    gate = WriteGate(file + ".write-lock") if file and file != ":memory:" else None

    @event.listens_for(engine, "connect")
    def open_connection(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin on its own
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-8000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql("BEGIN")
            return
        info = connection.connection.info
        if gate is not None and "write_ticket" not in info:
            info["write_ticket"] = gate.enter()
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # not the driver itself: the doors know SQLAlchemy's errors

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        ticket = record.info.pop("write_ticket", None)
        if gate is not None and ticket is not None:
            gate.leave(ticket)
