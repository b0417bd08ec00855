"""An award split five ways: through the operation, and the very same SQL bare on a copy of the same database in the same run.

Every statement of an award is overheard once, with all that it says and in its order, the transaction's beginning and end among them;
that is what runs bare. Awards that are timed are not listened to: listening takes time of its own.
"""

from __future__ import annotations

import itertools
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub.core.accounts.models import Person
from hub.core.holds import operations as holds
from hub.core.holds.rules import Share
from hub.core.ledger import operations, rules
from hub.core.ledger.rules import Kind
from hub.core.organisations import queries as organisations
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money

ROUNDS, REPEATS, TEAM = 8, 10, 5
NUMBERS = itertools.count()
SUBJECT, CURRENCY = "challenge:900001", "USD"
GROSS, FEE_BP = 1_000_000, 500
Said = list[tuple[str, Any]]


def prepare() -> list[Share]:
    """Money in the hold, and every account once used. Returns the team."""
    team = [Share(1, person_id=number) for (number,) in db.session.query(Person.id).order_by(Person.id).limit(TEAM)]
    payer = organisations.by_slug("loom-materials-lab").id
    total = 10_000 * GROSS
    with work.unit():
        hold = holds.opened(organisation_id=payer, subject=SUBJECT, currency=CURRENCY, label="Bench")
        legs = rules.from_to(rules.bank(CURRENCY), rules.hold_of(payer, SUBJECT, CURRENCY), total)
        operations.post(actor=SYSTEM, kind=Kind.FUNDING, key="bench:in", legs=legs, cause=hold.ref, subject=SUBJECT)
        hold.funded_minor += total
    award(team)
    return team


def award(team: list[Share]) -> None:
    """Out of the hold to five balances and the fee, whole in one unit of work; five facts in the journal, and what follows from them."""
    with work.unit():
        holds.release_split(
            actor=SYSTEM,
            subject=SUBJECT,
            gross=Money(GROSS, CURRENCY),
            fee_bp=FEE_BP,
            shares=team,
            key=f"bench:{next(NUMBERS)}",
            memo="Award",
        )


@contextmanager
def hearing() -> Iterator[Said]:
    """Every statement that the application sends to its database."""
    said: Said = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def overheard(team: list[Share]) -> Said:
    with hearing() as said:
        award(team)
    return [*said, ("COMMIT", ())]


def repeat(bare: sqlite3.Connection, said: Said) -> None:
    for statement, parameters in said:
        if isinstance(parameters, list):
            bare.executemany(statement, parameters)
        else:
            bare.execute(statement, parameters).fetchall()


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(folder: Path, team: list[Share], synchronous: str) -> tuple[float, float, int]:
    """Seconds for one award through the operation and bare (medians, taken in turns of REPEATS), and how many statements it is."""
    ours: list[float] = []
    plain: list[float] = []
    with closing(db.engine.raw_connection()) as pooled:
        pooled.cursor().execute(f"PRAGMA synchronous={synchronous}")
    for turn in range(ROUNDS):
        file = folder / f"bare-posting-{synchronous}-{turn}.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as bare:
            with closing(sqlite3.connect(str(db.engine.url.database))) as source:
                source.backup(bare)
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY"):
                bare.execute(f"PRAGMA {pragma}")
            heard = [overheard(team) for _ in range(REPEATS)]
            plain += [timed(lambda said=said: repeat(bare, said)) for said in heard]  # type: ignore[misc]
            ours += [timed(lambda: award(team)) for _ in range(REPEATS)]
        file.unlink()
    return statistics.median(ours), statistics.median(plain), len(heard[0])


def measure(folder: Path) -> None:
    """Print the rate of a five-way split beside that of its SQL bare: bound by the processor alone, and with every commit on the disk."""
    team = prepare()
    for synchronous, words in (("OFF", "in memory"), ("FULL", "on the disk")):
        ours, plain, count = compare(folder, team, synchronous)
        print(
            f"posting  award split five ways, {words:11} {plain / ours:11.0%} of the same {count} statements bare"
            f" ({1 / plain:,.0f}/s bare, {1 / ours:,.0f}/s here)"
        )
