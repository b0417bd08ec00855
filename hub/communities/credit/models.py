"""The table of the credit room. It only grows: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.communities.credit.states import Kind
from hub.db.extensions import db
from hub.db.kept import keep
from hub.db.personal import PUBLIC, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_

LONGEST_NOTE = 300


class SpaceCredit(db.Model):
    """One thing somebody is credited for. `subject` names where it was done ("package:7"), if that is on this site; `points` weigh it
    against others of its kind."""

    __tablename__ = "space_credit"
    __table_args__ = (CheckConstraint("points > 0", name="weighs"), Index("ix_space_credit_space", "space_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    subject: Mapped[str] = mapped_column(String(80), default="")
    points: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


keep(SpaceCredit.__table__, "credit is never taken back")


holds_of_person("space_credit", "person_id", what=N_("Credit you were given"), acted="given_by", hides="given_by", keeps=PUBLIC, fixed=True)
