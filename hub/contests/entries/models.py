"""Tables of the entries room. A seal and a look, once written, are never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.contests.challenges.models import Challenge
from hub.contests.entries.states import LIFE, Capacity, State
from hub.db.extensions import db
from hub.db.kept import keep
from hub.db.personal import LOOKS, SEALED, holds_of_person, names_rows_of
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_

MOST_TITLE = 160


class Entry(Versioned, db.Model):
    """One person's answer to one challenge: the draft. What counts are its seals."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("challenge_id", "person_id"),
        CheckConstraint("state NOT IN ('sealed', 'selected', 'not_selected') OR sealed_at IS NOT NULL", name="sealed_has_time"),
        Index("ix_entry_person", "person_id", "id"),
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

    challenge: Mapped[Challenge] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        """How the journal and the agreements name it."""
        return f"entry:{self.id}"


class EntryFile(db.Model):
    """A file attached to the draft. Detaching it leaves every seal that lists it as it was."""

    __tablename__ = "entry_file"
    __table_args__ = (UniqueConstraint("entry_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Seal(db.Model):
    """The entry as it was sealed: `manifest` is all of it, `hash` the salted fingerprint that is in the log. `number` counts from 1."""

    __tablename__ = "seal"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint("number > 0", name="number_counts"),
        CheckConstraint("length(hash) = 64", name="whole_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    receipt_no: Mapped[str] = mapped_column(String(40), unique=True)

    @property
    def ref(self) -> str:
        """How the evidence log names it."""
        return f"seal:{self.id}"


class EntryView(db.Model):
    """One look at an entry by somebody other than its author. `what` is "entry", or "file" with its name, the number that its copy carries
    and that copy's SHA-256."""

    __tablename__ = "entry_view"
    __table_args__ = (Index("ix_entry_view_entry", "entry_id", "id"), CheckConstraint("what IN ('entry', 'file')", name="known_what"))

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[Capacity] = mapped_column(enum_type(Capacity))
    what: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    copy_no: Mapped[str] = mapped_column(String(12), default="", server_default="")
    copy_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


keep(Seal.__table__, "a seal is never changed")
keep(EntryView.__table__, "a look is never unsaid")

holds_of_person("entry", "person_id", what=N_("Your entries"), erase=lambda: Entry.state == State.DRAFT, keeps=SEALED, fixed=True)
holds_of_person(
    "entry_file", "entry_id.person_id", what=N_("Files on your entries"), keeps=SEALED,
    erase=lambda: EntryFile.entry_id.in_(select(Entry.id).where(Entry.state == State.DRAFT)),
)  # fmt: skip
holds_of_person("seal", "entry_id.person_id", what=N_("Seals of your entries"), keeps=SEALED, fixed=True)
holds_of_person("entry_view", "person_id", what=N_("Entries you looked at"), keeps=LOOKS, fixed=True)
names_rows_of("seal", "manifest", of="file", key="sha256")
forgets(
    "entry_drafts", N_("Drafts of entries that were never sealed, with their files"), table="entry", days=730, least=30,
    old=lambda before: and_(Entry.state == State.DRAFT, Entry.updated_at < before), parts=[("entry_file", "entry_id", "file_id")],
)  # fmt: skip
