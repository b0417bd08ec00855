"""Looks at others' things and files. One that is written is never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.kept import keep
from hub.db.personal import LOOKS, holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel.words import N_


class Look(db.Model):
    """Somebody other than its author read `subject` ("proposal:5"), or downloaded the file `file_name` of it, as the copy `copy_no`."""

    __tablename__ = "look"
    __table_args__ = (
        CheckConstraint("(file_name = '') = (copy_no = '')", name="a_file_is_a_copy"),
        CheckConstraint("(copy_no = '') = (copy_sha256 = '')", name="whole_copy"),
        Index("ix_look_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    copy_no: Mapped[str] = mapped_column(String(12), default="")
    copy_sha256: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


keep(Look.__table__, "a look is never unsaid")

holds_of_person("look", "person_id", what=N_("What others showed you that you read"), keeps=LOOKS, fixed=True)
