"""Column types that keep what they are given: aware UTC times, enums checked by the database, row versions."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, DateTime, Enum, Integer, Select, String, TypeDecorator, cast, null, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; naive ones are refused, because nobody knows what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite keeps moments as text: written here as SQLAlchemy writes them, in a fifth of the time."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def enum_type(members: type[StrEnum], *, checked: bool = True, name: str = "") -> Enum:
    """The enum's values as text, with a CHECK in the database that equals the enum (unless another table's CHECK comes before its use).

    A table's second column of the same enum needs a `name` of its own for that CHECK: PostgreSQL insists.
    """
    return Enum(
        members,
        native_enum=False,
        create_constraint=checked,
        validate_strings=True,
        length=32,
        name=name or members.__module__.rsplit(".", 2)[-2] + "_" + members.__name__.lower(),
        values_callable=lambda e: [member.value for member in e],
    )


class Versioned:
    """Optimistic locking: two writers of one row, the second gets StaleDataError, which the doors turn into a Conflict."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


NO_DUE = cast(null(), UtcDateTime()).label("due")
"""The column of a question whose answers have no clock."""

Question: TypeAlias = Select[*tuple[Any, ...]]
"""Rows of `detail`, `key` and `due`, which the home page asks together with all others (hub.web.todo)."""

Lines: TypeAlias = Select[*tuple[Any, ...]]
"""Rows of `title`, `key`, `words`, `number` and `at`, which an organisation's page asks together with all others; made by `lines`."""


def lines(title: Any, key: Any, *, words: Any = None, number: Any = None, at: Any = None) -> Lines:
    """A line for each row: its title, what its address needs, and what its one fact is made of (words, a whole number, a moment)."""
    return select(
        cast(title, String).label("title"),
        cast(key, String).label("key"),
        cast(null() if words is None else words, String).label("words"),
        cast(null() if number is None else number, BigInteger).label("number"),
        (cast(null(), UtcDateTime()) if at is None else at).label("at"),
    )
