"""A reader's mark in the copy of a file: words that travel with the copy and change nothing of what it shows.

Where a format has a place for words that its programs leave alone, they are put there: a comment after the end of a PDF, a text chunk of a
PNG, a comment segment of a JPEG, the archive comment of a ZIP (and of the office formats, which are ZIPs), a last line of plain text. They
name an honest forwarding; whoever means to remove them can. The bytes before or around the mark are those of the original.
"""

from __future__ import annotations

import struct
import zlib

PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
ZIPS = (
    "application/zip", "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.",
)  # fmt: skip
MOST = 300
"""Of bytes: readers of PDF look for its end within the last 1024."""


def marked(media_type: str, content: bytes, words: str) -> bytes | None:
    """The content with the mark; None where the format has no place for one."""
    said = " ".join(words.split()).encode()[:MOST].decode(errors="ignore").encode()
    if media_type == "application/pdf":
        return _pdf(content, said)
    if media_type == "image/png":
        return _png(content, said)
    if media_type == "image/jpeg":
        return _jpeg(content, said)
    if media_type in {"text/plain", "text/markdown"}:
        return content + (b"" if content.endswith(b"\n") else b"\n") + b"\n" + said + b"\n"
    return _zip(content, said) if media_type.startswith(ZIPS) else None


def _pdf(content: bytes, said: bytes) -> bytes | None:
    if not content.rstrip(b"\r\n \t\0").endswith(b"%%EOF"):
        return None
    return content + (b"" if content.endswith((b"\n", b"\r")) else b"\n") + b"% " + said + b"\n"


def _png(content: bytes, said: bytes) -> bytes | None:
    if not content.endswith(PNG_END):
        return None
    body = b"iTXtComment\0\0\0\0\0" + said
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[: -len(PNG_END)] + chunk + PNG_END


def _jpeg(content: bytes, said: bytes) -> bytes | None:
    """After the application segments, which some programs want first."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF and 0xE0 <= content[place + 1] <= 0xEF:
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    if content[:2] != b"\xff\xd8" or content[place : place + 1] != b"\xff":
        return None
    return content[:place] + b"\xff\xfe" + struct.pack(">H", len(said) + 2) + said + content[place:]


def _zip(content: bytes, said: bytes) -> bytes | None:
    """The end record stands last if the archive has no comment yet."""
    if content[-22:-18] != b"PK\x05\x06" or content[-2:] != b"\0\0":
        return None
    return content[:-2] + struct.pack("<H", len(said)) + said
