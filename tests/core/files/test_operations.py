"""Uploads end in the store or leave nothing behind."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from hub.core.files import operations, queries
from hub.core.files.models import File
from hub.core.files.pages import send
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.errors import Invalid, NotFound, NotSignedIn
from tests.factories import people

PDF = b"%PDF-1.7\n" + b"all we know" * 100


@pytest.fixture
def ada(app: Flask) -> Actor:
    return people.actor_of(people.person())


def blobs() -> list[Path]:
    return [path for path in queries.store().root.rglob("*") if path.is_file()]


def stored(actor: Actor, content: bytes = PDF, filename: str = "entry.pdf") -> File:
    with work.unit():
        return operations.store(actor=actor, stream=io.BytesIO(content), filename=filename, purpose="entry")


def test_a_file_lies_under_its_hash_and_is_recorded(ada: Actor) -> None:
    with work.unit():
        file = operations.store(actor=ada, stream=io.BytesIO(PDF), filename="../My Entry.PDF", purpose="entry")
        assert journal.pending_kinds() == ["FileStored"]
    digest = hashlib.sha256(PDF).hexdigest()
    assert (file.sha256, file.size, file.media_type, file.filename) == (digest, len(PDF), "application/pdf", "My Entry.pdf")
    assert (file.owner_id, file.purpose, file.created_at) == (ada.person_id, "entry", clock.now())
    assert queries.path_of(file) == queries.store().root / digest[:2] / digest[2:]
    assert queries.path_of(file).read_bytes() == PDF


def test_the_same_content_is_stored_once_and_stays_two_uploads(ada: Actor) -> None:
    first, second = stored(ada), stored(people.actor_of(people.person()), filename="other.pdf")
    assert first.id != second.id and first.owner_id != second.owner_id
    assert len(blobs()) == 1
    assert set(queries.files([first.id, second.id, 999])) == {first.id, second.id}


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "a.pdf", "file_empty"),
        (b"MZ", "a.exe", "file_type"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "file_disguised"),
        (b"PK\x03\x04broken", "a.zip", "archive_unsafe"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(ada: Actor, content: bytes, filename: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        stored(ada, content, filename)
    assert refused.value.code == code
    assert blobs() == [] and db.session.query(File).count() == 0


class Endless(io.RawIOBase):
    """A stream that never ends and counts what was taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"%PDF-" + b"x" * (size - 5)


def test_an_oversize_file_is_cut_off_at_the_limit(ada: Actor) -> None:
    queries.configure(queries.store().root, 300_000)
    endless = Endless()
    with pytest.raises(Invalid, match="larger than") as refused, work.unit():
        operations.store(actor=ada, stream=endless, filename="a.pdf", purpose="entry")  # type: ignore[arg-type]
    assert refused.value.code == "file_too_large"
    assert endless.taken <= 300_000 + operations.CHUNK
    assert blobs() == []


def test_a_file_of_exactly_the_limit_is_taken(ada: Actor) -> None:
    queries.configure(queries.store().root, len(PDF))
    assert stored(ada).size == len(PDF)
    with pytest.raises(Invalid):
        stored(ada, PDF + b"x")


def test_strangers_send_nothing(app: Flask) -> None:
    with pytest.raises(NotSignedIn):
        stored(ANONYMOUS)
    assert blobs() == []


class Breaks(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError("the browser went away")
        return super().read(10)


def test_an_upload_that_breaks_off_leaves_no_draft(ada: Actor) -> None:
    with pytest.raises(ConnectionResetError), work.unit():
        operations.store(actor=ada, stream=Breaks(PDF), filename="a.pdf", purpose="entry")
    assert blobs() == []


def test_sweeping_removes_orphans_and_keeps_what_is_named(ada: Actor) -> None:
    kept = stored(ada)
    with pytest.raises(RuntimeError), work.unit():
        operations.store(actor=ada, stream=io.BytesIO(PDF + b"lost"), filename="b.pdf", purpose="entry")
        raise RuntimeError("rolled back")
    (queries.store().root / (operations.DRAFT + "x")).write_bytes(b"half")
    assert len(blobs()) == 3
    old = clock.now().timestamp()
    for path in blobs():
        os.utime(path, (old, old))
    assert operations.sweep() == 0
    clock.advance(timedelta(days=2))
    assert operations.sweep() == 2
    assert blobs() == [queries.path_of(kept)]


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/x"):
        yield


def test_a_file_is_sent_as_a_download_that_no_browser_runs(ada: Actor, request_context: None) -> None:
    response = send(stored(ada, filename="方案 1.pdf"))
    response.direct_passthrough = False
    assert response.get_data() == PDF
    assert response.headers["Content-Disposition"].startswith("attachment;") and "UTF-8''" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.content_type == "application/pdf"


def test_lost_content_is_a_refusal_not_a_fault(ada: Actor) -> None:
    file = stored(ada)
    queries.path_of(file).unlink()
    with pytest.raises(NotFound):
        queries.path_of(file)
    with pytest.raises(NotFound):
        queries.get(file.id + 1)
