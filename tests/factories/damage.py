"""Breaking a database for tests, past its triggers and constraints."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import create_engine, text

from hub.db import work
from hub.db.extensions import db

CHECKS = "SELECT conrelid::regclass || '', conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"


def break_books(*statements: str, without: Sequence[str] = ()) -> None:
    """Run the statements as somebody would who has the database file: triggers, foreign keys and CHECKs are off, and the indexes `without`."""
    work.rollback()
    if db.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(db.engine.url.database)
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for name in without:
            connection.execute(f"DROP INDEX {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()
        connection.close()
        return
    engine = create_engine(db.engine.url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table, name in connection.execute(text(CHECKS)).all():
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        for name in without:
            connection.execute(text(f"DROP INDEX {name}"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
    engine.dispose()
