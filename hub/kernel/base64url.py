"""Bytes as text that stands in addresses and headers: base64url without its padding (RFC 4648, section 5)."""

from __future__ import annotations

import base64


def as_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def as_bytes(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
