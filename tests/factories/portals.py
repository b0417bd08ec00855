"""Portals at every stage, set up by the real operations."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from hub.kernel.actor import Actor
from hub.portals.sites import operations
from hub.portals.sites.models import Portal

CONTENT: dict[str, Any] = {
    "taglines": {"en": "Ideas for fresher food", "zh": "征集让食品更新鲜的点子"},
    "welcomes": {"en": "We look for **ideas** that keep food fresh.", "zh": "我们寻找让食品保鲜的**点子**。"},
}


def portal(organisation: Any, consultant: Actor, state: str = "open", slug: str = "fresh", **changes: Any) -> Portal:
    """A portal of `organisation`, in `state`: draft, open or closed. Uncommitted."""
    names = changes.pop("names", {"en": f"{slug.capitalize()} ideas", "zh": "新鲜点子"})
    languages = changes.pop("languages", ["en", "zh"])
    made = operations.found(actor=consultant, slug=slug, organisation_id=organisation.id, names=names, languages=languages)
    operations.edit(actor=consultant, portal=made, **{**CONTENT, **changes})
    if state != "draft":
        operations.open_portal(actor=consultant, portal=made)
    if state == "closed":
        operations.close(actor=consultant, portal=made)
    return made


def image(width: int = 1) -> io.BytesIO:
    """A PNG, `width` pixels wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" + b"\x0b\x3d\x91" * width)
    header = struct.pack(">IIBBBBB", width, 1, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
