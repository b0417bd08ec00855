"""A world in which all that people typed is evil."""

from __future__ import annotations

import re

from sqlalchemy import String, Text, create_engine, text
from sqlalchemy.exc import IntegrityError

from hub.db.extensions import db
from tests.security.corpora import EVERYWHERE

TYPED = re.compile(
    r"title|name|text|body|summar|descr|headline|reason|note|remark|comment|message|label|about|answer|question|words|said|why|bio|terms|goal|problem"
)
NOT_TYPED = re.compile(r"user_?name|handle|file_?name|_at$|hash|slug|kind|state|code|template|named|renamed|host|domain|version")
"""Of a column's name. Names of files are made plain when they are taken, and are tried where they are."""


def poison(url: str) -> list[str]:
    """Put what leaves every place before all that people typed, past every rule of what may be typed. Returns the columns."""
    engine, done = create_engine(url), []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            long = isinstance(column.type, Text) or (type(column.type) is String and (column.type.length or 0) >= 60)
            if not long or not TYPED.search(column.name) or NOT_TYPED.search(column.name) or column.foreign_keys or column.unique:
                continue
            try:
                with engine.begin() as connection:
                    statement = f'UPDATE "{table.name}" SET "{column.name}" = :evil || "{column.name}" WHERE "{column.name}" <> \'\''
                    if connection.execute(text(statement), {"evil": EVERYWHERE}).rowcount:
                        done.append(f"{table.name}.{column.name}")
            except Exception as error:  # sealed, signed, or held by a rule of its table
                if not isinstance(error, IntegrityError):
                    raise
    engine.dispose()
    return done
