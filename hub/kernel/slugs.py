"""Readable addresses."""

from __future__ import annotations

import re
import unicodedata


def slugify(text: str, fallback: str = "item", limit: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens; `fallback` where nothing of `text` can be spelled so (Chinese titles)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    return "-".join(words)[:limit].strip("-") or fallback
