"""The one indexer: works off the marks after the commits that made them, and builds the index anew when it is missing or damaged.

It holds the index for writing from before it reads the database until the index has the change, so nobody can overwrite a newer
state with an older one. A mark is deleted only after the index has committed; dying anywhere in between repeats the work.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from hub.core.accounts.events import PersonErased
from hub.core.discussions import events as discussions
from hub.core.erasure.events import ErasureDone
from hub.core.pools import events as pools
from hub.core.profiles import queries as profiles
from hub.core.profiles.events import EvidenceChanged, ProfileChanged
from hub.db import work
from hub.db.delivery import every
from hub.db.extensions import db
from hub.db.journal import Fact, reacts_to
from hub.kernel.documents import Document, Gone
from hub.search.index import engines, operations, queries, rules
from hub.search.index.engine import Busy, Change, Engine, Unavailable, View, ready
from hub.search.index.models import IndexMark
from hub.web import pagecache

pagecache.depends_on(engines.generation)

log = logging.getLogger("hub.search")

BATCH = 200
SECONDS = 5.0
"""At most this long at a time, so that mails and other deliveries get their turn."""


@reacts_to(ProfileChanged)
def mark_profile(event: ProfileChanged, fact: Fact) -> None:
    """Whether evidence is found depends on its owner's profile."""
    evidence = [f"evidence:{number}" for number in profiles.evidence_ids_of(event.person_id)]
    operations.mark([f"expert:{event.person_id}", *evidence])


@reacts_to(PersonErased)
@reacts_to(ErasureDone)
def leave_nothing_behind(event: PersonErased | ErasureDone, fact: Fact) -> None:
    """Whoever was erased stands in documents of many kinds, and the files of an index keep what was taken out of it: it is made anew."""
    operations.ask_for_rebuild()


@reacts_to(EvidenceChanged)
def mark_evidence(event: EvidenceChanged, fact: Fact) -> None:
    operations.mark([f"expert:{event.person_id}", f"evidence:{event.evidence_id}"])


@reacts_to(pools.PoolOpened)
@reacts_to(pools.PoolStoryChanged)
@reacts_to(pools.PledgeMade)
@reacts_to(pools.PledgeWithdrawn)
@reacts_to(pools.PoolMet)
@reacts_to(pools.PoolFailed)
@reacts_to(pools.PoolCancelled)
def mark_pool(event: Any, fact: Fact) -> None:
    operations.mark([f"pool:{event.pool_id}"])


@reacts_to(discussions.ThreadOpened)
@reacts_to(discussions.PostMade)
@reacts_to(discussions.PostEdited)
@reacts_to(discussions.PostDeleted)
@reacts_to(discussions.PostHidden)
@reacts_to(discussions.PostRestored)
@reacts_to(discussions.ThreadLocked)
@reacts_to(discussions.ThreadUnlocked)
def mark_discussion(event: Any, fact: Fact) -> None:
    operations.mark([f"discussion:{event.thread_id}"])


@every(1)
def index_changes() -> None:
    """Bring the index up to date, unless another process is at it."""
    work.rollback()  # the worker has begun a writing transaction: nobody else could write while the index is
    engine = engines.current()
    try:
        if engine.needs_rebuild():
            rebuild()
        elif _anything_marked():
            with engine.hold():
                _drain(engine)
    except Busy:
        return
    except Unavailable as error:
        log.warning("%s: it will be built again", error)


def _anything_marked() -> bool:
    found = db.session.scalar(select(IndexMark.id).limit(1))
    work.rollback()
    return found is not None


def _drain(engine: Engine) -> None:
    until = time.monotonic() + SECONDS
    while index_batch(engine) == BATCH and time.monotonic() < until:
        pass


def index_batch(engine: Engine, size: int = BATCH) -> int:
    """Index what the oldest `size` marks stand for. Returns how many marks were worked off. Only inside `engine.hold()`."""
    marks = db.session.execute(select(IndexMark.id, IndexMark.key).order_by(IndexMark.id).limit(size)).all()
    if marks:
        engine.apply(_read(engine, dict.fromkeys(key for _, key in marks)))
        with work.unit():
            operations.forget([number for number, _ in marks])
    work.rollback()
    return len(marks)


def _read(engine: Engine, keys: dict[str, None]) -> list[Change]:
    """The present state of these things: what no room gives is not public and goes out of the index."""
    wanted: dict[str, list[int]] = {}
    for key in keys:
        kind, number = operations.split_key(key)
        wanted.setdefault(kind, []).append(number)
    changes: list[Change] = []
    for kind, numbers in wanted.items():
        source = operations.sources().get(kind)
        given = {change.key: change for change in source.documents(numbers)} if source else {}
        for key in (f"{kind}:{number}" for number in numbers):
            changes.append(given[key] if key in given else Gone(key, _stored_version(engine, key)))
    return changes


def _stored_version(engine: Engine, key: str) -> int:
    view = engine.view()
    number = view.number_of(key)
    return 0 if number is None else view.document(number).version


@dataclass
class Progress:
    """How far a rebuild is, for the command that shows it."""

    done: int = 0
    total: int = 0


def rebuild(tell: Callable[[Progress], None] = lambda progress: None) -> int:
    """Build the index from the database beside the old one and swap. Marks made meanwhile stay: their things are read again.

    Returns how many documents it holds. Raises Busy.
    """
    engine = engines.current()
    with engine.hold():
        work.rollback()
        marks = db.session.scalars(select(IndexMark.id)).all()
        size = engine.rebuild(everything(tell))
        with work.unit():
            operations.forget(marks)
    pagecache.forget_all()
    log.info("search index rebuilt: %s documents", size)
    return size


def everything(tell: Callable[[Progress], None] = lambda progress: None) -> Iterator[Document]:
    """Every public document of every room, read in batches."""
    numbers = {kind: sorted(set(source.every())) for kind, source in operations.sources().items()}
    progress = Progress(0, sum(map(len, numbers.values())))
    for kind, source in operations.sources().items():
        for start in range(0, len(numbers[kind]), BATCH):
            batch = numbers[kind][start : start + BATCH]
            yield from (change for change in source.documents(batch) if isinstance(change, Document))
            progress.done += len(batch)
            tell(progress)


@dataclass(frozen=True)
class Report:
    """How the index compares with the database; keys that wait in the queue are left out of account.

    `missing` are not in the index, `different` are there in another state, `surplus` should not be there, `unfindable` are stored but a
    word of their title does not lead to them.
    """

    documents: int
    waiting: int
    seconds: float
    missing: list[str]
    different: list[str]
    surplus: list[str]
    unfindable: list[str]

    @property
    def ok(self) -> bool:
        return not (self.missing or self.different or self.surplus or self.unfindable)


def check() -> Report:
    """Read everything from both sides. Raises Unavailable if there is no readable index."""
    view = engines.current().view()
    lag = queries.lag()
    waiting = set(db.session.scalars(select(IndexMark.key)))
    numbers = np.flatnonzero(view.columns.live).tolist()
    stored = {document.key: (number, document) for number, document in zip(numbers, map(view.document, numbers), strict=True)}
    expected = {document.key: document for document in map(ready, everything())}
    judged = (expected.keys() | stored.keys()) - waiting
    both = judged & expected.keys() & stored.keys()
    return Report(
        documents=len(stored),
        waiting=lag.waiting,
        seconds=lag.seconds,
        missing=sorted(judged - stored.keys()),
        different=sorted(key for key in both if stored[key][1] != expected[key]),
        surplus=sorted(judged - expected.keys()),
        unfindable=sorted(key for key in both if not _is_findable(view, stored[key][0], stored[key][1])),
    )


def _is_findable(view: View, number: int, document: Document) -> bool:
    return all(number in view.postings(term).docs for term in set(rules.terms(document.title)))
