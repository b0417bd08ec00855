"""Where the bytes lie, and what is known of them. Who may read a file is decided by the room that attached it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from hub.core.files.models import File
from hub.db.extensions import db
from hub.kernel.errors import NotFound
from hub.kernel.words import N_


@dataclass(frozen=True)
class Store:
    """`root` is the folder of the blobs, `max_bytes` the largest file taken."""

    root: Path
    max_bytes: int


_store: Store | None = None


def configure(root: Path, max_bytes: int) -> None:
    """Called once when the application is wired."""
    global _store
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    _store = Store(root, max_bytes)


def store() -> Store:
    if _store is None:
        raise RuntimeError("the file store is not configured: create the application first")
    return _store


def get(file_id: int) -> File:
    """Raises NotFound."""
    file = db.session.get(File, file_id)
    if file is None:
        raise NotFound(N_("There is no such file."))
    return file


def files(ids: Iterable[int]) -> dict[int, File]:
    """Those of `ids` that exist, in one statement."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {file.id: file for file in db.session.scalars(select(File).where(File.id.in_(wanted)))}


def blob_path(sha256: str) -> Path:
    return store().root / sha256[:2] / sha256[2:]


def path_of(file: File) -> Path:
    """The file's bytes. Raises NotFound if they have been lost."""
    path = blob_path(file.sha256)
    if not path.is_file():
        raise NotFound(N_("The content of this file is missing from the store."))
    return path


def known(digests: Iterable[str]) -> set[str]:
    """Those of the hashes that some row names."""
    wanted, found = list(digests), set()
    for start in range(0, len(wanted), 500):
        found |= set(db.session.scalars(select(File.sha256).where(File.sha256.in_(wanted[start : start + 500]))))
    return found
