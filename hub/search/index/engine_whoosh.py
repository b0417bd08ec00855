"""The index on disk, through Whoosh: the only file that imports it.

Terms come ready from `rules.py`; Whoosh keeps postings, stored fields and one column of packed values. Segments never change once written,
so what was read of one is kept for as long as a view uses it.
"""

from __future__ import annotations

import errno
import functools
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import columns as whoosh_columns
from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.index import create_in, open_dir
from whoosh.reading import IndexReader

from hub.kernel.documents import Document, Gone
from hub.search.index.engine import NOTHING, Change, Columns, Postings, Unavailable, entry, newest, pack, unpack
from hub.search.index.engine_folder import IndexFolder

CODED = ("kind", "sector", "status", "centre", "group", "language")
OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO}
"""A full or broken disk is not mended by building another index."""
KEPT_POSTINGS, KEPT_DOCUMENTS = 4096, 2048


def _schema() -> fields.Schema:
    """Terms come ready and are separated by spaces: this site's own tokenizer made them."""

    def ready() -> fields.TEXT:
        return fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False, stored=False)

    return fields.Schema(
        key=fields.ID(unique=True, stored=False),
        text=ready(),
        title=ready(),
        packed=fields.STORED(),
        counted=fields.STORED(),
        columns=fields.COLUMN(whoosh_columns.VarBytesColumn()),
    )


class Names:
    """Numbers for the values of facets, shared by all views of one engine: a name keeps its number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.places: dict[str, int] = {}
        self._lock = threading.Lock()

    def place(self, name: str) -> int:
        known = self.places.get(name)
        if known is None:
            with self._lock:
                known = self.places.get(name)
                if known is None:
                    self.names.append(name)
                    known = self.places[name] = len(self.names) - 1
        return known


class Segment:
    """One immutable segment: its columns read once, its postings as they are asked for. Deletions are the view's affair."""

    def __init__(self, reader: IndexReader, names: Names) -> None:
        self.size = reader.doc_count_all()
        rows = [json.loads(packed) for packed in reader.column_reader("columns")]
        if len(rows) != self.size:
            raise ValueError(f"{len(rows)} rows of columns for {self.size} documents")
        self.coded = np.array([[names.place(name) for name in row[: len(CODED)]] for row in rows], np.int32).reshape(-1, len(CODED)).T
        numbers = np.array([row[len(CODED) :] for row in rows], np.float64).reshape(-1, 7).T
        self.at, self.ends_at, self.rank, self.length, self.version = numbers[:5]
        self.listed, self.gone = numbers[5] > 0, numbers[6] > 0
        self._postings: dict[str, Postings] = {}

    def postings(self, reader: IndexReader, term: str) -> Postings:
        """All documents with the term, dead ones included."""
        kept = self._postings.get(term)
        if kept is None:
            kept = self._read(reader, term)
            if len(self._postings) >= KEPT_POSTINGS:
                self._postings.clear()
            self._postings[term] = kept
        return kept

    def _read(self, reader: IndexReader, term: str) -> Postings:
        docs, counts = _matches(reader, "text", term)
        if not docs:
            return NOTHING
        in_title = dict(zip(*_matches(reader, "title", term), strict=True))
        titles = [in_title.get(doc, 0.0) for doc in docs]
        return Postings(np.array(docs, np.int32), np.array(counts, np.float32), np.array(titles, np.float32))


def _matches(reader: IndexReader, field: str, term: str) -> tuple[list[int], list[float]]:
    docs: list[int] = []
    counts: list[float] = []
    if (field, term) in reader:
        matcher = reader.postings(field, term)
        while matcher.is_active():
            docs.append(matcher.id())
            counts.append(matcher.weight())
            matcher.next()
    return docs, counts


def _reads(method: Any) -> Any:
    """Whoosh's readers move one file position, so threads take turns; a damaged file can raise anything while it is parsed."""

    @functools.wraps(method)
    def guarded(self: WhooshView, *args: Any) -> Any:
        with self.lock:
            try:
                return method(self, *args)
            except Exception as error:
                self.engine.report_damage(f"{type(error).__name__}: {error}")
                raise Unavailable("the index is damaged") from error

    return guarded


class WhooshView:
    """One generation of one index."""

    def __init__(self, engine: WhooshEngine, reader: IndexReader, generation: str, kept: dict[str, Segment]) -> None:
        self.engine, self.lock, self._reader, self._generation = engine, threading.Lock(), reader, generation
        self.leaves: list[tuple[IndexReader, int, Segment]] = []
        if reader.doc_count_all():
            for leaf, offset in reader.leaf_readers():
                name = f"{leaf.segment().segment_id()}"
                self.leaves.append((leaf, offset, kept.get(name) or Segment(leaf, engine.names)))
        self.segments = {f"{leaf.segment().segment_id()}": segment for leaf, _, segment in self.leaves}
        self._columns = self._join()
        self._documents: dict[int, Document] = {}

    @property
    def generation(self) -> str:
        return self._generation

    @property
    def size(self) -> int:
        return sum(segment.size for _, _, segment in self.leaves)

    @property
    def columns(self) -> Columns:
        return self._columns

    def _join(self) -> Columns:
        parts = [segment for _, _, segment in self.leaves]
        live = np.zeros(self.size, np.bool_)
        for leaf, offset, segment in self.leaves:
            kept = np.fromiter(leaf.all_doc_ids(), np.int64) if leaf.has_deletions() else np.arange(segment.size)
            live[offset + kept] = ~segment.gone[kept]

        def joined(name: str, kind: Any) -> Any:
            return np.concatenate([getattr(part, name) for part in parts]).astype(kind) if parts else np.empty(0, kind)

        coded = np.concatenate([part.coded for part in parts], axis=1) if parts else np.empty((len(CODED), 0), np.int32)
        return Columns(
            names=self.engine.names.names,
            places=self.engine.names.places,
            live=live,
            listed=joined("listed", np.bool_),
            at=joined("at", np.float64),
            ends_at=joined("ends_at", np.float64),
            rank=joined("rank", np.int32),
            length=joined("length", np.float32),
            **dict(zip(CODED, coded, strict=True)),
        )

    @_reads
    def postings(self, term: str) -> Postings:
        found = [(offset, segment.postings(leaf, term)) for leaf, offset, segment in self.leaves]
        found = [(offset, part) for offset, part in found if len(part.docs)]
        if not found:
            return NOTHING
        docs = np.concatenate([part.docs + np.int32(offset) for offset, part in found])
        alive = self._columns.live[docs]
        counts, titles = (np.concatenate([getattr(part, name) for _, part in found]) for name in ("counts", "titles"))
        return Postings(docs, counts, titles) if alive.all() else Postings(docs[alive], counts[alive], titles[alive])

    @_reads
    def frequency(self, term: str) -> int:
        return int(self._reader.doc_frequency("text", term))

    @_reads
    def _stored(self, number: int) -> dict[str, str]:
        fields: dict[str, str] = self._reader.stored_fields(int(number))
        return fields

    def document(self, number: int) -> Document:
        kept = self._documents.get(number)
        if kept is None:
            if len(self._documents) >= KEPT_DOCUMENTS:
                self._documents.clear()
            kept = self._documents[number] = unpack(self._stored(number)["packed"])
        return kept

    def terms_of(self, number: int) -> dict[str, int]:
        counts: dict[str, int] = json.loads(self._stored(number)["counted"])
        return counts

    @_reads
    def number_of(self, key: str) -> int | None:
        docs, _ = _matches(self._reader, "key", key)
        return next((doc for doc in docs if self._columns.live[doc]), None)

    @_reads
    def replaced_by(self, change: Change) -> list[int] | None:
        """The numbers that the change replaces; None if what is stored is newer."""
        numbers: list[int] = []
        for leaf, offset, segment in self.leaves:
            for number in _matches(leaf, "key", change.key)[0]:
                if segment.version[number] > change.version:
                    return None
                numbers.append(offset + number)
        return numbers

    @_reads
    def vocabulary(self) -> Iterator[str]:
        return iter([term.decode() for term in self._reader.lexicon("text")])


class WhooshEngine:
    def __init__(self, folder: Path) -> None:
        self.folder, self.names = IndexFolder(folder), Names()
        self._lock = threading.Lock()
        self._view: WhooshView | None = None

    def generation(self) -> str:
        return self.folder.generation()

    def hold(self) -> AbstractContextManager[None]:
        return self.folder.hold()

    def report_damage(self, why: str) -> None:
        self.folder.report_damage(why)

    def needs_rebuild(self) -> bool:
        if self.folder.is_reported():
            return True
        try:
            self.view()
        except Unavailable:
            return True
        return False

    def view(self) -> WhooshView:
        view = self._view
        if view is not None and view.generation == self.generation():
            return view
        with self._lock:
            generation = self.generation()
            if self._view is None or self._view.generation != generation:
                self._view = self._open(generation)
            return self._view

    def _open(self, generation: str) -> WhooshView:
        folder = self.folder.current()
        kept = self._view.segments if self._view is not None else {}
        with self._damage_told():
            return WhooshView(self, open_dir(str(folder)).reader(), generation, kept)

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # a half-written file raises whatever its bytes happen to mean
            if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
                raise
            self.report_damage(f"{type(error).__name__}: {error}")
            raise Unavailable("the index is damaged") from error

    def apply(self, changes: Iterable[Change]) -> int:
        self.folder.must_hold()
        view, folder = self.view(), self.folder.current()
        ready = [(old, _fields_of(change)) for change in newest(changes).values() if (old := view.replaced_by(change)) is not None]
        if not ready:
            return 0
        with self._damage_told():
            writer = open_dir(str(folder)).writer()
            try:
                for old, fields in ready:
                    for number in old:
                        writer.delete_document(number)
                    writer.add_document(**fields)
                writer.commit()
            except BaseException:
                with suppress(Exception):
                    writer.cancel()
                raise
        self.folder.point_to(folder)
        return len(ready)

    def rebuild(self, documents: Iterable[Document]) -> int:
        self.folder.must_hold()
        folder = self.folder.fresh()
        try:
            size = _write_all(folder, documents)
        except BaseException:
            self.folder.discard(folder)
            raise
        self.folder.point_to(folder)
        self.folder.clean()
        return size


def _write_all(folder: Path, documents: Iterable[Document]) -> int:
    writer = create_in(str(folder), _schema()).writer(limitmb=64)
    keys: set[str] = set()
    try:
        for document in documents:
            if document.key in keys:
                raise ValueError(f"{document.key} was given twice")
            keys.add(document.key)
            writer.add_document(**_fields_of(document))
    except BaseException:
        writer.cancel()
        raise
    writer.commit(optimize=True)
    return len(keys)


def _fields_of(change: Change) -> dict[str, Any]:
    """What Whoosh stores. Something gone leaves a tombstone: it is never found, and keeps an older document from coming back."""
    if isinstance(change, Gone):
        return {"key": change.key, "columns": json.dumps([*[""] * len(CODED), *[0] * 4, change.version, 0, 1]).encode()}
    ready = entry(change)
    at, ends_at = (moment.timestamp() if moment else float("nan") for moment in (change.at, change.ends_at))
    row = [at, ends_at, change.rank, ready.length, change.version, int(change.listed), 0]
    return {
        "key": change.key,
        "text": " ".join(term for term, count in ready.counts.items() for _ in range(count)),
        "title": " ".join(term for term, count in ready.titles.items() for _ in range(count)),
        "packed": pack(change),
        "counted": json.dumps(ready.counts, ensure_ascii=False),
        "columns": json.dumps([*(getattr(change, name) for name in CODED), *row]).encode(),
    }
