"""What became of what. A handover, once made, is never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.kept import guard
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime


class Handover(db.Model):
    """`source` became `target` (refs). `is_shown`: also to those who may not read the source; its author decides."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("source", "target_kind"),
        UniqueConstraint("target"),
        CheckConstraint("source LIKE 'entry:%' OR source LIKE 'need:%'", name="known_source"),
        CheckConstraint("target_kind IN ('offer', 'challenge', 'brief') AND target LIKE target_kind || ':%'", name="known_target"),
        Index("ix_handover_source", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    target_kind: Mapped[str] = mapped_column(String(20))
    is_shown: Mapped[bool]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


NEVER_CHANGED = "a handover is never unsaid"
_FUNCTION = f"""CREATE FUNCTION handover_is_kept() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{NEVER_CHANGED}' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql"""
_TRIGGER = "CREATE TRIGGER handover_kept BEFORE UPDATE OR DELETE ON handover FOR EACH ROW EXECUTE FUNCTION handover_is_kept()"
_ON_SQLITE = "CREATE TRIGGER handover_no_{act} BEFORE {act} ON handover BEGIN SELECT RAISE(ABORT, '{says}'); END"
guard(
    Handover.__table__,
    {"sqlite": [_ON_SQLITE.format(act=act, says=NEVER_CHANGED) for act in ("update", "delete")], "postgresql": [_FUNCTION, _TRIGGER]},
)


holds_of_person("handover", acted="person_id", keeps=OFFICE, fixed=True)
