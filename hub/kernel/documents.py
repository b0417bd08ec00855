"""What a room hands to the search index: one flat, public document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Document:
    """One searchable thing.

    `key` is stable and unique ("offer:17", "evidence:5"). `kind` is the facet and the card's shape (challenge, offer, need,
    expert, evidence). `group` ties evidence items to their expert ("expert:12"). `listed` is False for documents that only
    matching reads. `language` are the languages somebody works in, as codes with spaces between them ("en zh"). `facts` is the card
    as data (JSON), rendered without another look at the database. `version` grows with every change, so that a late delivery never
    overwrites a newer one.
    """

    key: str
    kind: str
    title: str
    text: str
    url: str
    version: int
    sector: str = ""
    status: str = ""
    centre: str = ""
    group: str = ""
    language: str = ""
    listed: bool = True
    at: datetime | None = None
    ends_at: datetime | None = None
    rank: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Gone:
    """The thing is no longer public: take it out of the index."""

    key: str
    version: int
