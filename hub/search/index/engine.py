"""What an index must do, whoever does it. `engine_whoosh` is the real one, `engine_memory` a fake as strict.

An engine keeps postings and stored documents; ranking, facets and matching work on the arrays it gives and are the same over both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hub.kernel.documents import Document, Gone
from hub.search.index import rules

Change = Document | Gone
FACETS = ("kind", "sector", "status", "centre", "language")


class Unavailable(Exception):
    """There is no index to read: none was built yet, or it is damaged. The indexer builds a new one."""


class Busy(Exception):
    """Another process holds the index for writing."""


@dataclass(frozen=True)
class Postings:
    """The documents that hold one term, as numbers in ascending order, with how often it stands in each and in its title."""

    docs: NDArray[np.int32]
    counts: NDArray[np.float32]
    titles: NDArray[np.float32]


NOTHING = Postings(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32))


@dataclass(frozen=True)
class Columns:
    """One value per document number. `kind` to `language` are places in `names`; `at` and `ends_at` are POSIX seconds, NaN if not given.

    `live` is False for documents replaced or gone.
    """

    names: Sequence[str]
    places: Mapping[str, int]
    live: NDArray[np.bool_]
    listed: NDArray[np.bool_]
    kind: NDArray[np.int32]
    sector: NDArray[np.int32]
    status: NDArray[np.int32]
    centre: NDArray[np.int32]
    group: NDArray[np.int32]
    language: NDArray[np.int32]
    at: NDArray[np.float64]
    ends_at: NDArray[np.float64]
    rank: NDArray[np.int32]
    length: NDArray[np.float32]

    def place(self, name: str) -> int:
        """Where `name` stands in `names`; -1 if no document has it."""
        return self.places.get(name, -1)


class View(Protocol):
    """One committed state of the index. It does not change; ask the engine for a newer one."""

    @property
    def generation(self) -> str: ...

    @property
    def size(self) -> int:
        """How many document numbers there are, dead ones included."""

    @property
    def columns(self) -> Columns: ...

    def postings(self, term: str) -> Postings:
        """Live documents only."""

    def frequency(self, term: str) -> int:
        """About how many documents hold the term; cheaper than its postings."""

    def document(self, number: int) -> Document: ...

    def terms_of(self, number: int) -> dict[str, int]:
        """How often each term stands in the document, its title included."""

    def number_of(self, key: str) -> int | None: ...

    def vocabulary(self) -> Iterator[str]:
        """Every term."""


class Engine(Protocol):
    """All methods may raise OSError; a write that raises has changed nothing that readers see."""

    def generation(self) -> str:
        """Changes with every commit, in every process; cheap enough to ask on every request."""

    def view(self) -> View:
        """The newest committed state. Raises Unavailable."""

    def hold(self) -> AbstractContextManager[None]:
        """The right to write, for one holder over all processes; the death of the holder frees it. Raises Busy."""

    def apply(self, changes: Iterable[Change]) -> int:
        """Commit the changes, all or none; durable when it returns. A change older than what is stored is passed over.

        Returns how many were taken. Only inside `hold()` (RuntimeError otherwise). Raises Unavailable.
        """

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build a new index beside the old one and put it in its place in one step. Only inside `hold()`. Returns its size."""

    def needs_rebuild(self) -> bool:
        """Is the index missing, of another format, or reported damaged?"""

    def report_damage(self, why: str) -> None:
        """Have the indexer build a new one. Any process may say so."""


@dataclass(frozen=True)
class Entry:
    """One document prepared: what is stored, and its terms counted."""

    document: Document
    counts: dict[str, int]
    titles: dict[str, int]

    @property
    def length(self) -> int:
        return sum(self.counts.values())


def entry(document: Document) -> Entry:
    """Raises TypeError if the facts are not JSON: they must survive any engine."""
    in_title = Counter(rules.terms(document.title))
    return Entry(ready(document), in_title + Counter(rules.terms(document.text)), in_title)


def ready(document: Document) -> Document:
    """The document as it comes back from an index: its facts are JSON, its moments keep their instant."""
    return unpack(pack(document))


def pack(document: Document) -> str:
    fields: dict[str, Any] = asdict(document)
    for name in ("at", "ends_at"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    return json.dumps(fields, ensure_ascii=False)


def unpack(packed: str) -> Document:
    fields = json.loads(packed)
    for name in ("at", "ends_at"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    return Document(**fields)


def newest(changes: Iterable[Change]) -> dict[str, Change]:
    """One change per key: the highest version, the later of equal ones."""
    chosen: dict[str, Change] = {}
    for change in changes:
        if change.key not in chosen or change.version >= chosen[change.key].version:
            chosen[change.key] = change
    return chosen
