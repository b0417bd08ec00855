"""What a search finds, for feed readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator

from hub.kernel.documents import Document
from hub.kernel.words import printable

ATOM = "application/atom+xml; charset=utf-8"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def atom(documents: Sequence[Document], base_url: str, title: str, path: str) -> bytes:
    """An Atom feed of these documents, in their order; `path` is the feed's own address."""
    feed = FeedGenerator()
    feed.id(base_url + path)
    feed.title(printable(title))
    feed.link(href=base_url + path, rel="self")
    feed.link(href=base_url + path.replace("/explore.atom", "/explore"), rel="alternate")
    feed.updated(max((document.at or LONG_AGO for document in documents), default=LONG_AGO))
    for document in documents:
        entry = feed.add_entry(order="append")
        entry.id(base_url + document.url)
        entry.link(href=base_url + document.url)
        entry.title(printable(document.title))
        entry.summary(printable(str(document.facts.get("summary") or document.title)))
        entry.author(name=printable(str(document.facts.get("owner") or "Innovation Hub")))
        entry.updated(document.at or LONG_AGO)
        entry.category(term=document.kind)
    return bytes(feed.atom_str())
