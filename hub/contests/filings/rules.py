"""What a filing seals: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

MANIFEST = "innovation-hub/filing-manifest/1"
MAX_FILES = 10
SHORTEST_WORDS = 20
"""Of a claim: an author is told what was known, not merely that it was."""


def manifest(
    *, receipt_no: str, challenge: Mapping[str, Any], filing: int, filed_by: Mapping[str, Any], title: str, body: str,
    files: Sequence[Mapping[str, Any]], sealed_at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Everything a filing fixes. `files` hold name, size in bytes, media type and SHA-256 in hex: the author who is shown a filing gets
    these, and not the files."""
    return {
        "format": MANIFEST,
        "receipt_no": receipt_no,
        "challenge": dict(challenge),
        "filing": filing,
        "filed_by": dict(filed_by),
        "title": title,
        "body": body,
        "files": [dict(file) for file in files],
        "sealed_at": sealed_at.isoformat(),
    }
