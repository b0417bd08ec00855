"""Filings, their files, and the claims that rest on them. What is sealed or claimed is never changed: triggers see to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.contests.challenges.models import Challenge
from hub.contests.filings.states import LIFE, State
from hub.db.extensions import db
from hub.db.kept import guard
from hub.db.personal import OFFICE, holds_of_nobody, holds_of_person, names_rows_of
from hub.db.types import UtcDateTime, Versioned, enum_type

MOST_TITLE = 160


class Filing(Versioned, db.Model):
    """What the seeker of a challenge knew before. `manifest` and `hash` are what was sealed; draft and seal are one row, since it is sealed
    once."""

    __tablename__ = "filing"
    __table_args__ = (
        CheckConstraint("(state = 'sealed') = (sealed_at IS NOT NULL)", name="sealed_has_time"),
        CheckConstraint("(state = 'sealed') = (hash IS NOT NULL)", name="sealed_has_hash"),
        CheckConstraint("hash IS NULL OR length(hash) = 64", name="whole_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(MOST_TITLE), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    manifest: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    hash: Mapped[str | None] = mapped_column(String(64), unique=True)

    challenge: Mapped[Challenge] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        """How the journal and the evidence log name it."""
        return f"filing:{self.id}"

    @property
    def receipt_no(self) -> str:
        """`F0002-00005`: challenge and filing."""
        return f"F{self.challenge_id:04d}-{self.id:05d}"


class FilingFile(db.Model):
    """A file attached to the draft of a filing."""

    __tablename__ = "filing_file"
    __table_args__ = (UniqueConstraint("filing_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PriorClaim(db.Model):
    """The seeker says: this entry holds what our filing holds. `words` say what; the author reads them beside the decision."""

    __tablename__ = "prior_claim"
    __table_args__ = (CheckConstraint("length(words) > 0", name="says_what"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), unique=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def _kept_where(table: str, when: str, says: str) -> dict[str, list[str]]:
    """No row on which `when` holds is changed or removed."""
    raised = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for act in ("update", "delete")
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN {raised}; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()",
        ],
    }


guard(Filing.__table__, _kept_where("filing", "OLD.state = 'sealed'", "a sealed filing is never changed"))
guard(PriorClaim.__table__, _kept_where("prior_claim", "OLD.id > 0", "a claim is never unsaid"))


holds_of_person("filing", acted="person_id", keeps=OFFICE, fixed=True)
holds_of_person("prior_claim", acted="person_id", keeps=OFFICE, fixed=True)
holds_of_nobody("filing_file", because="a part of an organisation's filing")
names_rows_of("filing", "manifest", of="file", key="sha256")
