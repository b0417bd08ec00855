"""The queue between the database and the index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import holds_of_nobody
from hub.db.types import UtcDateTime


class IndexMark(db.Model):
    """One thing to look at again, written in the transaction that changed it and deleted once the index holds the change."""

    __tablename__ = "index_mark"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_nobody("index_mark", because="keys of things to be indexed")
