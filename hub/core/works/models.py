"""Lists that were read and not yet taken in. Short-lived: a new one takes the place of the one before, and a day ends them all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.works.states import Source
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class EvidenceDraft(db.Model):
    """One list. `works` and `unread` are rules.Work and rules.Unread as data, in the file's order; `guessed`: its encoding was a guess."""

    __tablename__ = "evidence_draft"
    __table_args__ = (Index("ix_evidence_draft_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[Source] = mapped_column(enum_type(Source))
    filename: Mapped[str] = mapped_column(String(255), default="")
    guessed: Mapped[bool] = mapped_column(default=False)
    works: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    unread: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("evidence_draft", "person_id", what=N_("A list of works that you looked at before taking it in"), erase=True)
forgets(
    "works_looked_at",
    N_("Lists of works that were looked at and not taken in"),
    table="evidence_draft",
    old=lambda before: EvidenceDraft.made_at < before,
    days=1,
    most=30,
)
