"""What a page may cost: statements of SQL, and bytes on the wire with everything it needs to be shown."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

import hub
from hub.db.extensions import db
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import PEOPLE, Row
from tests.house.matrix.world import World

STATEMENTS, BYTES = 12, 150 * 1024
READS = [row for row in ROWS if not row.writes and row.yes]
STATIC = Path(hub.__file__).parent / "web" / "static"
NEEDED = re.compile(rb"""(?:href|src)=["'](/static/[^"'#?]+)""")
IMPORTED = re.compile(rb"""(?:import|from)\s*["']([^"']+)["']|url\(["']?([^"')]+)""")


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements made in the block, without those that only frame a transaction."""
    made: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
            made.append(" ".join(statement.split()))

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("row", READS, ids=str)
def test_no_page_asks_the_database_too_often(world: World, row: Row):
    over = {}
    for person in sorted(row.yes, key=PEOPLE.index):
        with counted(world) as made:
            world.call(row, person).close()
        if len(made) > STATEMENTS:
            over[person] = made
    worst = max(over.values(), key=len, default=[])
    told = [f"{times} x {statement[:230]}" for statement, times in Counter(worst).most_common()]
    assert not over, "\n".join([f"statements: { {person: len(made) for person, made in over.items()} }", *told])


def weight(name: str, known: dict[str, int]) -> dict[str, int]:
    """A static file and what it brings along, each with its compressed size in bytes."""
    if name in known:
        return known
    content = (STATIC / name).read_bytes()
    known[name] = len(gzip.compress(content, 6)) if not name.endswith((".png", ".woff2")) else len(content)
    if name.endswith((".js", ".css")):
        for first, second in IMPORTED.findall(content):
            inner = (first or second).decode()
            if inner.startswith((".", "/static/")):
                target = (STATIC / name).parent / inner if inner.startswith(".") else STATIC / inner.removeprefix("/static/")
                weight(str(target.resolve().relative_to(STATIC)), known)
    return known


@pytest.mark.parametrize("row", [row for row in READS if not row.is_api], ids=str)
def test_no_page_weighs_too_much(world: World, row: Row):
    for person in sorted(row.yes, key=PEOPLE.index):
        answer = world.call(row, person)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            answer.close()
            continue
        page, parts = answer.get_data(), dict[str, int]()
        for address in set(NEEDED.findall(page)):
            weight(urlsplit(address.decode()).path.removeprefix("/static/"), parts)
        parts["the page itself"] = len(gzip.compress(page, 6))
        assert sum(parts.values()) <= BYTES, f"{person}: {sum(parts.values()) // 1024} KB: {sorted(parts.items(), key=lambda part: -part[1])}"
