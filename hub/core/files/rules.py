"""Which files we take: an allow-list, decided by content and name together. Plain values in, plain values out."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol

from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_

FIELD = "file"
HEAD_BYTES = 8192
MAX_NAME = 120

MAX_ENTRIES = 2_000
MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 200
"""A real archive of documents stays below; a zip bomb is a thousand times above."""
CHUNK = 64 * 1024
BROKEN = N_("This archive is broken and cannot be opened. Pack it again.")
BOMB = N_("This archive unpacks to far more than it should. Send the files themselves.")
LINK = N_("This archive holds a link to another file. Pack the files themselves.")


class Upload(NamedTuple):
    """A file as it arrives."""

    stream: BinaryIO
    filename: str


class Named(Protocol):
    """What a copy has to know of a file."""

    @property
    def filename(self) -> str: ...
    @property
    def media_type(self) -> str: ...


@dataclass(frozen=True)
class Copy:
    """A reader's copy of a file: its number, the name it is given under, its bytes (marked where the format allows it), their SHA-256."""

    number: str
    name: str
    content: bytes
    sha256: str


def copy_name(filename: str, reader: str, at: datetime, number: str) -> str:
    """`plan (copy 1a2b3c4d, @ada, 2026-11-21 0930 UTC).pdf`."""
    stem, dot, extension = filename.rpartition(".")
    said = f" (copy {number}, @{reader}, {at:%Y-%m-%d %H%M} UTC)"
    return f"{stem}{said}.{extension}" if dot else filename + said


@dataclass(frozen=True)
class Kind:
    """One file type. `looks` names the check of the content (see `_LOOKS`); `inside` is a member every such archive has."""

    extension: str
    media_type: str
    looks: str
    inside: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS = {
    kind.extension: kind
    for kind in (
        Kind("pdf", "application/pdf", "pdf"),
        Kind("png", "image/png", "png"),
        Kind("jpg", "image/jpeg", "jpeg"),
        Kind("jpeg", "image/jpeg", "jpeg"),
        Kind("gif", "image/gif", "gif"),
        Kind("webp", "image/webp", "webp"),
        Kind("txt", "text/plain", "text"),
        Kind("md", "text/markdown", "text"),
        Kind("csv", "text/csv", "text"),
        Kind("json", "application/json", "text"),
        Kind("docx", _OFFICE + "wordprocessingml.document", "zip", "word/document.xml"),
        Kind("xlsx", _OFFICE + "spreadsheetml.sheet", "zip", "xl/workbook.xml"),
        Kind("pptx", _OFFICE + "presentationml.presentation", "zip", "ppt/presentation.xml"),
        Kind("odt", _OPEN + "text", "zip", "content.xml"),
        Kind("ods", _OPEN + "spreadsheet", "zip", "content.xml"),
        Kind("zip", "application/zip", "zip"),
    )
}
SOFTWARE = {
    kind.extension: kind
    for kind in (
        Kind("zip", "application/zip", "zip"),
        Kind("whl", "application/zip", "zip"),
        Kind("vsix", "application/zip", "zip"),
        Kind("tgz", "application/gzip", "gzip"),
        Kind("gz", "application/gzip", "gzip"),
    )
}
"""Packed software for others to install: programs may be inside, so such a file is only given to those who asked for it."""
EXTENSIONS = tuple(KINDS)
ACCEPT = ",".join(f".{extension}" for extension in EXTENSIONS)
SOFTWARE_ACCEPT = ",".join(f".{extension}" for extension in SOFTWARE)

_RUNNABLE = frozenset(
    (
        "ade adp apk app application bat bin chm class cmd com cpl dll dmg exe gadget hta ins inf iso jar js jse lnk msc msh msi msp mst "
        "pif ps1 psm1 reg scr sct shb swf sys vb vbe vbs vxd ws wsc wsf wsh xll"
    ).split()
)
"""What a double click runs. Source code that needs an interpreter may lie in an archive: solvers send it."""
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|iframe|svg|\?xml|\?php)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def too_large(max_bytes: int) -> Invalid:
    size = f"{max_bytes // (1024 * 1024)} MB" if max_bytes >= 1024 * 1024 else f"{max_bytes} bytes"
    return one_field(FIELD, N_("The file is larger than %(size)s. Shrink it or split it."), code="file_too_large", size=size)


def empty() -> Invalid:
    return one_field(FIELD, N_("The file is empty. Choose another one."), code="file_empty")


def _wrong_type(extension: str, allowed: Iterable[str]) -> Invalid:
    text = N_("We do not take files of the type “%(type)s”. Send one of: %(allowed)s.")
    return one_field(FIELD, text, code="file_type", type=extension or "?", allowed=", ".join(allowed))


def _disguised(kind: Kind) -> Invalid:
    text = N_("The content of this file is not what its name says (“.%(type)s”). Save it in that format or rename it.")
    if kind.looks == "text":
        text = N_("This is not plain text in UTF-8, as “.%(type)s” says. Save it as UTF-8 text, or rename it to what it is.")
    return one_field(FIELD, text, code="file_disguised", type=kind.extension)


def _unsafe(reason: str, **values: object) -> Invalid:
    return one_field(FIELD, reason, code="archive_unsafe", **values)


def clean_name(filename: str, fallback: str = "file") -> str:
    """The name without folders, control and direction-changing characters, MAX_NAME long at most; its extension stays, in lower case."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and c not in '<>:"|?*%')
    name = re.sub(r"\s+", " ", name).strip().rstrip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:MAX_NAME] or fallback
    extension = extension.lower()[:12]
    return f"{(stem.strip(' .') or fallback)[: MAX_NAME - len(extension) - 1]}.{extension}"


def sniff(filename: str, content: BinaryIO, *, software: bool = False) -> str:
    """The media type of `content` (seekable), provided that it is what the name's extension says and on the allow-list.

    With `software` the list is that of packed software, whose archives may hold programs and are unpacked once as a trial.
    Raises Invalid: `file_type` (not on the list, or executable), `file_disguised` (content and name disagree), `file_empty`,
    `archive_unsafe` (bomb, path outside the archive, encrypted, broken, or something executable inside).
    """
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if not head:
        raise empty()
    allowed = SOFTWARE if software else KINDS
    kind = allowed.get(extension)
    if kind is None:
        raise _wrong_type(extension, allowed)
    if _looks_like(head, content) != kind.looks:
        raise _disguised(kind)
    if software:
        try_archive(content, kind.looks)
        return kind.media_type
    if kind.looks == "zip":
        names = check_archive(content, packed_files=kind.inside == "")
        if kind.inside and kind.inside not in names:
            raise _disguised(kind)
    return kind.media_type


def _looks_like(head: bytes, content: BinaryIO) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    return "text" if _is_text(head, content) else "unknown"


def _is_text(head: bytes, content: BinaryIO) -> bool:
    """UTF-8 (or ASCII) without control characters all the way through, and not a page or script in disguise."""
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]) or head.startswith(b"#!"):
        return False
    content.seek(0)
    rest = b""
    while chunk := content.read(64 * 1024):
        chunk = rest + chunk
        if _CONTROL.search(chunk):
            return False
        try:
            chunk.decode()
            rest = b""
        except UnicodeDecodeError as error:
            rest = chunk[error.start :]
            if len(rest) > 3:
                return False
    return not rest


def try_archive(content: BinaryIO, looks: str) -> None:
    """Unpack an archive of software into nothing, within the limits, so that what its directory claims is true.

    Raises Invalid `archive_unsafe`.
    """
    if looks == "gzip":
        _try_tarball(content)
        return
    check_archive(content, packed_files=False)
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            broken = archive.testzip() is not None or not any(not name.endswith("/") for name in names)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        broken = True
    if broken:
        raise _unsafe(BROKEN)


class _Metered(io.RawIOBase):
    """Unpacked bytes, counted while they are read."""

    def __init__(self, unpacked: gzip.GzipFile, most: int) -> None:
        self._unpacked, self._left = unpacked, most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._unpacked.read(min(size, CHUNK) if size >= 0 else CHUNK)
        self._left -= len(found)
        if self._left < 0:
            raise _unsafe(BOMB)
        return found


def _try_tarball(content: BinaryIO) -> None:
    packed = content.seek(0, io.SEEK_END)
    content.seek(0)
    most, count = min(MAX_UNPACKED, MAX_RATIO * max(packed, 1024)), 0
    try:
        with (
            gzip.GzipFile(fileobj=content) as unpacked,
            tarfile.open(fileobj=_Metered(unpacked, most), mode="r|", errorlevel=2) as archive,
        ):
            for count, member in enumerate(archive, start=1):
                if count > MAX_ENTRIES:
                    raise _unsafe(N_("This archive holds more than %(most)s files."), most=MAX_ENTRIES)
                _check_member(member)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
        raise _unsafe(BROKEN) from None
    if not count:
        raise _unsafe(BROKEN)


def _check_member(member: tarfile.TarInfo) -> None:
    _check_path(member.name)
    if member.issym() or member.islnk():
        raise _unsafe(LINK)
    if not (member.isfile() or member.isdir()):
        raise _unsafe(N_("This archive holds a device or a pipe. Pack files and folders only."))


def check_archive(content: BinaryIO, *, packed_files: bool) -> set[str]:
    """The names in a zip that can be opened without harm. `packed_files`: people's own files are inside, so none may be executable.

    Raises Invalid `archive_unsafe`.
    """
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise _unsafe(BROKEN) from None
    if len(entries) > MAX_ENTRIES:
        raise _unsafe(N_("This archive holds more than %(most)s files."), most=MAX_ENTRIES)
    if len({entry.filename for entry in entries}) < len(entries):
        raise _unsafe(N_("This archive holds two files of one name: programs would not agree which of them it is. Pack it again."))
    for entry in entries:
        _check_entry(entry, packed_files)
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1024):
        raise _unsafe(BOMB)
    return {entry.filename for entry in entries}


def _check_path(said: str) -> str:
    name = said.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[a-zA-Z]:", name) or "\x00" in name:
        raise _unsafe(N_("This archive holds a file that would land outside its folder. Pack it again."))
    return name


def _check_entry(entry: zipfile.ZipInfo, packed_files: bool) -> None:
    name = _check_path(entry.orig_filename)
    if entry.flag_bits & 0x1:
        raise _unsafe(N_("This archive is protected by a password. Send it without one."))
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        raise _unsafe(LINK)
    if packed_files and name.rpartition(".")[2].lower() in _RUNNABLE:
        raise _unsafe(N_("This archive holds a program (%(entry)s). Send documents only."), entry=name[-60:])
