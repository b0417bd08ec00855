"""Statements of the busiest paths, compiled once per database: sending one again costs little more than the database takes for it.

SQLAlchemy makes them, so both databases get what they need, and its listeners hear them before they go out like all others. What is
saved is looking a statement up, working out anew for each execution where every value goes, and dressing what comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.expression import ClauseElement

from hub.db.extensions import db

Model = TypeVar("Model")
UNIT = "unit"
"""Where the session notes the connection of the unit of work that has begun."""
Row = dict[str, Any]
Arrange = Callable[[Row], Any]
Step = tuple[str, Callable[[Any], Any] | None]
"""A value's name in the row, and what makes it fit for the driver."""


def connection() -> Connection:
    """The session's connection, without its bookkeeping where a unit of work has begun."""
    session = db.session()
    begun: Connection | None = session.info.get(UNIT)
    return begun if begun is not None and not begun.closed else session.connection()


class Prepared:
    """`names` are the columns that an insert is given; the others get their defaults, which must be plain values.

    Called with one row of values or with a list of them, inside a transaction. Returns the rows that come back as the driver has them;
    `first` dresses one.
    """

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement, self._names = statement, names
        self._ready: dict[str, tuple[str, Arrange]] = {}
        self._dresses: dict[str, list[tuple[str, Callable[[Any], Any] | None]]] = {}

    def __call__(self, connection: Connection, rows: Row | list[Row]) -> list[tuple[Any, ...]]:
        dialect = connection.dialect
        if dialect.name not in self._ready:
            self._ready[dialect.name] = self._prepare(dialect)
        sql, arrange = self._ready[dialect.name]
        many = isinstance(rows, list)
        values: Any = [arrange(row) for row in rows] if isinstance(rows, list) else arrange(rows)
        cursor = connection.connection.cursor()
        try:
            for hear in connection.dispatch.before_cursor_execute:
                hear(connection, cursor, sql, values, None, many)
            (cursor.executemany if many else cursor.execute)(sql, values)
            return list(cursor.fetchall()) if cursor.description else []
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(sql, values, error, dialect.loaded_dbapi.Error, dialect=dialect, ismulti=many) from error
        finally:
            cursor.close()

    def first(self, connection: Connection, values: Row) -> Row | None:
        """Of a SELECT: the first row by its columns' names, each value as its type makes it (moments, enums, JSON); None without one."""
        rows = self(connection, values)
        if not rows:
            return None
        dialect = connection.dialect
        if dialect.name not in self._dresses:
            columns: Any = self._statement.selected_columns  # type: ignore[attr-defined]
            self._dresses[dialect.name] = [
                (column.key, column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in columns
            ]
        dressed = zip(self._dresses[dialect.name], rows[0], strict=True)
        return {name: value if dress is None else dress(value) for (name, dress), value in dressed}

    def _prepare(self, dialect: Dialect) -> tuple[str, Arrange]:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._names or None)
        fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        fixed |= {column.key: column.default.arg for column in getattr(compiled, "insert_prefetch", ())}
        places = compiled.positiontup if compiled.positional else list(compiled.binds)
        steps = [(name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in places]
        arrange = _in_order(steps) if compiled.positional else _by_name(steps)
        return str(compiled), (lambda row: arrange(fixed | row)) if fixed else arrange


def _in_order(steps: list[Step]) -> Arrange:
    return lambda row: tuple([process(row[name]) if process else row[name] for name, process in steps])


def _by_name(steps: list[Step]) -> Arrange:
    return lambda row: {name: process(row[name]) if process else row[name] for name, process in steps}


def as_written(row: Model) -> Model:
    """The row as the session has it, without reading again what was just written.

    What a rolled-back transaction left under the same number was never there.
    """
    make_transient_to_detached(row)
    phantom = db.session.identity_map.get(inspect(row).key)
    if phantom is not None:
        db.session.expunge(phantom)
    db.session.add(row)
    return row


def forget(model: type[Model], number: int) -> None:
    """If the session holds this row, it reads it anew when it is asked: it was written beside the session."""
    held = db.session.identity_map.get(identity_key(model, number))
    if held is not None:
        db.session.expire(held)
