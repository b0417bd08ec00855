"""Alembic's surroundings: the application's own engine and tables (run through `hub db upgrade`)."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from hub.db.types import UtcDateTime

extension = current_app.extensions["migrate"].db


def include_object(thing: Any, name: str, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave alone what the databases keep for themselves."""
    return not (kind == "table" and name in {"sqlite_sequence", "sqlite_stat1"})


def render_item(kind: str, thing: Any, context: Any) -> Any:
    """A migration stands alone: our column types by what they are in the database."""
    return repr(thing.impl).replace("DateTime", "sa.DateTime") if kind == "type" and isinstance(thing, UtcDateTime) else False


def run() -> None:
    with extension.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection,
            target_metadata=extension.metadata,
            render_as_batch=sqlite,
            include_object=include_object,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
