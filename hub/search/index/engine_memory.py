"""An index in this process alone, for tests and trials: it forgets everything when the process ends, and is as strict as the real one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hub.kernel.documents import Document, Gone
from hub.search.index.engine import NOTHING, Busy, Change, Columns, Entry, Postings, Unavailable, entry, newest

_serial = itertools.count(1)


@dataclass(frozen=True)
class MemoryView:
    """A snapshot: entries by number; None stands for a document that is gone."""

    generation: str
    entries: tuple[Entry, ...]
    columns: Columns
    numbers: dict[str, int] = field(default_factory=dict)
    found: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.entries)

    def postings(self, term: str) -> Postings:
        rows = self.found.get(term)
        if not rows:
            return NOTHING
        docs, counts, titles = zip(*rows, strict=True)
        return Postings(np.array(docs, np.int32), np.array(counts, np.float32), np.array(titles, np.float32))

    def frequency(self, term: str) -> int:
        return len(self.found.get(term, ()))

    def document(self, number: int) -> Document:
        return self.entries[number].document

    def terms_of(self, number: int) -> dict[str, int]:
        return dict(self.entries[number].counts)

    def number_of(self, key: str) -> int | None:
        return self.numbers.get(key)

    def vocabulary(self) -> Iterator[str]:
        return iter(sorted(self.found))


def _columns(entries: tuple[Entry, ...]) -> Columns:
    documents = [each.document for each in entries]
    places: dict[str, int] = {}

    def codes(name: str) -> NDArray[np.int32]:
        return np.array([places.setdefault(getattr(document, name), len(places)) for document in documents], np.int32)

    def seconds(name: str) -> NDArray[np.float64]:
        moments = [getattr(document, name) for document in documents]
        return np.array([moment.timestamp() if moment else np.nan for moment in moments], np.float64)

    kind, sector, status, centre, group, language = (codes(name) for name in ("kind", "sector", "status", "centre", "group", "language"))
    return Columns(
        names=list(places),
        places=places,
        live=np.ones(len(entries), np.bool_),
        listed=np.array([document.listed for document in documents], np.bool_),
        kind=kind,
        sector=sector,
        status=status,
        centre=centre,
        group=group,
        language=language,
        at=seconds("at"),
        ends_at=seconds("ends_at"),
        rank=np.array([document.rank for document in documents], np.int32),
        length=np.array([each.length for each in entries], np.float32),
    )


def view_over(entries: Iterable[Entry], generation: str = "") -> MemoryView:
    """A view over these entries, sorted by key."""
    ordered = tuple(sorted(entries, key=lambda each: each.document.key))
    view = MemoryView(generation, ordered, _columns(ordered))
    for number, each in enumerate(view.entries):
        view.numbers[each.document.key] = number
        for term, count in each.counts.items():
            view.found.setdefault(term, []).append((number, count, each.titles.get(term, 0)))
    return view


class MemoryEngine:
    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._gone: dict[str, int] = {}
        self._view: MemoryView | None = None
        self._damaged = False
        self._writers = threading.Lock()
        self._held = False

    def generation(self) -> str:
        return self._view.generation if self._view is not None and not self._damaged else ""

    def view(self) -> MemoryView:
        if self._view is None or self._damaged:
            raise Unavailable("there is no index yet")
        return self._view

    @contextmanager
    def hold(self) -> Iterator[None]:
        if not self._writers.acquire(blocking=False):
            raise Busy("somebody else writes")
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._writers.release()

    def apply(self, changes: Iterable[Change]) -> int:
        self._must_hold()
        self.view()
        fresh, gone, taken = dict(self._entries), dict(self._gone), 0
        for key, change in newest(changes).items():
            stored = fresh[key].document.version if key in fresh else gone.get(key)
            if stored is not None and stored > change.version:
                continue
            taken += 1
            fresh.pop(key, None)
            gone.pop(key, None)
            if isinstance(change, Gone):
                gone[key] = change.version
            else:
                fresh[key] = entry(change)
        if taken:
            self._commit(fresh, gone)
        return taken

    def rebuild(self, documents: Iterable[Document]) -> int:
        self._must_hold()
        fresh: dict[str, Entry] = {}
        for document in documents:
            if document.key in fresh:
                raise ValueError(f"{document.key} was given twice")
            fresh[document.key] = entry(document)
        self._commit(fresh, {})
        self._damaged = False
        return len(fresh)

    def needs_rebuild(self) -> bool:
        return self._view is None or self._damaged

    def report_damage(self, why: str) -> None:
        self._damaged = True

    def _must_hold(self) -> None:
        if not self._held:
            raise RuntimeError("write inside `with engine.hold()`")

    def _commit(self, entries: dict[str, Entry], gone: dict[str, int]) -> None:
        self._view = view_over(entries.values(), f"memory-{next(_serial)}")
        self._entries, self._gone = entries, gone
