"""Sealing an entry beside the bare insert of its rows; a proof in a log of a million leaves beside one in a thousand."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from hub.app import create_app
from hub.config import from_environment
from hub.contests.challenges.models import Challenge
from hub.contests.entries import operations, queries
from hub.contests.entries.models import Entry
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
from scripts.bench.posting import Said, hearing, timed

ENTRANTS = 40
BODY = "A curcumin dye printed inside the film turns red at 5 ppm of volatile amines. " * 40
SMALL, LARGE, PROOFS = 1_000, 1_000_000, 200
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
    with work.unit():
        operations.seal(actor=actor, entry=db.session.get_one(Entry, number))


def _rows_of(actor: Actor, number: int) -> Said:
    """Seal, and give what was written: the INSERTs and UPDATEs with their values, and nothing else."""
    with hearing() as said:
        _seal(actor, number)
    return [one for one in said if one[0].lstrip().startswith(("INSERT", "UPDATE"))]


def _insert(bare: sqlite3.Connection, said: Said) -> None:
    bare.execute("BEGIN IMMEDIATE")
    for statement, parameters in said:
        if isinstance(parameters, list):
            bare.executemany(statement, parameters)
        else:
            bare.execute(statement, parameters)
    bare.execute("COMMIT")


def seal(folder: Path) -> None:
    """Print what sealing costs beside the bare insert of its rows: the same INSERTs and UPDATEs with the same values, and nothing else."""
    open_ones = [one for one in db.session.query(Challenge).order_by(Challenge.id) if takes_entries(one)]
    with work.unit():
        drafts = [_draft(open_ones[0], number) for number in range(ENTRANTS)]
    with closing(sqlite3.connect(folder / "bare-sealing.sqlite3", isolation_level=None)) as bare:
        with closing(sqlite3.connect(str(db.engine.url.database))) as source:
            source.backup(bare)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY"):
            bare.execute(f"PRAGMA {pragma}")
        heard = [_rows_of(actor, number) for actor, number in drafts[: ENTRANTS // 2]]
        plain = [timed(lambda rows=rows: _insert(bare, rows)) for rows in heard]  # type: ignore[misc]
    ours = [timed(lambda actor=actor, number=number: _seal(actor, number)) for actor, number in drafts[ENTRANTS // 2 :]]  # type: ignore[misc]
    log_alone = [timed(lambda number=number: _log(number)) for number in range(ENTRANTS // 2)]  # type: ignore[misc]
    bare_ms, whole, alone = (1000 * statistics.median(times) for times in (plain, ours, log_alone))
    print(
        f"sealing  an entry's place in the log {alone / bare_ms:10.2f} times the bare insert of the seal's {len(heard[-1])} rows "
        f"({bare_ms:.1f} ms)"
    )
    print(f"sealing  with every check and lock {whole / bare_ms:12.2f} times the same ({whole:.1f} ms)")


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
        bare.execute("PRAGMA foreign_keys=OFF")
        bare.executemany(
            "INSERT INTO evidence_leaf (place, commitment, salt, subject, person_id, at) VALUES (?, ?, ?, ?, ?, ?)", _leaves(count)
        )
        bare.executemany("INSERT INTO evidence_node (level, position, hash) VALUES (?, ?, ?)", nodes())
        head = (count, merkle.fold(peaks).hex(), "".join(peak.hex() for peak in peaks))
        bare.execute("INSERT INTO evidence_head (id, size, root, peaks) VALUES (1, ?, ?, ?)", head)
        bare.commit()


def _prove(count: int) -> float:
    """Seconds for one proof of inclusion (median of PROOFS); each is checked."""
    choose, times = random.Random(5), []
    root = bytes.fromhex(log.head()[1])
    for _ in range(PROOFS):
        place = choose.randrange(count)
        commitment = hashlib.sha256(place.to_bytes(8, "big")).hexdigest()
        db.session.rollback()
        start = time.perf_counter()
        proof = log.proof_of(commitment)
        times.append(time.perf_counter() - start)
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


def prove(folder: Path) -> None:
    """Print what a proof in the large log costs beside one in the small."""
    small, large = (_in_log_of(folder, count, _prove) for count in (SMALL, LARGE))
    hashes = [len(merkle.inclusion(0, count)) for count in (SMALL, LARGE)]
    print(
        f"proving  inclusion in {LARGE:,} leaves {large / small:14.2f} times one in {SMALL:,} "
        f"({hashes[1]} hashes and {hashes[0]}; {1000 * large:.1f} ms)"
    )
