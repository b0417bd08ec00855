"""Questions and what they were answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.questions.states import LIFE, State, Voice
from hub.db.extensions import db
from hub.db.personal import PUBLIC, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Question(Versioned, db.Model):
    """A question about `subject` ("challenge:5"). `asker_id` is shown to nobody but the platform; `reason` is for the asker alone.

    `answer` repeats the newest QuestionAnswer. `due_at` is when it should be answered, `lapses_at` when nobody can use an answer any more.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="asks_something"),
        CheckConstraint("(state = 'answered') = (length(answer) > 0)", name="answered_says_something"),
        CheckConstraint("(state = 'answered') = (voice IS NOT NULL)", name="answered_has_a_voice"),
        CheckConstraint("(state = 'declined') = (length(reason) > 0)", name="declined_has_its_reason"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_has_its_time"),
        Index("ix_question_subject", "subject", "state", "id"),
        Index("ix_question_asker", "asker_id", "asked_at"),
        Index("ix_question_waiting", "state", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    answer: Mapped[str] = mapped_column(Text, default="")
    voice: Mapped[Voice | None] = mapped_column(enum_type(Voice))
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"question:{self.id}"

    @property
    def path(self) -> str:
        return f"/questions/{self.id}"


class QuestionAnswer(db.Model):
    """An answer that was corrected later; `number` counts from 1, `at` is when it was replaced. Everybody reads it."""

    __tablename__ = "question_answer"
    __table_args__ = (UniqueConstraint("question_id", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person(
    "question",
    "asker_id",
    what=N_("Questions you asked"),
    acted="decided_by",
    hides="organisation_id decided_by",
    words="text",
    keeps=PUBLIC,
)
holds_of_nobody("question_answer", because="an organisation's answer to everybody")
