"""Accounts at other sites that open an account here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel import clock
from hub.kernel.words import N_


class Connection(db.Model):
    """`subject` is the provider's own name for the account, which never changes; `shown` is what people call it."""

    __tablename__ = "sign_in_connection"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("person_id", "provider"),
        CheckConstraint("length(subject) > 0", name="subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    provider: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(255))
    shown: Mapped[str] = mapped_column(String(120))
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("sign_in_connection", "person_id", what=N_("Your accounts at other sites"), erase=True)
