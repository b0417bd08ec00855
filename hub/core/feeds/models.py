"""Private addresses. Of their secrets only a hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.feeds.rules import Feed
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class PrivateAddress(db.Model):
    """A person has one address for each feed: a new one takes the place of the old. `read_at` is about when a program last asked."""

    __tablename__ = "private_address"
    __table_args__ = (CheckConstraint("length(secret_hash) = 64", name="secret_hash"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    feed: Mapped[Feed] = mapped_column(enum_type(Feed), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("private_address", "person_id", what=N_("Private addresses of your feeds"), hides="secret_hash", erase=True)
