"""Statements of the busiest paths, compiled once per database: sending one again costs little more than the database takes for it.

SQLAlchemy makes them, so both databases get what they need, and its listeners hear them before they go out like all others. What is
saved is looking a statement up, working out anew for each execution where every value goes, and dressing what comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Row = dict[str, Any]
Arrange = Callable[[Row], Any]
Step = tuple[str, Callable[[Any], Any] | None]
"""A value's name in the row, and what makes it fit for the driver."""


class Prepared:
    """`names` are the columns that an insert is given; the others get their defaults, which must be plain values.

    Called with one row of values or with a list of them, inside a transaction. Returns the rows that come back as the driver has them.
    """

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement, self._names = statement, names
        self._ready: dict[str, tuple[str, Arrange]] = {}

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
