"""Reports of posts and of other things, and the cases in which they are decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.moderation.rules import Measure, Reason
from hub.core.moderation.states import AUTHOR_READS, LIFE, State
from hub.core.parties.rules import Side
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import RECORD, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_

_WAITING = text("state = 'open'")


class Case(Versioned, db.Model):
    """All reports of one thing until they are decided; later ones begin another case. `subject` is its journal name ("post:5", "idea:7"),
    `title`, `link`, `shown` and the author's `alias` are what it was and said when it was reported first. `measures` are words joined by
    spaces."""

    __tablename__ = "moderation_case"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_its_time"),
        CheckConstraint("decided_at IS NULL OR (length(reason) > 0 AND decided_by IS NOT NULL)", name="decided_has_its_reason"),
        CheckConstraint("(state IN ('open', 'dismissed')) = (measures = '')", name="upheld_does_something"),
        CheckConstraint("(state IN ('appealed', 'confirmed', 'overturned')) = (appealed_at IS NOT NULL)", name="appealed_has_its_time"),
        CheckConstraint("(state IN ('confirmed', 'overturned')) = (settled_at IS NOT NULL)", name="settled_has_its_time"),
        CheckConstraint("settled_at IS NULL OR length(settlement) > 0", name="settled_has_its_reason"),
        CheckConstraint("settled_by IS NULL OR settled_by <> decided_by", name="settled_by_another"),
        CheckConstraint("decided_by IS NULL OR decided_by <> author_id", name="not_in_ones_own_cause"),
        Index("ix_moderation_case_state", "state", "due_at"),
        Index("ix_moderation_case_author", "author_id", "state"),
        CheckConstraint("(post_id IS NOT NULL) = (subject LIKE 'post:%')", name="a_post_is_a_post"),
        Index("ix_moderation_case_subject", "subject", "id"),
        Index("uq_moderation_case_waiting", "subject", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), server_default="")
    title: Mapped[str] = mapped_column(String(200), server_default="")
    link: Mapped[str] = mapped_column(String(300), server_default="")
    shown: Mapped[str] = mapped_column(Text, server_default="")
    alias: Mapped[str] = mapped_column(String(80), server_default="")
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    measures: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appeal: Mapped[str] = mapped_column(Text, default="")
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settlement: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    concerned: Mapped[list[Concerned]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def ref(self) -> str:
        return f"case:{self.id}"

    @property
    def path(self) -> str:
        return f"/moderation/cases/{self.id}"

    @property
    def taken(self) -> list[Measure]:
        """The measures, in the order of their table."""
        return [Measure(word) for word in self.measures.split()]


class Concerned(db.Model):
    """A person, or an organisation with all its people, whom a case concerns beside its author: nobody of them decides about it."""

    __tablename__ = "moderation_concerned"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    @property
    def side(self) -> Side:
        return Side(self.person_id, self.organisation_id)


class Flag(db.Model):
    """One person's report. `edits` says which text of a post it is about. The author never learns whose it is."""

    __tablename__ = "moderation_flag"
    __table_args__ = (UniqueConstraint("case_id", "person_id"), Index("ix_moderation_flag_person", "person_id", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[Reason] = mapped_column(enum_type(Reason))
    words: Mapped[str] = mapped_column(Text, default="")
    edits: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person(
    "moderation_case", "author_id", what=N_("Decisions about what you wrote"), acted="decided_by settled_by", hides="decided_by settled_by",
    told_if=lambda _person: Case.state.in_(sorted(AUTHOR_READS)), clears="shown alias", words="title appeal", keeps=RECORD,
)  # fmt: skip
holds_of_person("moderation_concerned", acted="person_id", quiet="person_id", keeps=RECORD)
holds_of_person("moderation_flag", "person_id", what=N_("What you reported"), clears="words", keeps=RECORD)
