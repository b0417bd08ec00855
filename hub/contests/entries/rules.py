"""What a seal covers: plain values in, plain values out. How a receipt is checked stands in hub.core.evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

MANIFEST = "innovation-hub/entry-manifest/2"
"""The first kind held its salt itself; now the log keeps it."""
MAX_FILES = 10
MAX_FILES_BYTES = 100 * 1024 * 1024


class StoredFile(Protocol):
    """What this room needs to know of a file kept by the files room."""

    @property
    def id(self) -> int: ...
    @property
    def filename(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def owner_id(self) -> int | None: ...


class Signed(Protocol):
    """What this room needs to know of a signature."""

    @property
    def terms_id(self) -> int: ...
    @property
    def hash(self) -> str: ...


@dataclass
class Asked:
    """What sealing needs to know of the challenge. `state` is that of challenges."""

    id: int
    slug: str
    title: str
    state: Any
    closes_at: datetime | None

    @property
    def ref(self) -> str:
        return f"challenge:{self.id}"


@dataclass
class Ground:
    """All that sealing decides on, read under the lock. `state` moves with the sealing; `sealed` is the number of the last seal, 0 before
    the first; `attached` counts the files."""

    challenge: Asked
    id: int
    person_id: int
    title: str
    body: str
    state: Any
    version: int
    sealed: int
    attached: int

    @property
    def ref(self) -> str:
        return f"entry:{self.id}"


@dataclass(frozen=True)
class SealedFile:
    """One attachment as sealed. `size` in bytes; `sha256` in hex, over the file's bytes."""

    id: int
    name: str
    size: int
    media_type: str
    sha256: str


def manifest(
    *,
    receipt_no: str,
    challenge: Mapping[str, Any],
    entry: int,
    number: int,
    author: Mapping[str, Any],
    agreement: Mapping[str, Any],
    title: str,
    body: str,
    files: Sequence[SealedFile],
    sealed_at: datetime,
    deadline: datetime,
) -> dict[str, Any]:
    """Everything a seal fixes."""
    return {
        "format": MANIFEST,
        "receipt_no": receipt_no,
        "challenge": dict(challenge),
        "entry": entry,
        "number": number,
        "author": dict(author),
        "agreement": dict(agreement),
        "title": title,
        "body": body,
        "files": [asdict(file) for file in sorted(files, key=lambda file: file.id)],
        "sealed_at": sealed_at.isoformat(),
        "deadline": deadline.isoformat(),
    }


def files_of(sealed: Mapping[str, Any]) -> list[SealedFile]:
    """The attachments of a manifest."""
    return [SealedFile(**file) for file in sealed["files"]]


def count_words(text: str) -> int:
    """Words as people count them: Chinese, Japanese and Korean characters one by one, other scripts between spaces."""
    return len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", text))


def differs(sealed: Mapping[str, Any], *, title: str, body: str, file_ids: Iterable[int], terms_id: int) -> bool:
    """Has the draft (or the agreement signed for it) moved on since this manifest was sealed?"""
    then = (sealed["title"], sealed["body"], sorted(file["id"] for file in sealed["files"]), sealed["agreement"]["terms"])
    return then != (title, body, sorted(file_ids), terms_id)


def receipt_no(challenge_id: int, entry_id: int, number: int) -> str:
    """`R0002-00005-1`: challenge, entry, and which of its seals."""
    return f"R{challenge_id:04d}-{entry_id:05d}-{number}"
