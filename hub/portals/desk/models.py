"""Tables of the desk. Steps and looks, once written, are never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.kept import guard, never_changed
from hub.db.personal import CONTRACT, LOOKS, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_
from hub.portals.desk import rules
from hub.portals.desk.states import LIFE, Act, State, stage_of
from hub.portals.forms.models import IntakeForm
from hub.portals.sites.models import Portal

ONE_DRAFT = text("state = 'draft'")


class Submission(Versioned, db.Model):
    """What somebody sent to a portal, with the form's version it answers and the terms as they were agreed to.

    `step` counts what was decided and said since. The clock of a stage runs from `stage_since` to `due_at`; while a question is with the
    submitter (`asked_at`) it stands still, and both move on by that time when the answer comes.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR (submitted_at IS NOT NULL AND length(terms_hash) = 64 AND title != '')", name="sent_is_whole"),
        CheckConstraint("(state IN ('accepted', 'declined', 'withdrawn')) = (decided_at IS NOT NULL)", name="done_is_dated"),
        CheckConstraint("(state IN ('asked_first', 'asked_second', 'asked_third')) = (asked_at IS NOT NULL)", name="asked_is_dated"),
        CheckConstraint("(state IN ('draft', 'accepted', 'declined', 'withdrawn')) = (due_at IS NULL)", name="stage_has_clock"),
        Index("ix_submission_portal", "portal_id", "state", "due_at"),
        Index("ix_submission_person", "person_id", "id"),
        Index("uq_submission_draft", "portal_id", "person_id", unique=True, sqlite_where=ONE_DRAFT, postgresql_where=ONE_DRAFT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("intake_form.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(rules.LONGEST_TITLE), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    step: Mapped[int] = mapped_column(default=0)
    stage_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    terms: Mapped[str] = mapped_column(Text, default="")
    terms_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    portal: Mapped[Portal] = relationship(lazy="joined", innerjoin=True)
    form: Mapped[IntakeForm] = relationship()
    files: Mapped[list[SubmissionFile]] = relationship(order_by="SubmissionFile.id", cascade="all, delete-orphan")

    @property
    def ref(self) -> str:
        """How the journal names it."""
        return f"submission:{self.id}"

    @property
    def path(self) -> str:
        """Where its submitter reads it."""
        return f"/p/{self.portal.slug}/submissions/{self.id}"

    @property
    def desk_path(self) -> str:
        """Where the portal's managers read it."""
        return f"/p/{self.portal.slug}/manage/submissions/{self.id}"

    @property
    def stage(self) -> int:
        return stage_of(self.state)


class SubmissionFile(db.Model):
    """A file that answers the question `key`."""

    __tablename__ = "submission_file"
    __table_args__ = (UniqueConstraint("submission_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    key: Mapped[str] = mapped_column(String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SubmissionStep(db.Model):
    """Something decided or said between the portal and the submitter, who reads `said`. `waited_seconds` and `in_time` are of decisions."""

    __tablename__ = "submission_step"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        CheckConstraint("act NOT IN ('advance', 'ask', 'answer', 'accept', 'decline') OR said != ''", name="has_reason"),
        CheckConstraint("waited_seconds >= 0", name="time_runs_forward"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    act: Mapped[Act] = mapped_column(enum_type(Act))
    stage: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    waited_seconds: Mapped[int | None] = mapped_column(BigInteger)
    in_time: Mapped[bool | None]


class SubmissionNote(db.Model):
    """A word among the portal's managers; the submitter never reads it."""

    __tablename__ = "submission_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SubmissionLook(db.Model):
    """Somebody of the portal read the submission, or took a copy of one of its files, with its number and SHA-256. Beside the journal, as
    the looks at entries are: reading must not stop everybody else's writing."""

    __tablename__ = "submission_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    copy_no: Mapped[str] = mapped_column(String(12), default="", server_default="")
    copy_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def _keep(table: Any, says: str) -> None:
    """As `kept.keep`, but where the table may be emptied as a whole."""
    guard(table, {dialect: statements[:2] for dialect, statements in never_changed(table.name, says).items()})


_keep(SubmissionStep.__table__, "what was decided is never unsaid")
_keep(SubmissionLook.__table__, "a look is never unsaid")


holds_of_person(
    "submission",
    "person_id",
    what=N_("What you handed in at portals"),
    acted="assignee_id",
    hides="assignee_id",
    words="title answers",
    keeps=CONTRACT,
)
holds_of_person("submission_file", "submission_id.person_id", what=N_("Files you handed in at portals"), keeps=CONTRACT)
holds_of_person("submission_note", acted="person_id", keeps=OFFICE)
holds_of_person("submission_step", acted="person_id", keeps=OFFICE, fixed=True)
holds_of_person("submission_look", "person_id", what=N_("What you looked at on a portal's desk"), keeps=LOOKS, fixed=True)
