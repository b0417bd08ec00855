"""Long books: a balance is read in the same time, and the check streams them in bounded memory, beside a bare scan in the same run."""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from hub.app import create_app
from hub.config import from_environment
from hub.core.ledger import queries, rules
from hub.core.ledger.rules import Leg, OwnerKind
from hub.db.extensions import db

SHORT, LONG = 1_000, 1_000_000
LEGS = 4
PEOPLE = 1_000
READS = 300
PAYER = rules.balance_of(OwnerKind.ORGANISATION, 1, "USD")
FEES, BANK = rules.fees("USD"), rules.bank("USD")
START = LONG * 100
AT = "2026-11-21 12:00:00.000000"


def person(number: int) -> rules.AccountRef:
    return rules.balance_of(OwnerKind.PERSON, number, "USD")


def sides(winner: int) -> list[Leg]:
    """Each award pays two people and the fee."""
    return [Leg(PAYER, -100), Leg(person(winner), 60), Leg(person(PEOPLE + winner), 35), Leg(FEES, 5)]


ACCOUNT = """
INSERT INTO account (id, owner_kind, owner_id, purpose, subject, currency, bound, balance, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)
"""
AWARDS = """
WITH RECURSIVE award(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM award WHERE n < :last)
INSERT INTO "transaction" (id, key, body, kind, memo, cause, subject, at)
SELECT n + 1, 'award:' || n, shape.body, 'award', '', '', '', :at FROM award JOIN shape ON shape.winner = n % :people
"""
POSTINGS = """
WITH RECURSIVE award(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM award WHERE n < :last)
INSERT INTO posting (transaction_id, account_id, currency, minor, balance_after)
SELECT n + 1, 2, 'USD', -100, :start - n * 100 FROM award
UNION ALL SELECT n + 1, 3, 'USD', 5, n * 5 FROM award
UNION ALL SELECT n + 1, 4 + n % :people, 'USD', 60, ((n - n % :people) / :people + (n % :people > 0)) * 60 FROM award
UNION ALL SELECT n + 1, 4 + :people + n % :people, 'USD', 35, ((n - n % :people) / :people + (n % :people > 0)) * 35 FROM award
"""
SEAL = 'UPDATE "transaction" SET sealed_id = id WHERE sealed_id IS NULL'
BALANCES = "UPDATE account SET balance = (SELECT coalesce(sum(minor), 0) FROM posting WHERE account_id = account.id)"


def begin(bare: sqlite3.Connection) -> None:
    """The accounts, the money to give away, and the fingerprints of the awards: PEOPLE different ones."""
    refs = [BANK, PAYER, FEES, *(person(number) for number in range(2 * PEOPLE))]
    rows = [(place + 1, ref.owner_kind, ref.owner_id, ref.purpose, ref.subject, "USD", ref.bound, AT) for place, ref in enumerate(refs)]
    bare.executemany(ACCOUNT, rows)
    bare.execute("CREATE TEMP TABLE shape (winner INTEGER PRIMARY KEY, body TEXT)")
    told = {"kind": "award", "memo": "", "cause": "", "subject": ""}
    bare.executemany("INSERT INTO shape VALUES (?, ?)", [(one, rules.body(**told, legs=sides(one))) for one in range(PEOPLE)])
    body = rules.body(kind="funding", memo="", cause="", subject="", legs=[Leg(BANK, -START), Leg(PAYER, START)])
    bare.execute(
        'INSERT INTO "transaction" (id, key, body, kind, memo, cause, subject, at) VALUES (1, ?, ?, ?, ?, ?, ?, ?)',
        ("in", body, "funding", "", "", "", AT),
    )
    both = ((1, 1, "USD", -START, -START), (1, 2, "USD", START, START))
    bare.executemany("INSERT INTO posting (transaction_id, account_id, currency, minor, balance_after) VALUES (?, ?, ?, ?, ?)", both)


def grow(bare: sqlite3.Connection, before: int, postings: int) -> None:
    """Awards, as many as make so many postings."""
    values = {"first": before // LEGS + 1, "last": postings // LEGS, "people": PEOPLE, "start": START, "at": AT}
    for statement in (AWARDS, POSTINGS):
        bare.execute(statement, values)
    bare.execute(SEAL)
    bare.execute(BALANCES)
    bare.execute("COMMIT")
    bare.execute("BEGIN")


def read_balance() -> float:
    """Seconds, the median of READS."""
    times = []
    for _ in range(READS):
        start = time.perf_counter()
        queries.balance(PAYER)
        times.append(time.perf_counter() - start)
        db.session.rollback()
    return statistics.median(times)


CHECK = """
import atexit, sys
from hub.cli.main import main
atexit.register(lambda: print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0]))
main()
"""


def verify(folder: Path) -> tuple[float, float]:
    """`hub ledger verify` as people run it: seconds, and the most memory it had (MB; the kernel's own figure for the program)."""
    start = time.perf_counter()
    command = [sys.executable, "-c", CHECK, "ledger", "verify"]
    done = subprocess.run(command, env=os.environ | {"HUB_DATA_DIR": str(folder)}, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the books of the bench are not clean: {done.stdout}")
    return time.perf_counter() - start, int(done.stdout.split()[-1]) / 1024


def scan(file: str) -> float:
    """Seconds to read every posting and look at it, bare."""
    start = time.perf_counter()
    with closing(sqlite3.connect(file)) as bare:
        sums: dict[int, int] = {}
        for account_id, minor in bare.execute("SELECT account_id, minor FROM posting ORDER BY id"):
            sums[account_id] = sums.get(account_id, 0) + minor
    return time.perf_counter() - start


def measure(folder: Path) -> None:
    """Print how a balance is read, and how the check goes through the books."""
    folder = folder / "long-books"
    app = create_app(from_environment({"HUB_DATA_DIR": str(folder), "HUB_RATE_LIMITS": "0"}))
    with app.app_context():
        db.create_all()
        file = str(db.engine.url.database)
        with closing(sqlite3.connect(file, isolation_level=None)) as bare:
            for pragma in ("synchronous=OFF", "cache_size=-200000"):
                bare.execute(f"PRAGMA {pragma}")
            bare.execute("BEGIN")
            begin(bare)
            grow(bare, 0, SHORT)
            few, small = read_balance(), verify(folder)
            grow(bare, SHORT, LONG)
            bare.execute("COMMIT")
        many, large, plain = read_balance(), verify(folder), scan(file)
        db.session.remove()
        db.engine.dispose()
    print(f"books    a balance, of {LONG:,} postings {many / few:9.2f} times as long to read as of {SHORT:,} ({few * 1e3:.2f} ms)")
    took = large[0] - small[0]
    print(
        f"books    verify, {LONG / took:,.0f} postings/s {plain / took:9.1%} of a bare scan ({LONG / plain:,.0f}/s), fingerprints and all"
    )
    print(f"books    verify, most memory {large[1]:16,.0f} MB for {LONG:,} postings, {small[1]:,.0f} MB for {SHORT:,}")
