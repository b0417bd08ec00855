"""The unit of work: who commits, when, and what is written with the commit. Doors, commands and the worker use it; operations never do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm.exc import StaleDataError

from hub.db import journal
from hub.db.engine import WRITES
from hub.db.extensions import db
from hub.db.prepared import UNIT
from hub.kernel.errors import Conflict

_commits = 0


def commits() -> int:
    """How often this process has committed: changes made here are known at once, without asking the database."""
    return _commits


def _count_commit() -> None:
    global _commits
    _commits += 1


def start_writing() -> None:
    """Leave the reading transaction, if any, and begin one that will write (IMMEDIATE on SQLite)."""
    rollback()
    session = db.session()
    session.info[UNIT] = session.connection(execution_options={WRITES: True})


def commit() -> None:
    """Write what happened into the journal and commit both together.

    Raises Conflict if a row was changed by somebody else since it was read; nothing is kept then.
    """
    try:
        with stale_is_conflict():
            db.session.flush()
            journal.write_pending(db.session())
            db.session.commit()
        _count_commit()
    except BaseException:
        rollback()
        raise


@contextmanager
def stale_is_conflict() -> Iterator[None]:
    """A row that somebody else changed may be found out before the commit, by any statement that flushes: Conflict there too."""
    try:
        yield
    except StaleDataError as error:
        rollback()
        raise Conflict("Somebody else changed this a moment ago. Look at it again before you repeat the step.") from error


def rollback() -> None:
    journal.forget_pending(db.session())
    db.session.rollback()


@contextmanager
def unit() -> Iterator[None]:
    """`with work.unit():` commits at the end or leaves nothing behind."""
    start_writing()
    try:
        with stale_is_conflict():
            yield
    except BaseException:
        rollback()
        raise
    commit()


@contextmanager
def outside() -> Iterator[None]:
    """Inside a unit: commit what was done so far, run the block without a transaction (a mail server may be slow), then go on writing."""
    commit()
    try:
        yield
    finally:
        start_writing()
