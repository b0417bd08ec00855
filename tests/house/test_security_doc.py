"""docs/security.md says which test holds what: each of these is there, and what none holds is said."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
POINT = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}(?:, \d{1,2}\.\d{1,2}\.\d{1,2})*")
HEAD = re.compile(r"^def test_\w+\(.*?\)(?: -> \w+)?:$", re.MULTILINE | re.DOTALL)
"""Of a test, whose body does not matter here: to parse the whole of so many files takes too long."""


def held_in(path: str) -> set[str]:
    """The names of the file's tests; none if there is no such file."""
    file = ROOT / path
    heads = HEAD.findall(file.read_text()) if file.is_file() else []
    return {node.name for node in ast.parse("".join(f"{head} ...\n" for head in heads)).body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_document_names_is_there():
    named: dict[str, set[str]] = defaultdict(set)
    for path, name in NAMED.findall(TEXT):
        named[path].add(name)
    assert named and TEXT.count("::test_") == len(NAMED.findall(TEXT)), "each is written `path::test_name`"
    gone = {f"{path}::{name}" for path, names in named.items() for name in names - held_in(path)}
    assert not gone


def test_every_point_of_a_table_names_a_test():
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| Point |")]
    assert len(rows) > 50
    assert not [row for row in rows if not (POINT.match(row.removeprefix("| ")) and NAMED.search(row.rpartition(" | ")[2]))]


def test_what_is_not_held_and_not_done_is_said():
    for title in ("Not held by a test", "Not done"):
        said = [line for line in TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0].splitlines() if line.startswith("- ")]
        assert said, title
        assert not [line for line in said if not re.match(rf"- \*\*{POINT.pattern}\*\* \S", line)], title
