"""What became of what. A handover, once made, is never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
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
_ON_SQLITE = "CREATE TRIGGER handover_no_{act} BEFORE {act} ON handover BEGIN SELECT RAISE(ABORT, '{why}'); END"
_FUNCTION = """CREATE FUNCTION handover_is_kept() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql"""
_ON_POSTGRES = "CREATE TRIGGER handover_kept BEFORE UPDATE OR DELETE ON handover FOR EACH ROW EXECUTE FUNCTION handover_is_kept()"
for _act in ("update", "delete"):
    event.listen(Handover.__table__, "after_create", DDL(_ON_SQLITE.format(act=_act, why=NEVER_CHANGED)).execute_if(dialect="sqlite"))
for _statement in (_FUNCTION.format(why=NEVER_CHANGED), _ON_POSTGRES):
    event.listen(Handover.__table__, "after_create", DDL(_statement).execute_if(dialect="postgresql"))


holds_of_person("handover", acted="person_id", keeps=OFFICE, fixed=True)
