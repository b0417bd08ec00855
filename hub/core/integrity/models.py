"""Flags, keyed hashes of where people signed in from, and affiliations that they declared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.integrity.rules import How, Kind, Trace
from hub.core.integrity.states import LIFE, State
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import RECORD, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class IntegrityFlag(Versioned, db.Model):
    """Something noticed about a person who takes part in `subject` ("entry:5"). `other_id` is who shares it, `organisation_id` who asks.

    `mark` keeps the same of two people in one thing from being noticed twice: what staff dismissed stays dismissed."""

    __tablename__ = "integrity_flag"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_its_time"),
        CheckConstraint("state = 'open' OR (length(reason) > 0 AND decided_by IS NOT NULL)", name="decided_has_its_reason"),
        CheckConstraint("decided_by <> person_id AND decided_by <> coalesce(other_id, 0)", name="not_in_ones_own_cause"),
        CheckConstraint("link LIKE '/%'", name="link_stays_here"),
        Index("ix_integrity_flag_state", "state", "id"),
        Index("ix_integrity_flag_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(400), unique=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    how: Mapped[How] = mapped_column(enum_type(How))
    subject: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(300))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"integrity_flag:{self.id}"

    @property
    def path(self) -> str:
        return f"/integrity/{self.id}"


class SignInTrace(db.Model):
    """A person signed in from an address, or with a device there: of either a keyed hash."""

    __tablename__ = "sign_in_trace"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "hash"),
        CheckConstraint("length(hash) = 64", name="whole_hash"),
        Index("ix_sign_in_trace_hash", "kind", "hash"),
        Index("ix_sign_in_trace_seen", "seen_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Trace] = mapped_column(enum_type(Trace))
    hash: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeclaredAffiliation(db.Model):
    """A person says that they work for an organisation without acting for it here."""

    __tablename__ = "declared_affiliation"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("integrity_flag", acted="person_id other_id decided_by", quiet="person_id other_id", keeps=RECORD)
holds_of_person("sign_in_trace", "person_id", what=N_("Keyed hashes of where you signed in from"), hides="hash", erase=True)
holds_of_person("declared_affiliation", "person_id", what=N_("Organisations you said you work for"), erase=True)
