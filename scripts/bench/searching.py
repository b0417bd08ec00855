"""The site's search beside the index's own bare query, over the same documents in the same process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import whoosh.index
from flask import current_app
from whoosh.qparser import MultifieldParser, OrGroup

from hub.search.index import queries

QUERIES = ["carbon nanotube sensor", "solar power", "robot", "wireless communication network", "water", "aircraft noise", "图像", "laser"]
REPEATS = 15


def milliseconds(call: Callable[[], object]) -> float:
    """Median time of one call."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def newest_index() -> Path:
    """The folder of the index that serves now."""
    return max((current_app.config["HUB"].data_dir / "search").glob("index-*"))


def measure() -> None:
    """Print the search's time beside the index's own, query by query, and how many documents they ran over."""
    folder = newest_index()
    bare = whoosh.index.open_dir(str(folder))
    parser = MultifieldParser(["title", "text"], bare.schema, group=OrGroup)
    with bare.searcher() as searcher:
        total = searcher.doc_count()
        more = []
        for query in QUERIES:
            plain = milliseconds(lambda query=query: searcher.search(parser.parse(query), limit=20))
            ours = milliseconds(lambda query=query: queries.search(queries.SearchRequest(q=query)))
            more.append(ours - plain)
        print(
            f"search   over {total:,} documents: {statistics.median(more):+.1f} ms to the bare query in the median, "
            f"{max(more):+.1f} ms at most"
        )
        print("         wanted: at most +30 ms; facets, permissions, highlighting and the cards' data included")


def an_open_challenge() -> str:
    """The address of a challenge that is open, from the index."""
    found = queries.search(queries.SearchRequest(kinds=("challenge",)))
    return found.cards[0].document.url.rsplit("/", 1)[-1]
