"""Lists that are read on from a cursor: the number of the last row seen."""

from __future__ import annotations

from typing import TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

Columns = TypeVarTuple("Columns")


def older(query: Select[*Columns], column: InstrumentedAttribute[int], than: int | None, limit: int) -> Select[*Columns]:
    """Up to `limit` rows, the newest first, after the one numbered `than`. Ask for one more than is shown to know whether more follow."""
    if than is not None:
        query = query.where(column < than)
    return query.order_by(column.desc()).limit(limit)
