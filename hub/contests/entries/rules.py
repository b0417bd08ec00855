"""What a seal covers and how a receipt is checked: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from hub.kernel import sealing
from hub.kernel.words import N_

MANIFEST = "innovation-hub/entry-manifest/1"
RECEIPT = "innovation-hub/receipt/1"
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
    salt: str,
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
    """Everything a seal fixes. The salt (64 hex digits) keeps the published hash from being guessed back to a short text."""
    return {
        "format": MANIFEST,
        "salt": salt,
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


def digest(sealed: Mapping[str, Any]) -> str:
    """The hash that the receipt shows and the journal keeps."""
    return sealing.digest(sealed)


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


def receipt(*, sealed: Mapping[str, Any], seal_hash: str, number: str, site: str, journal: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the author keeps. `journal` is the row of the site's hash-chained journal that recorded the seal, with its own hash."""
    return {
        "format": RECEIPT,
        "site": site,
        "receipt_no": number,
        "hash": seal_hash,
        "hash_is": "SHA-256 of `manifest` as canonical JSON (sorted keys, no spaces, UTF-8)",
        "sealed_at": sealed["sealed_at"],
        "manifest": dict(sealed),
        "journal": dict(journal) if journal else None,
    }


@dataclass(frozen=True)
class Finding:
    """One thing checked. `detail` says what was found; both are N_ templates filled from `values`."""

    code: str
    ok: bool
    text: str
    values: Mapping[str, Any]

    @property
    def says(self) -> str:
        return self.text % dict(self.values)


def _found(code: str, ok: bool, good: str, bad: str, **values: Any) -> Finding:
    return Finding(code, ok, good if ok else bad, values)


class Unreadable(ValueError):
    """Not a receipt at all; the message is an N_ text."""


_PARTS = {"format", "site", "receipt_no", "hash", "hash_is", "sealed_at", "manifest", "journal"}
_HEX64 = re.compile(r"[0-9a-f]{64}")
_WANTED: Mapping[str, type] = {
    "format": str, "salt": str, "challenge": dict, "entry": int, "number": int, "author": dict, "agreement": dict,
    "title": str, "body": str, "files": list, "sealed_at": str, "deadline": str,
}  # fmt: skip


def check_receipt(receipt: Any, attachments: Mapping[str, tuple[str, int]] | None = None) -> list[Finding]:
    """Check a receipt by itself, without the site.

    `attachments` maps file names to (SHA-256 in hex, size in bytes) of what the holder kept; None leaves them out of the check.
    Raises Unreadable for something that is no receipt.
    """
    sealed = _manifest_in(receipt)
    findings = [_content(receipt, sealed), _labels(receipt, sealed), _times(sealed), _journal(receipt)]
    if attachments is not None:
        findings += _attachments(sealed, attachments)
    return [finding for finding in findings if finding is not None]


def holds(findings: Iterable[Finding]) -> bool:
    return all(finding.ok for finding in findings)


def _manifest_in(receipt: Any) -> dict[str, Any]:
    if not isinstance(receipt, dict) or receipt.get("format") != RECEIPT:
        raise Unreadable(N_("This is not a receipt of an Innovation Hub."))
    sealed = receipt.get("manifest")
    whole = (
        receipt.keys() == _PARTS and isinstance(sealed, dict) and all(isinstance(sealed.get(name), kind) for name, kind in _WANTED.items())
    )
    if not whole or not all(isinstance(receipt.get(name), str) for name in ("hash", "receipt_no", "sealed_at")):
        raise Unreadable(N_("Parts of the receipt are missing or foreign to it, so it cannot be checked."))
    assert isinstance(sealed, dict)
    if not all(isinstance(file, dict) and {"name", "sha256", "size"} <= file.keys() for file in sealed["files"]):
        raise Unreadable(N_("Parts of the receipt are missing or foreign to it, so it cannot be checked."))
    return sealed


def _digest(facts: Any) -> str:
    try:
        return sealing.digest(facts)
    except (TypeError, ValueError, RecursionError):
        return ""


def _content(receipt: Mapping[str, Any], sealed: Mapping[str, Any]) -> Finding:
    ok = _HEX64.fullmatch(sealed["salt"]) is not None and sealed["format"] == MANIFEST and _digest(sealed) == receipt["hash"]
    return _found(
        "content",
        ok,
        N_("The content gives the hash on the receipt: %(hash)s."),
        N_("The content does not give the hash on the receipt (%(hash)s): the title, the text, the files or another part was changed."),
        hash=receipt["hash"],
    )


def _labels(receipt: Mapping[str, Any], sealed: Mapping[str, Any]) -> Finding:
    challenge = sealed["challenge"].get("id")
    number = receipt_no(challenge, sealed["entry"], sealed["number"]) if isinstance(challenge, int) else ""
    ok = receipt["receipt_no"] == number and receipt["sealed_at"] == sealed["sealed_at"]
    return _found(
        "labels",
        ok,
        N_("Receipt number %(number)s and time belong to this content."),
        N_("The receipt number (%(number)s) or the time on the receipt is not the one that was sealed."),
        number=receipt["receipt_no"],
    )


def _times(sealed: Mapping[str, Any]) -> Finding:
    try:
        ok = datetime.fromisoformat(sealed["sealed_at"]) < datetime.fromisoformat(sealed["deadline"])
    except (ValueError, TypeError):
        ok = False
    return _found(
        "time",
        ok,
        N_("Sealed at %(at)s, before the deadline of %(deadline)s."),
        N_("The time of sealing (%(at)s) is not before the deadline (%(deadline)s)."),
        at=sealed["sealed_at"],
        deadline=sealed["deadline"],
    )


def _journal(receipt: Mapping[str, Any]) -> Finding | None:
    row = receipt.get("journal")
    if row is None:
        return None
    good, bad = (
        N_("The journal row %(id)s recorded this hash."),
        N_("The journal row on the receipt was changed or belongs to another seal."),
    )
    if not isinstance(row, dict) or not isinstance(row.get("facts"), dict):
        return Finding("journal", False, bad, {})
    covered = {name: value for name, value in row.items() if name != "hash"}
    ok = _digest(covered) == row.get("hash") and row["facts"].get("hash") == receipt["hash"]
    return _found("journal", ok, good, bad, id=row.get("id"))


def _attachments(sealed: Mapping[str, Any], kept: Mapping[str, tuple[str, int]]) -> list[Finding]:
    findings = []
    for file in sealed["files"]:
        name = file["name"]
        if name not in kept:
            findings.append(
                Finding("file_missing", False, N_("The file “%(name)s” is on the receipt, but not among the attachments."), {"name": name})
            )
            continue
        findings.append(
            _found(
                "file",
                kept[name] == (file["sha256"], file["size"]),
                N_("The file “%(name)s” is the one that was sealed."),
                N_("The file “%(name)s” is not the one that was sealed: its bytes differ."),
                name=name,
            )
        )
    return findings


IN_BUNDLE = "receipt.json"
FOLDER = "attachments/"
MOST_RECEIPT_BYTES = 4 * 1024 * 1024
MOST_BUNDLE_BYTES = MAX_FILES_BYTES + MOST_RECEIPT_BYTES


def written(receipt: Mapping[str, Any]) -> bytes:
    """The receipt as the file that people keep."""
    return json.dumps(receipt, indent=1, ensure_ascii=False).encode() + b"\n"


def write_bundle(out: IO[bytes], receipt: Mapping[str, Any], attachments: Mapping[str, Path]) -> None:
    """A zip of the receipt and the sealed files, for `out`."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(IN_BUNDLE, written(receipt))
        for name, path in attachments.items():
            archive.write(path, FOLDER + name)


def fingerprint(content: IO[bytes]) -> tuple[str, int]:
    """(SHA-256 in hex, size in bytes) of what is left of the stream."""
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(64 * 1024):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def read_evidence(content: IO[bytes]) -> tuple[Any, dict[str, tuple[str, int]] | None]:
    """A receipt (JSON) or a bundle (zip) from a seekable stream: the receipt, and a bundle's attachments as `check_receipt` takes them.

    Raises Unreadable.
    """
    start = content.read(4)
    content.seek(0)
    if start == b"PK\x03\x04":
        return _read_bundle(content)
    text = content.read(MOST_RECEIPT_BYTES + 1)
    return _parse(text), None


def _read_bundle(content: IO[bytes]) -> tuple[Any, dict[str, tuple[str, int]]]:
    try:
        with zipfile.ZipFile(content) as archive:
            inside = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            if IN_BUNDLE not in inside or sum(info.file_size for info in inside.values()) > MOST_BUNDLE_BYTES:
                raise Unreadable(N_("This archive is not a bundle of an Innovation Hub: it holds no receipt.json, or far too much."))
            receipt = _parse(archive.read(IN_BUNDLE))
            kept = {}
            for name in inside:
                if name.startswith(FOLDER):
                    with archive.open(name) as file:
                        kept[name.removeprefix(FOLDER)] = fingerprint(file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(N_("This archive is broken and cannot be opened.")) from error
    return receipt, kept


def _parse(text: bytes) -> Any:
    try:
        if len(text) > MOST_RECEIPT_BYTES:
            raise ValueError("too long")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(N_("This file is not a receipt: it cannot be read as JSON.")) from error
