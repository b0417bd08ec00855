"""Tries to sign in that were refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.signin.rules import Step
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class RefusedSignIn(db.Model):
    """Whose account was tried (nobody's, if the address has none), where it ended, and from where it came."""

    __tablename__ = "refused_sign_in"
    __table_args__ = (Index("ix_refused_sign_in_person", "person_id", "at"), Index("ix_refused_sign_in_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    step: Mapped[Step] = mapped_column(enum_type(Step))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


holds_of_person("refused_sign_in", "person_id", what=N_("Refused tries to sign in to your account"), erase=True)
forgets(
    "refused_sign_ins", N_("Refused tries to sign in, with their network address and device"), table="refused_sign_in", days=30, most=365,
    old=lambda before: RefusedSignIn.at < before,
)  # fmt: skip
