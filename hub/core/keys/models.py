"""The keys of programs. Of a secret only a hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.keys.rules import KeyKind
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel import clock
from hub.kernel.words import N_


class ApiKey(db.Model):
    """A program's key. `prefix` is the part that may be shown; `scopes` are words joined by spaces."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("length(secret_hash) = 64", name="secret_hash"),
        CheckConstraint("length(scopes) > 0", name="scopes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[KeyKind] = mapped_column(enum_type(KeyKind, name="accounts_keykind"), default=KeyKind.API)
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("api_key", "person_id", what=N_("Your API keys"), hides="secret_hash", erase=True)
