"""Steps that several migrations need and Alembic has not: they leave data, triggers and references alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

SQLITE_SCHEMA = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"
POSTGRES_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name AND conrelid = CAST(:table AS regclass)"


def change_values(op: Any, table: str, column: str, *, name: str, add: Iterable[str] = (), drop: Iterable[str] = ()) -> None:
    """Have an enum's CHECK allow more values, or fewer. `name` is the enum's ("agreements_kind").

    On SQLite the CHECK is rewritten in the stored schema, as the SQLite documentation describes for changes that leave the stored rows as
    they are (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes"): making the table anew would lose
    its triggers.
    """
    bind, constraint = op.get_bind(), f"ck_{table}_{name}"
    if bind.dialect.name == "sqlite":
        _on_sqlite(bind, table, rf"(?<=CONSTRAINT {constraint} CHECK \({column} IN \()[^)]*", add, drop)
        return
    stored = bind.scalar(sa.text(POSTGRES_CHECK), {"name": constraint, "table": table})
    op.drop_constraint(op.f(constraint), table, type_="check")
    op.create_check_constraint(op.f(constraint), table, f"{column} IN ({_changed(stored, add, drop)})")


def _on_sqlite(bind: Any, table: str, pattern: str, add: Iterable[str], drop: Iterable[str]) -> None:
    rewrite_on_sqlite(bind, table, [(pattern, lambda found: _changed(found[0], add, drop))])


def rewrite_on_sqlite(bind: Any, table: str, changes: Iterable[tuple[str, Any]]) -> None:
    """Change the stored schema of a table: each pattern (found exactly once) and what takes its place. The stored rows stay as they are."""
    changed = bind.scalar(sa.text(SQLITE_SCHEMA), {"table": table})
    for pattern, instead in changes:
        changed, times = re.subn(pattern, instead, changed)
        if times != 1:
            raise RuntimeError(f"{table} has no such part: {pattern}")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"), {"sql": changed, "table": table})
    bind.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    bind.execute(sa.text("PRAGMA writable_schema = OFF"))


def _changed(stored: str, add: Iterable[str], drop: Iterable[str]) -> str:
    left_out = set(drop)
    values = [value for value in dict.fromkeys([*re.findall(r"'([a-z0-9_]+)'", stored), *add]) if value not in left_out]
    return ", ".join(f"'{value}'" for value in values)
