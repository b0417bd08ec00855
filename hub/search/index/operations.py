"""What rooms say to the index: this changed, and here is how to read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert

from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.documents import Document, Gone
from hub.search.index import engines
from hub.search.index.models import IndexMark

Provider = Callable[[list[int]], Iterable[Document | Gone]]
Everything = Callable[[], Iterable[int]]


@dataclass(frozen=True)
class Source:
    """How one kind of thing is read: `documents(ids)` for some, `every()` for the ids of all that may be public."""

    kind: str
    documents: Provider
    every: Everything


_sources: dict[str, Source] = {}


def provides(kind: str, *, every: Everything) -> Callable[[Provider], Provider]:
    """Register a room's documents, in its documents.py: `@provides("offer", every=queries.public_ids)`.

    The function gets ids and gives a Document for each thing that anybody may see, and a Gone (or nothing) for the others: what
    was asked for and not given is taken out of the index. `every` lists all ids worth asking for; a rebuild begins with it.
    What a Document's `facts` may hold is told in this room's README.
    """

    def register(documents: Provider) -> Provider:
        _sources[kind] = Source(kind, documents, every)
        return documents

    return register


def sources() -> dict[str, Source]:
    return dict(_sources)


def mark(keys: Iterable[str]) -> None:
    """Have these things ("offer:17") looked at again after the caller's commit; without the commit nothing happens.

    Call it from the operation that changes them, once per operation with all keys; marking twice does no harm.
    """
    rows = [{"key": key, "at": clock.now()} for key in dict.fromkeys(keys)]
    for row in rows:
        split_key(str(row["key"]))
    if rows:
        db.session.execute(insert(IndexMark), rows)


def split_key(key: str) -> tuple[str, int]:
    """`"offer:17"` as `("offer", 17)`. Raises ValueError for anything else: a key that nobody can read must not enter the queue."""
    kind, _, number = key.partition(":")
    if not kind or not number.isdecimal() or len(key) > 80:
        raise ValueError(f"not a key: {key!r}")
    return kind, int(number)


def forget(marks: Collection[int]) -> None:
    """Take marks out of the queue: the index holds what they stood for."""
    numbers = list(marks)
    for start in range(0, len(numbers), 500):
        db.session.execute(delete(IndexMark).where(IndexMark.id.in_(numbers[start : start + 500])))


def ask_for_rebuild() -> None:
    """Have the indexer build a new index. Takes effect at once, whatever becomes of the caller's transaction: it does no harm."""
    engines.current().report_damage("somebody asked for a new index")
