"""The folder an index lives in: which one is current, who may write, what is left to clean.

`current` names the index in use and is replaced in one step after every commit, so readers see either the old state or the new one.
`write.lock` is held (flock) by the one writer and freed by its death. `damaged` says that somebody could not read the index.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hub.kernel import clock
from hub.search.index.engine import Busy, Unavailable

FORMAT = 2
"""Raise it when what is stored, or the way of reading text into terms, changes: older indexes are then rebuilt."""


class IndexFolder:
    def __init__(self, path: Path) -> None:
        self.path, self._held = path, False
        self._synced: set[tuple[str, int]] = set()
        self._pointer, self._damage = path / "current", path / "damaged"

    def generation(self) -> str:
        """Other after every `point_to`, in every process: the pointer is a new file each time."""
        try:
            seen = self._pointer.stat()
        except FileNotFoundError:
            return ""
        return f"{seen.st_ino}-{seen.st_mtime_ns}"

    def current(self) -> Path:
        """The index in use. Raises Unavailable."""
        try:
            said: dict[str, Any] = json.loads(self._pointer.read_text())
            name, form = str(said["index"]), said["format"]
        except (FileNotFoundError, ValueError, TypeError, KeyError) as error:
            raise Unavailable("there is no index yet") from error
        if form != FORMAT or not (self.path / name).is_dir():
            raise Unavailable("the index is missing or of another format")
        return self.path / name

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The right to write. Raises Busy."""
        self.path.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path / "write.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Busy("another process writes the index") from None
        self._held = True
        try:
            yield
        finally:
            self._held = False
            os.close(handle)

    def must_hold(self) -> None:
        if not self._held:
            raise RuntimeError("write inside `with engine.hold()`")

    def fresh(self) -> Path:
        """A new, empty folder for an index that nobody sees yet."""
        folder = self.path / f"index-{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        folder.mkdir()
        return folder

    def discard(self, folder: Path) -> None:
        """Remove an index that nobody has seen."""
        shutil.rmtree(folder, ignore_errors=True)

    def point_to(self, folder: Path) -> None:
        """Make what was written durable, then visible."""
        files = {(str(file), file.stat().st_ino) for file in folder.iterdir()}
        for name, _ in files - self._synced:
            _sync(Path(name))
        self._synced = files
        _sync(folder)
        draft = self.path / f".current-{secrets.token_hex(4)}"
        draft.write_text(json.dumps({"index": folder.name, "format": FORMAT}))
        _sync(draft)
        draft.replace(self._pointer)
        _sync(self.path)

    def clean(self) -> None:
        """Forget reported damage and remove all indexes but the current and the one before it, which readers may still be opening."""
        self._damage.unlink(missing_ok=True)
        indexes = sorted(self.path.glob("index-*"), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
        current = self.current()
        for folder in [other for other in indexes if other != current][1:]:
            shutil.rmtree(folder, ignore_errors=True)
        for draft in self.path.glob(".current-*"):
            draft.unlink(missing_ok=True)

    def is_reported(self) -> bool:
        return self._damage.exists()

    def report_damage(self, why: str) -> None:
        with suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True)
            self._damage.write_text(why[:500])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
