"""Tables whose rows are never changed or removed: triggers with which the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import DDL, event


def keep(table: Any, says: str) -> None:
    """Have the database refuse to change or remove rows of `table`, with the words `says`."""
    guard(table, never_changed(table.name, says))


def never_changed(table: str, says: str) -> dict[str, list[str]]:
    """The statements that `keep` runs, by dialect."""
    refuse = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for act in ("update", "delete")
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_kept()",
        ],
    }


def guard(table: Any, statements: Mapping[str, Iterable[str]]) -> None:
    """Run these statements of a dialect whenever the table is made."""
    for dialect, each in statements.items():
        for sql in each:
            event.listen(table, "after_create", DDL(sql).execute_if(dialect=dialect))
