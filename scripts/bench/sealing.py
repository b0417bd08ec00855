"""Sealing an entry beside the bare insert of its rows; a proof in a log of a million leaves beside those in smaller ones."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hub.app import create_app
from hub.config import from_environment
from hub.contests.challenges.models import Challenge
from hub.contests.entries import operations, queries
from hub.contests.entries.states import takes_entries
from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.agreements import queries as agreements
from hub.core.evidence import operations as evidence
from hub.core.evidence import queries as log
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock, merkle
from hub.kernel.actor import SYSTEM, Actor
from scripts.bench.posting import Said, hearing

ROUNDS, REPEATS = 6, 10
BODY = "A curcumin dye printed inside the film turns red at 5 ppm of volatile amines. " * 40
SIZES, PROOFS = (1_000, 10_000, 100_000, 1_000_000), 200
AT = "2026-11-21 12:00:00"


def _draft(challenge: Challenge, number: int) -> tuple[Actor, int]:
    """Somebody with a draft that can be sealed."""
    person = accounts.create(
        actor=SYSTEM, email=f"entrant{number}@bench.example", name=f"Entrant {number}", password="bench", any_password=True
    )
    person.email_verified_at = person.created_at
    db.session.flush()
    actor = people.actor_of(person.id)
    terms = agreements.current(challenge.ref, queries.AGREEMENT)
    assert terms is not None
    entry = operations.sign_and_enter(actor=actor, challenge=challenge, seen_hash=terms.hash)
    operations.save(actor=actor, entry=entry, title="A dye that reddens", body=BODY)
    return actor, entry.id


def _seal(actor: Actor, number: int) -> None:
    """As the door does it: a unit of work, the operation with all it reads and checks, the commit with its flush."""
    with work.unit():
        operations.seal(actor=actor, entry_id=number)


def _rows_of(actor: Actor, number: int) -> Said:
    """Seal, and give what was written: the INSERTs and UPDATEs with their values, and nothing else."""
    with hearing() as said:
        _seal(actor, number)
    return [one for one in said if one[0].lstrip().startswith(("INSERT", "UPDATE"))]


def tables_of(said: Said) -> list[str]:
    """The table of every row written, in order: a statement with a list of values writes as many."""
    words = [(one[0].split()[2 if one[0].lstrip().startswith("INSERT") else 1], one[1]) for one in said]
    return [table.strip('"') for table, values in words for _ in (values if isinstance(values, list) else [values])]


def _insert(bare: sqlite3.Connection, said: Said) -> None:
    bare.execute("BEGIN IMMEDIATE")
    for statement, parameters in said:
        if isinstance(parameters, list):
            bare.executemany(statement, parameters)
        else:
            bare.execute(statement, parameters).fetchall()
    bare.execute("COMMIT")


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of the processor."""

    wall: float
    cpu: float


def costs(call: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def middle(found: Sequence[Cost]) -> Cost:
    """The medians."""
    return Cost(statistics.median(one.wall for one in found), statistics.median(one.cpu for one in found))


def seal(folder: Path) -> None:
    """Print what sealing costs beside the bare insert of its rows, all of them and nothing else: entry, seal, the log's leaf, nodes and
    head, journal and its head, outbox. Bare they are written into a copy of the same database, made in the same turn on the same disk,
    with the same indexes, triggers and flushes."""
    open_ones = [one for one in db.session.query(Challenge).order_by(Challenge.id) if takes_entries(one)]
    with work.unit():
        drafts = iter([_draft(open_ones[0], number) for number in range(ROUNDS * REPEATS * 2)])
    plain: list[Cost] = []
    ours: list[Cost] = []
    for turn in range(ROUNDS):
        file = folder / f"bare-sealing-{turn}.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as bare:
            with closing(sqlite3.connect(str(db.engine.url.database))) as source:
                source.backup(bare)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY"):
                bare.execute(f"PRAGMA {pragma}")
            heard = [_rows_of(*next(drafts)) for _ in range(REPEATS)]
            plain += [costs(lambda rows=rows: _insert(bare, rows)) for rows in heard]  # type: ignore[misc]
        ours += [costs(lambda: _seal(*next(drafts))) for _ in range(REPEATS)]
        file.unlink()
    log_alone = [costs(lambda number=number: _log(number)) for number in range(ROUNDS * REPEATS)]  # type: ignore[misc]
    counted = Counter(tables_of([one for said in heard for one in said]))
    rows = ", ".join(f"{count / REPEATS:.3g} {table}" for table, count in counted.items())
    _tell("an entry's place in the log", middle(log_alone), middle(plain), "")
    _tell("an entry, every check and lock", middle(ours), middle(plain), "   wanted: at most 2")
    print(f"         bare: {1000 * middle(plain).wall:.2f} ms, of the processor {1000 * middle(plain).cpu:.2f} ms, for the rows {rows}")


def _tell(what: str, ours: Cost, bare: Cost, remark: str) -> None:
    print(
        f"sealing  {what:31} {ours.wall / bare.wall:5.2f} times the bare rows by the clock, {ours.cpu / bare.cpu:5.2f} of the processor "
        f"({1000 * ours.wall:.2f} ms){remark}"
    )


def _log(number: int) -> None:
    """The manifest committed to and put into the log, in a unit of work of its own with its flush to the disk."""
    with work.unit():
        sealed = evidence.commit({"format": "bench", "title": "A dye that reddens", "body": BODY, "number": number})
        evidence.append(actor=SYSTEM, subject=f"bench:{number}", sealed=sealed, at=clock.now())


# Proofs


def _leaves(count: int) -> Iterator[tuple[int, str, str, str, None, str]]:
    for place in range(count):
        yield place, hashlib.sha256(place.to_bytes(8, "big")).hexdigest(), "", f"bench:{place}", None, AT


def fill(database: Path, count: int) -> None:
    """A log of `count` leaves, with the nodes and the head that appending them would have made."""
    peaks: list[bytes] = []

    def nodes() -> Iterator[tuple[int, int, str]]:
        nonlocal peaks
        for place, commitment, *_ in _leaves(count):
            made, peaks = merkle.grow(peaks, place, merkle.leaf_hash(bytes.fromhex(commitment)))
            yield from ((level, position, said.hex()) for level, position, said in made)

    with closing(sqlite3.connect(database)) as bare:
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
            bare.execute(f"PRAGMA {pragma}")
        bare.executemany(
            "INSERT INTO evidence_leaf (place, commitment, salt, subject, person_id, at) VALUES (?, ?, ?, ?, ?, ?)", _leaves(count)
        )
        bare.executemany("INSERT INTO evidence_node (level, position, hash) VALUES (?, ?, ?)", nodes())
        head = (count, merkle.fold(peaks).hex(), "".join(peak.hex() for peak in peaks))
        bare.execute(
            "INSERT INTO evidence_head (id, size, root, peaks) VALUES (1, ?1, ?2, ?3) "
            "ON CONFLICT (id) DO UPDATE SET size = ?1, root = ?2, peaks = ?3",
            head,
        )
        bare.commit()


def _prove(count: int) -> float:
    """Seconds of the processor for one proof of inclusion (median of PROOFS); each is checked."""
    choose, times = random.Random(5), []
    root = bytes.fromhex(log.head()[1])
    for _ in range(PROOFS):
        place = choose.randrange(count)
        commitment = hashlib.sha256(place.to_bytes(8, "big")).hexdigest()
        db.session.rollback()
        start = time.process_time()
        proof = log.proof_of(commitment)
        times.append(time.process_time() - start)
        path = [bytes.fromhex(one) for one in proof["proof"]]
        assert merkle.proves_inclusion(merkle.leaf_hash(bytes.fromhex(commitment)), place, count, path, root)
    return statistics.median(times)


def _in_log_of(folder: Path, count: int, measure: Callable[[int], float]) -> float:
    place = folder / f"log-{count}"
    place.mkdir()
    app = create_app(from_environment({"HUB_DATA_DIR": str(place)}))
    with app.app_context():
        db.create_all()
        fill(place / "hub.sqlite3", count)
        found = measure(count)
        db.session.remove()
        db.engine.dispose()
    return found


def rows_read(count: int) -> int:
    """How many rows of the log a proof reads that its first leaf is in a log of `count`: nodes and leaves, for proof and root."""
    return len(merkle.nodes_of([*merkle.inclusion(0, count), (0, count)]))


def prove(folder: Path) -> None:
    """Print what a proof costs in ever larger logs, as times the smallest."""
    times = {count: _in_log_of(folder, count, _prove) for count in SIZES}
    shown = ", ".join(f"{count:,}: {seconds / times[SIZES[0]]:.2f} ({rows_read(count)} rows)" for count, seconds in times.items())
    print(f"proving  inclusion, of the processor, times as in the smallest log   {shown}   {1000 * times[SIZES[-1]]:.1f} ms in the largest")
