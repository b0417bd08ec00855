"""A source of documents for tests of the index, in place of a room: what stands in `things` is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hub.db import work
from hub.kernel.documents import Document, Gone
from hub.search.index import engines, operations, reactions


def document(number: int = 1, title: str = "Gas sensor", kind: str = "offer", version: int = 1, **more: Any) -> Document:
    more.setdefault("text", "")
    return Document(key=f"{kind}:{number}", kind=kind, title=title, url=f"/{kind}s/{number}", version=version, **more)


class Shelf:
    """Stands in for the rooms that give offers and challenges, for as long as the `with` block lasts."""

    KINDS = ("offer", "challenge", "need")

    def __init__(self) -> None:
        self.things: dict[str, Document] = {}
        self.asked: list[str] = []

    def __enter__(self) -> Shelf:
        self._before = dict(operations._sources)
        for kind in self.KINDS:
            operations.provides(kind, every=lambda kind=kind: self.ids(kind))(lambda ids, kind=kind: self.read(kind, ids))
        return self

    def __exit__(self, *error: object) -> None:
        operations._sources.clear()
        operations._sources.update(self._before)

    def ids(self, kind: str) -> list[int]:
        return [int(key.split(":")[1]) for key in self.things if key.startswith(f"{kind}:")]

    def read(self, kind: str, ids: Iterable[int]) -> list[Document | Gone]:
        keys = [f"{kind}:{number}" for number in ids]
        self.asked += keys
        return [self.things[key] for key in keys if key in self.things]

    def put(self, *documents: Document) -> None:
        """Publish or change, and mark, in one transaction."""
        with work.unit():
            self.things |= {each.key: each for each in documents}
            operations.mark([each.key for each in documents])

    def change(self, key: str, **changes: Any) -> None:
        self.put(replace(self.things[key], version=self.things[key].version + 1, **changes))

    def take_away(self, key: str) -> None:
        with work.unit():
            del self.things[key]
            operations.mark([key])

    def index(self) -> None:
        """What the worker does, until nothing is left."""
        reactions.index_changes()
        reactions.index_changes()


def keys_in_index() -> list[str]:
    view = engines.current().view()
    return sorted(view.document(number).key for number in range(view.size) if view.columns.live[number])
