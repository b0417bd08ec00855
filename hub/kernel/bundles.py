"""Evidence as files: a receipt (JSON), or a bundle (zip) of a receipt and the files that were sealed."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from hub.kernel import sealing
from hub.kernel.words import N_

IN_BUNDLE = "receipt.json"
FOLDER = "attachments/"
MOST_RECEIPT_BYTES = 4 * 1024 * 1024
MOST_BUNDLE_BYTES = 100 * 1024 * 1024 + MOST_RECEIPT_BYTES
Kept = dict[str, tuple[str, int]]
"""File names with (SHA-256 in hex, size in bytes)."""


class Unreadable(ValueError):
    """Nothing that can be checked; the message is an N_ text, `code` says why in one word."""

    def __init__(self, message: str, code: str = "not_receipt") -> None:
        super().__init__(message)
        self.code = code


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


def kept_in(folder: Path) -> Kept:
    """The files of a folder."""
    kept = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            with path.open("rb") as file:
                kept[path.name] = fingerprint(file)
    return kept


def read(content: IO[bytes]) -> tuple[Any, Kept | None]:
    """A receipt (JSON) or a bundle (zip) from a seekable stream: the receipt, and a bundle's attachments. Raises Unreadable."""
    start = content.read(4)
    content.seek(0)
    if start == b"PK\x03\x04":
        return _read_bundle(content)
    return parse(content.read(MOST_RECEIPT_BYTES + 1)), None


def _read_bundle(content: IO[bytes]) -> tuple[Any, Kept]:
    try:
        with zipfile.ZipFile(content) as archive:
            inside = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            if len(inside) < sum(not info.is_dir() for info in archive.infolist()):
                raise Unreadable(
                    N_("This archive holds two files of one name: programs would not agree which of them it is."), "not_bundle"
                )
            if IN_BUNDLE not in inside or sum(info.file_size for info in inside.values()) > MOST_BUNDLE_BYTES:
                raise Unreadable(
                    N_("This archive is not a bundle of an Innovation Hub: it holds no receipt.json, or far too much."), "not_bundle"
                )
            receipt = parse(archive.read(IN_BUNDLE))
            kept = {}
            for name in inside:
                if name.startswith(FOLDER):
                    with archive.open(name) as file:
                        kept[name.removeprefix(FOLDER)] = fingerprint(file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(N_("This archive is broken and cannot be opened."), "not_bundle") from error
    return receipt, kept


def parse(text: bytes | str) -> Any:
    """JSON. Raises Unreadable (not_json, too_big)."""
    if len(text) > MOST_RECEIPT_BYTES:
        raise Unreadable(N_("This file is too big for a receipt: it may take at most 4 MB."), "too_big")
    try:
        return sealing.read(text)
    except ValueError as error:
        raise Unreadable(N_("This file is not a receipt: it cannot be read as JSON."), "not_json") from error
