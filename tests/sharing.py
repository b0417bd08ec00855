"""What is dear to make and only read afterwards: made by the first test process that needs it, used by all."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")


def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this whole run, whichever of its processes asks."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; a process that dies lets go."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def made_once(name: str, make: Callable[[Path], T], common: Path, clear: Callable[[T], None] = lambda made: None) -> Iterator[T]:
    """What `make` makes in a folder of its own: made once under `common` while anybody uses it; the last one out calls `clear`.

    It goes from process to process as a pickle. If making it fails, the next process tries again in a fresh folder.
    """
    lock, result, users = (common / f"{name}.{what}" for what in ("lock", "made", "users"))
    with locked(lock):
        count = int(users.read_text()) if users.exists() else 0
        if count:
            made: T = pickle.loads(result.read_bytes())
        else:
            folder = common / f"{name}-{os.getpid()}-{os.urandom(4).hex()}"
            folder.mkdir()
            made = make(folder)
            result.write_bytes(pickle.dumps(made))
        users.write_text(str(count + 1))
    try:
        yield made
    finally:
        with locked(lock):
            count = int(users.read_text()) - 1
            users.write_text(str(count))
            if not count:
                clear(made)


def at_rest(database: Path | str) -> None:
    """Everything that was written stands in the file itself, none of it in the log beside it: the file alone may be copied."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, "somebody is still at it"


def copy_folder(made: Path, to: Path) -> Path:
    """A data directory of one's own, like one that is at rest."""
    shutil.copytree(made, to, ignore=shutil.ignore_patterns("*-wal", "*-shm", "*.write-lock"))
    return to
