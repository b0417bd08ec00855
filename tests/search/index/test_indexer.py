"""From a change in the database to the index, whatever happens in between."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from hub.app import create_app
from hub.config import Config
from hub.db import work
from hub.db.delivery import run_periodic
from hub.db.extensions import db
from hub.kernel import clock
from hub.search.index import engines, operations, queries, reactions
from hub.search.index.engine import Busy, Unavailable
from hub.search.index.models import IndexMark
from hub.search.index.queries import SearchRequest
from tests.db.processes import started, together
from tests.factories.shelf import Shelf, document, keys_in_index


def titles(q: str = "") -> list[str]:
    return sorted(card.document.title for card in queries.search(SearchRequest(q=q, size=100)).cards)


def waiting() -> int:
    count = db.session.scalar(select(func.count()).select_from(IndexMark)) or 0
    work.rollback()
    return count


def test_a_published_thing_is_found_after_the_next_run(shelf: Shelf):
    shelf.put(document(1, "Gas sensor"))
    assert titles() == []
    run_periodic()
    run_periodic()
    assert titles("sensor") == ["Gas sensor"]
    shelf.change("offer:1", title="Water pump")
    run_periodic()
    assert titles("sensor") == [] and titles("pump") == ["Water pump"]
    assert waiting() == 0


def test_what_is_no_longer_public_goes_at_once_and_stays_away(shelf: Shelf):
    shelf.put(document(1, "Gas sensor"), document(2, "Pump"))
    shelf.index()
    shelf.take_away("offer:1")
    shelf.index()
    assert titles() == ["Pump"]
    with work.unit():
        operations.mark(["offer:1"])
    shelf.index()
    assert titles() == ["Pump"]
    reactions.rebuild()
    assert titles() == ["Pump"]


def test_a_mark_without_its_commit_is_no_mark(shelf: Shelf):
    shelf.index()
    shelf.things["offer:1"] = document(1)
    with pytest.raises(ZeroDivisionError), work.unit():
        operations.mark(["offer:1"])
        raise ZeroDivisionError
    shelf.index()
    assert titles() == []


def test_marking_is_cheap_and_deduplicated(shelf: Shelf):
    shelf.index()
    with work.unit():
        operations.mark(["offer:1", "offer:1", "offer:2"])
        operations.mark([])
    assert waiting() == 2


@pytest.mark.parametrize("key", ["offer", "offer:", ":1", "offer:x", "offer:-1", "offer:1:2", "x" * 90 + ":1"])
def test_a_key_that_nobody_can_read_is_refused_at_the_start(app: Flask, key: str):
    with pytest.raises(ValueError, match="not a key"), work.unit():
        operations.mark([key])
    assert waiting() == 0


def test_a_thing_of_a_kind_that_nobody_gives_is_passed_over(shelf: Shelf):
    shelf.put(document(1))
    with work.unit():
        operations.mark(["martian:1"])
    shelf.index()
    assert waiting() == 0 and keys_in_index() == ["offer:1"]


def test_batches_work_off_everything(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.index()
    monkeypatch.setattr(reactions, "BATCH", 7)
    shelf.put(*[document(number, f"Thing {number}") for number in range(1, 31)])
    engine = engines.current()
    with engine.hold():
        assert reactions.index_batch(engine, 7) == 7
    assert waiting() == 23
    shelf.index()
    assert waiting() == 0 and len(keys_in_index()) == 30


def test_dying_before_the_index_commits_repeats_the_work(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.index()
    shelf.put(document(1, "Gas sensor"))
    with monkeypatch.context() as broken:
        broken.setattr(type(engines.current()), "apply", lambda self, changes: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            reactions.index_changes()
    assert waiting() == 1 and titles() == []
    shelf.index()
    assert waiting() == 0 and titles() == ["Gas sensor"]


def test_dying_after_the_index_commits_repeats_the_work_harmlessly(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.index()
    shelf.put(document(1, "Gas sensor"))
    with monkeypatch.context() as broken:
        broken.setattr(operations, "forget", lambda marks: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            reactions.index_changes()
    assert waiting() == 1 and titles() == ["Gas sensor"]
    shelf.index()
    assert waiting() == 0 and keys_in_index() == ["offer:1"]


def test_a_mark_made_while_its_thing_is_being_indexed_is_not_lost(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.index()
    shelf.put(document(1, "First"))
    real = type(engines.current()).apply

    def slow(self: object, changes: object) -> int:
        size = real(self, changes)
        if shelf.things["offer:1"].version == 1:
            shelf.change("offer:1", title="Second")
        return size

    monkeypatch.setattr(type(engines.current()), "apply", slow)
    shelf.index()
    assert titles() == ["Second"] and waiting() == 0


def test_the_indexer_does_not_keep_other_writers_waiting(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    """While the index is written, nobody's transaction is open for writing."""
    shelf.index()
    shelf.put(document(1, "First"))
    real = type(engines.current()).apply
    seen = []

    def watch(self: object, changes: object) -> int:
        seen.append(db.session.connection().get_execution_options().get("hub_writes", False))
        work.rollback()
        return real(self, changes)

    monkeypatch.setattr(type(engines.current()), "apply", watch)
    run_periodic()
    assert seen == [False]


def test_another_writer_is_left_alone(shelf: Shelf):
    shelf.index()
    shelf.put(document(1))
    with engines.current().hold():
        reactions.index_changes()
        with pytest.raises(Busy):
            reactions.rebuild()
    assert waiting() == 1
    shelf.index()
    assert waiting() == 0


def test_changes_during_a_rebuild_are_not_lost(shelf: Shelf):
    shelf.put(*[document(number, f"Thing {number}") for number in range(1, 5)])
    told = []

    def meanwhile(progress: reactions.Progress) -> None:
        told.append((progress.done, progress.total))
        if len(told) == 1:
            shelf.change("offer:1", title="Changed while the index was built")

    reactions.rebuild(meanwhile)
    shelf.index()
    assert "Changed while the index was built" in titles()
    assert told[-1][0] == told[-1][1] == 4


def test_a_rebuild_works_off_what_was_marked_before_it(shelf: Shelf):
    shelf.put(*[document(number, f"Thing {number}") for number in range(1, 5)])
    reactions.rebuild()
    assert waiting() == 0 and len(titles()) == 4


def test_lag_tells_how_far_behind(shelf: Shelf):
    shelf.index()
    assert queries.lag() == queries.Lag(0, 0.0)
    shelf.put(document(1), document(2))
    clock.advance(timedelta(seconds=90))
    assert queries.lag() == queries.Lag(2, 90.0)


def test_check_finds_what_differs(shelf: Shelf):
    shelf.put(*[document(number, f"Thing {number}") for number in range(1, 6)])
    shelf.index()
    assert reactions.check().ok
    shelf.things["offer:1"] = document(1, "Changed behind the index")
    del shelf.things["offer:2"]
    shelf.things["offer:8"] = document(8, "Never marked")
    report = reactions.check()
    assert (report.different, report.surplus, report.missing, report.ok) == (["offer:1"], ["offer:2"], ["offer:8"], False)
    with work.unit():
        operations.mark(["offer:1", "offer:2", "offer:8"])
    assert reactions.check().ok, "what waits in the queue is not a fault"
    shelf.index()
    assert reactions.check().ok and reactions.check().documents == 5


# --- damage ------------------------------------------------------------------------------------------------------------------------


def index_files(config: Config) -> list[Path]:
    current = engines.current().folder.current()
    return sorted(path for path in current.iterdir() if path.suffix in {".toc", ".seg"})


@pytest.mark.parametrize(
    "damage", ["truncate-toc", "truncate-segment", "empty-toc", "noise", "no-toc", "no-folder", "no-pointer", "bad-pointer", "old-format"]
)
def test_a_damaged_index_is_noticed_and_built_again(config: Config, shelf: Shelf, damage: str):
    shelf.put(*[document(number, f"Gas sensor {number}", text="Detects ammonia. " * 20) for number in range(1, 40)])
    shelf.index()
    assert len(titles("sensor")) == 39
    _do_damage(config.data_dir / "search", index_files(config), damage)
    app = create_app(config)  # another process, which has read nothing yet
    with app.app_context():
        answer = queries.search(SearchRequest(q="sensor"))
        assert not answer.available or answer.total == 39
        reactions.index_changes()
        assert queries.search(SearchRequest(q="sensor")).total == 39
        assert reactions.check().ok
    assert len(titles("sensor")) == 39  # and the process that had it open follows


def _do_damage(folder: Path, files: list[Path], damage: str) -> None:
    (toc,) = [path for path in files if path.suffix == ".toc"]
    segment = max((path for path in files if path.suffix == ".seg"), key=lambda path: path.stat().st_mtime_ns)
    if damage == "truncate-toc":
        toc.write_bytes(toc.read_bytes()[: toc.stat().st_size // 2])
    elif damage == "truncate-segment":
        _replace(segment, segment.read_bytes()[: segment.stat().st_size // 3])
    elif damage == "empty-toc":
        toc.write_bytes(b"")
    elif damage == "noise":
        _replace(segment, os.urandom(segment.stat().st_size))
    elif damage == "no-toc":
        toc.unlink()
    elif damage == "no-folder":
        for path in toc.parent.iterdir():
            path.unlink()
        toc.parent.rmdir()
    elif damage == "no-pointer":
        (folder / "current").unlink()
    elif damage == "bad-pointer":
        (folder / "current").write_text('{"index"')
    else:
        (folder / "current").write_text((folder / "current").read_text().replace('"format": ', '"format": 99'))


def _replace(path: Path, content: bytes) -> None:
    """A new file under the old name: the running process keeps the one it has mapped."""
    path.unlink()
    path.write_bytes(content)


def test_damage_met_in_the_middle_of_reading_is_reported(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.put(document(1, "Gas sensor"))
    shelf.index()
    view = engines.current().view()
    monkeypatch.setattr(view._reader, "doc_frequency", lambda *_: (_ for _ in ()).throw(EOFError("short read")))
    with pytest.raises(Unavailable):
        view.frequency("sensor")
    assert engines.current().needs_rebuild()
    reactions.index_changes()
    assert not engines.current().needs_rebuild()
    assert titles("sensor") == ["Gas sensor"]


def test_old_indexes_are_cleaned_up_but_for_the_last(config: Config, shelf: Shelf):
    for _ in range(4):
        reactions.rebuild()
    assert len(list((config.data_dir / "search").glob("index-*"))) == 2


# --- several processes ---------------------------------------------------------------------------------------------------------------


def mark(number: int) -> None:
    for each in range(25):
        with work.unit():
            operations.mark([f"offer:{number * 1000 + each}"])


def index(ready: Event) -> None:
    """An indexer of its own: nothing that the first process has open is used, and it goes on until it is killed."""
    app = create_app(current_app.config["HUB"])
    with app.app_context(), Shelf() as shelf:
        shelf.read = lambda kind, ids: [document(n, f"Thing number {n}", kind=kind, text="word " * 200) for n in ids]
        ready.set()
        while True:
            reactions.index_changes()
            time.sleep(0.01)


@contextmanager
def indexers(many: int) -> Iterator[list[BaseProcess]]:
    """So many of them, all at work; killed at the end."""
    ready = [multiprocessing.get_context("fork").Event() for _ in range(many)]
    with started(index, *((each,) for each in ready)) as processes:
        assert all(each.wait(60) for each in ready)
        yield processes


def wait_until(condition: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


def test_four_processes_mark_while_two_index(app: Flask):
    with indexers(2):
        together(mark, *((number,) for number in range(1, 5)))
        wait_until(lambda: waiting() == 0)
    assert keys_in_index() == sorted(f"offer:{number * 1000 + each}" for number in range(1, 5) for each in range(25))


def test_killing_the_indexer_again_and_again_loses_nothing(app: Flask):
    with Shelf() as shelf:
        shelf.index()
    expected = []
    for round_ in range(4):
        with work.unit():
            keys = [f"offer:{round_ * 100 + each}" for each in range(1, 41)]
            operations.mark(keys)
            expected += keys
        with indexers(1) as (indexer,):
            time.sleep(0.02 * round_**2)
            indexer.kill()
    with indexers(1):
        wait_until(lambda: waiting() == 0)
    assert keys_in_index() == sorted(expected)
