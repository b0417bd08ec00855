"""What of another site's record a challenge keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.kernel import taxonomy


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the challenge. `row` as `operations.bring_in` takes it."""
    title, summary = str(row["name"])[:200], str(row.get("summary", ""))
    return {
        "title": title,
        "summary": summary,
        "sector": taxonomy.classify(f"{title} {summary}"),
        "closes_at": row["deadline"],
        "closed_at": row["deadline"],
        "published_at": row.get("published"),
        "source": row["source"],
        "source_key": row["source_key"],
        "source_url": row.get("details_url", ""),
    }
