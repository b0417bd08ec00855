"""Taking files in: checked while they arrive, durable before the row is written, the same content stored once."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from hub.core.accounts import queries as accounts
from hub.core.files import queries, rules
from hub.core.files.events import FileStored
from hub.core.files.models import File
from hub.core.files.rules import Copy, Named
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, marks
from hub.kernel.actor import Actor
from hub.kernel.errors import NotSignedIn
from hub.kernel.words import N_

CHUNK = 64 * 1024
DRAFT = ".incoming-"
ORPHAN_AGE = timedelta(days=1)
"""Longer than any request: a blob is there before the row that names it is committed."""


def store(*, actor: Actor, stream: BinaryIO, filename: str, purpose: str, software: bool = False) -> File:
    """Keep what `stream` yields under its hash, and a row for this upload of it. `software`: it is packed software, not a document.

    Raises NotSignedIn, and Invalid about the field "file" with the code file_too_large, file_type, file_disguised, file_empty or
    archive_unsafe; nothing is left behind then. A rolled-back transaction leaves at most an unreferenced blob, which `sweep` removes.
    """
    if not actor.signed_in and actor.credential != "system":
        raise NotSignedIn(N_("Sign in to send files."))
    root, limit = queries.store().root, queries.store().max_bytes
    name = rules.clean_name(filename)
    handle, draft_name = tempfile.mkstemp(dir=root, prefix=DRAFT)
    draft = Path(draft_name)
    try:
        with os.fdopen(handle, "w+b") as copy:
            digest, size = _receive(stream, copy, limit)
            media_type = rules.sniff(name, copy, software=software)
            os.fsync(copy.fileno())
        _put(draft, queries.blob_path(digest))
    finally:
        draft.unlink(missing_ok=True)
    file = File(
        sha256=digest, size=size, media_type=media_type, filename=name, owner_id=actor.person_id, purpose=purpose, created_at=clock.now()
    )
    db.session.add(file)
    db.session.flush()
    journal.record(FileStored(file_id=file.id, sha256=digest, size=size, purpose=purpose), actor=actor, subject=f"file:{file.id}")
    return file


def copy_for(*, actor: Actor, file: Named, of: str, content: bytes) -> Copy:
    """A copy for this reader: numbered, named and marked with reader and time. `of` says what the file belongs to, in the mark.

    Nothing is written: the calling room writes down who got which copy.
    """
    reader, number, now = accounts.card(actor.person_id or 0).handle, secrets.token_hex(4), clock.now()
    words = f"Copy {number} of a file of {of}, given to @{reader} on {now:%Y-%m-%d %H:%M:%S} UTC"
    made = marks.marked(file.media_type, content, words)
    whole = made if made is not None else content
    return Copy(number, rules.copy_name(file.filename, reader, now, number), whole, hashlib.sha256(whole).hexdigest())


def _receive(stream: BinaryIO, copy: BinaryIO, limit: int) -> tuple[str, int]:
    """Copy and hash; stop at the limit instead of filling the disk."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise rules.too_large(limit)
        digest.update(chunk)
        copy.write(chunk)
    if not size:
        raise rules.empty()
    copy.flush()
    return digest.hexdigest(), size


def _put(draft: Path, place: Path) -> None:
    """Rename into place; a blob that is already there gets a fresh date, so that `sweep` leaves it alone until our row is committed."""
    place.parent.mkdir(exist_ok=True, mode=0o700)
    try:
        os.utime(place)
    except FileNotFoundError:
        os.chmod(draft, 0o400)
        os.replace(draft, place)
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove blobs that no row names and drafts of uploads that broke off, once they are `older_than`. Returns how many."""
    before = (clock.now() - older_than).timestamp()
    stale = [path for path in queries.store().root.rglob("*") if path.is_file() and path.stat().st_mtime < before]
    drafts = [path for path in stale if path.name.startswith(DRAFT)]
    blobs = {path.parent.name + path.name: path for path in stale if not path.name.startswith(DRAFT)}
    orphans = [blobs[digest] for digest in set(blobs) - queries.known(blobs)]
    for path in drafts + orphans:
        path.unlink(missing_ok=True)
    return len(drafts) + len(orphans)
