"""Wishes to be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.erasure.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import DONE_AS_ASKED, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_

_NOT_OVER = text("state IN ('waiting', 'erasing')")


class Erasure(db.Model):
    """A person's wish to be erased, carried out at `due_at` unless they cancel it or something open stands in the way (`held_up_at`).

    `sought` is what has to disappear, kept only while it is being looked for; `rows` and `changed` count what was done.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("(state IN ('cancelled', 'done')) = (ended_at IS NOT NULL)", name="ended_has_its_time"),
        CheckConstraint("rows >= 0 AND changed >= 0", name="counted"),
        CheckConstraint("due_at > asked_at", name="waits"),
        Index("uq_erasure_not_over", "person_id", unique=True, sqlite_where=_NOT_OVER, postgresql_where=_NOT_OVER),
        Index("ix_erasure_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sought: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)

    @property
    def ref(self) -> str:
        return f"erasure:{self.id}"


holds_of_person("erasure", "person_id", what=N_("Your wishes to be erased"), hides="sought", keeps=DONE_AS_ASKED, fixed=True)
