"""Documents that somebody showed, sealed, and what a checker said of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.verification.rules import DocumentKind
from hub.core.verification.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_

_OPEN = text("state IN ('waiting', 'reading')")


class DocumentCheck(Versioned, db.Model):
    """Of one person, or of one organisation. `identity_hash` stands for the document's number, which is kept nowhere; `purge_at` is when
    the files are deleted, `ending` why an accepted check counts no longer."""

    __tablename__ = "document_check"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="of_one_owner"),
        CheckConstraint("person_id IS NULL OR person_id = sent_by", name="shows_ones_own"),
        CheckConstraint("checker_id IS NULL OR checker_id <> sent_by", name="not_in_ones_own_cause"),
        CheckConstraint("state NOT IN ('reading', 'accepted', 'rejected', 'lapsed', 'revoked') OR checker_id IS NOT NULL", name="read_by"),
        CheckConstraint("(state IN ('waiting', 'reading')) = (decided_at IS NULL)", name="decided_has_its_time"),
        CheckConstraint("(decided_at IS NULL) = (purge_at IS NULL)", name="decided_is_purged"),
        CheckConstraint("state NOT IN ('accepted', 'rejected', 'lapsed', 'revoked') OR length(reason) > 0", name="decided_with_a_reason"),
        CheckConstraint("(state IN ('accepted', 'lapsed', 'revoked')) = (expires_at IS NOT NULL)", name="accepted_runs_out"),
        CheckConstraint("(expires_at IS NULL) = (identity_hash = '')", name="accepted_knows_its_number"),
        CheckConstraint("identity_hash = '' OR length(identity_hash) = 64", name="whole_hash"),
        CheckConstraint("state <> 'revoked' OR length(ending) > 0", name="revoked_with_a_reason"),
        Index("ix_document_check_state", "state", "due_at"),
        Index("ix_document_check_person", "person_id", "state"),
        Index("ix_document_check_organisation", "organisation_id", "state"),
        Index("ix_document_check_identity", "identity_hash"),
        Index("uq_document_check_person_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_document_check_organisation_open", "organisation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind))
    country: Mapped[str] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    sent_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    identity_hash: Mapped[str] = mapped_column(String(64), default="")
    ending: Mapped[str] = mapped_column(Text, default="")
    purge_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    @property
    def ref(self) -> str:
        return f"document_check:{self.id}"

    @property
    def owner(self) -> str:
        """Whose documents: "person:5" or "organisation:7"."""
        return f"person:{self.person_id}" if self.person_id is not None else f"organisation:{self.organisation_id}"

    @property
    def path(self) -> str:
        return f"/verification/checks/{self.id}"


class DocumentFile(db.Model):
    """One sealed file. `blob` is its name on the disk; once it is purged neither the bytes nor their key nor the name are there."""

    __tablename__ = "document_file"
    __table_args__ = (
        UniqueConstraint("check_id", "place"),
        CheckConstraint("place > 0 AND size > 0", name="counts"),
        CheckConstraint("(purged_at IS NULL) = (sealed_key <> '')", name="purged_has_no_key"),
        CheckConstraint("(purged_at IS NULL) = (sealed_name <> '')", name="purged_has_no_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("document_check.id"))
    place: Mapped[int]
    blob: Mapped[str] = mapped_column(String(40), unique=True)
    sealed_key: Mapped[str] = mapped_column(String(200))
    sealed_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def context(self) -> str:
        """What the seal is bound to."""
        return f"document_check:{self.check_id}/{self.place}"

    @property
    def given_name(self) -> str:
        """What a copy is called: nothing of what its owner called it."""
        return f"document-{self.check_id}-{self.place}.{self.media_type.rpartition('/')[2]}"


holds_of_person(
    "document_check",
    "person_id",
    what=N_("Documents you showed, and what was found"),
    acted="sent_by checker_id",
    hides="identity_hash checker_id",
    erase=True,
)
holds_of_person(
    "document_file", "check_id.person_id", what=N_("Files of your documents, sealed"), hides="sealed_key sealed_name blob", erase=True
)
