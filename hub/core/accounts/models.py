"""People, their browser sessions, and the secrets in mails. Of every secret only a hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, or_
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.accounts import rules
from hub.core.accounts.states import LIFE, Purpose, State
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel import clock, levels
from hub.kernel.levels import Level
from hub.kernel.words import N_


class Person(Versioned, db.Model):
    """`vouched` is what the room of verification has found out; the level that people see counts the confirmed address, too."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email"),
        CheckConstraint("handle = lower(handle) AND length(handle) BETWEEN 3 AND 30", name="handle"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    handle: Mapped[str] = mapped_column(String(30), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(8), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_consultant: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    state_reason: Mapped[str] = mapped_column(String(500), default="")
    vouched: Mapped[Level] = mapped_column(enum_type(Level), default=Level.NONE, server_default=Level.NONE.value)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def level(self) -> Level:
        return levels.of_person(self.vouched, self.email_verified_at is not None)


class LoginSession(db.Model):
    """One browser's sign-in. `ended_at` is set when it was ended on purpose; otherwise it lapses by the rules.

    `proved_at`: when the person last proved who they are; older rows have none, and count from their beginning.
    """

    __tablename__ = "login_session"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


class MailToken(db.Model):
    """The right to do one thing once, proved by a secret in a mail. There is no hash before the mail is written."""

    __tablename__ = "mail_token"
    __table_args__ = (CheckConstraint("secret_hash IS NULL OR length(secret_hash) = 64", name="secret_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose))
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person(
    "person",
    "id",
    what=N_("Your account"),
    hides="password_hash",
    keeps=N_("The account becomes a pseudonym, so that what stays has somebody to stand under."),
)
holds_of_person("login_session", "person_id", what=N_("Your sessions and devices"), hides="token_hash", erase=True)
holds_of_person("mail_token", "person_id", what=N_("Links that were mailed to you"), hides="secret_hash", erase=True)
forgets(
    "sessions", N_("Sessions that have ended or lapsed, with their network address and device"), table="login_session", days=30, most=365,
    old=lambda before: or_(
        LoginSession.ended_at < before, LoginSession.last_seen_at < before - rules.SESSION_IDLE,
        LoginSession.created_at < before - rules.SESSION_MOST,
    ),
)  # fmt: skip
forgets(
    "links", N_("Links in mails that have lapsed"), table="mail_token", days=30, most=365, old=lambda before: MailToken.expires_at < before
)
