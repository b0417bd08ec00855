"""What a page may cost: statements of SQL, and bytes on the wire with everything it needs to be shown."""

from __future__ import annotations

import functools
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

pytestmark = pytest.mark.only_on("sqlite")  # the statements and the pages are the same above both databases

STATEMENTS, REPEATS, BYTES = 12, 2, 150 * 1024
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


def weigh(page: bytes) -> dict[str, int]:
    """A page and what it needs to be shown, each with its compressed size in bytes."""
    parts: dict[str, int] = {"the page itself": len(gzip.compress(page, 6))}
    for address in set(NEEDED.findall(page)):
        weigh_file(urlsplit(address.decode()).path.removeprefix("/static/"), parts)
    return parts


@functools.cache
def compressed(file: Path) -> int:
    content = file.read_bytes()
    return len(content) if file.suffix in {".png", ".woff2"} else len(gzip.compress(content, 6))


def weigh_file(name: str, known: dict[str, int]) -> None:
    """A static file and what it brings along."""
    if name in known:
        return
    known[name] = compressed(STATIC / name)
    content = (STATIC / name).read_bytes()
    if name.endswith((".js", ".css")):
        for first, second in IMPORTED.findall(content):
            inner = (first or second).decode()
            if inner.startswith((".", "/static/")):
                target = (STATIC / name).parent / inner if inner.startswith(".") else STATIC / inner.removeprefix("/static/")
                weigh_file(str(target.resolve().relative_to(STATIC)), known)


@pytest.mark.parametrize("row", READS, ids=str)
def test_a_page_asks_the_database_seldom_and_weighs_little(world: World, row: Row):
    asked: dict[str, list[str]] = {}
    parts: dict[str, dict[str, int]] = {}
    for person in sorted(row.yes, key=PEOPLE.index):
        with counted(world) as asked[person]:
            answer = world.call(row, person)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                parts[person] = weigh(answer.get_data())
            answer.close()
    often = {person: len(made) for person, made in asked.items() if len(made) > STATEMENTS}
    worst = Counter(max(asked.values(), key=len)).most_common()
    assert not often, "\n".join([f"statements: {often}", *(f"{times} x {statement[:230]}" for statement, times in worst)])
    assert not worst or worst[0][1] <= REPEATS, f"a list that is asked for row by row? {worst[0]}"
    heavy = {person: sum(found.values()) for person, found in parts.items() if sum(found.values()) > BYTES}
    assert not heavy, f"bytes: {heavy}, of which {[sorted(parts[person].items(), key=lambda part: -part[1]) for person in heavy][:1]}"
