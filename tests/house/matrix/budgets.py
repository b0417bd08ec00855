"""What a page may cost: statements of SQL, and bytes on the wire with everything it needs to be shown."""

from __future__ import annotations

import functools
import gzip
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import hub
from tests.house.matrix.world import Look

STATEMENTS, REPEATS, BYTES = 12, 2, 150 * 1024
STATIC = Path(hub.__file__).parent / "web" / "static"
NEEDED = re.compile(rb"""(?:href|src)=["'](/static/[^"'#?]+)""")
IMPORTED = re.compile(rb"""(?:import|from)\s*["']([^"']+)["']|url\(["']?([^"')]+)""")


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


def keep_to_them(looks: Sequence[Look]) -> None:
    """No reader of a page makes it ask more, or weigh more, than it may."""
    often = {look.person: len(look.statements) for look in looks if len(look.statements) > STATEMENTS}
    worst = Counter(max((look.statements for look in looks), key=len, default=[])).most_common()
    assert not often, "\n".join([f"statements: {often}", *(f"{times} x {statement[:230]}" for statement, times in worst)])
    assert not worst or worst[0][1] <= REPEATS, f"a list that is asked for row by row? {worst[0]}"
    parts = {look.person: weigh(look.body) for look in looks if look.mimetype == "text/html" and look.status == 200}
    heavy = {person: sum(found.values()) for person, found in parts.items() if sum(found.values()) > BYTES}
    assert not heavy, f"bytes: {heavy}, of which {[sorted(parts[person].items(), key=lambda part: -part[1]) for person in heavy][:1]}"
