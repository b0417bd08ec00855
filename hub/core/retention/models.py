"""How many days things are kept, where an administrator changed it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime


class Retention(db.Model):
    """How many days one kind of thing is kept, where an administrator changed it."""

    __tablename__ = "retention"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    days: Mapped[int]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("retention", acted="set_by", keeps=OFFICE)
