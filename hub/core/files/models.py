"""Who uploaded what. The bytes lie under their hash in the data directory; a row is one upload of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import HANGS_ON, holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel.words import N_


class File(db.Model):
    """`sha256` is the content's address, `size` is in bytes, `purpose` names the room's use of it ("entry", "challenge")."""

    __tablename__ = "file"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"), CheckConstraint("length(sha256) = 64", name="whole_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    filename: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("file", "owner_id", what=N_("Files you uploaded"), words="filename", erase=True, keeps=HANGS_ON)
