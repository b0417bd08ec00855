"""What was told to whom, which mails it became, and who does not want which kind by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.messages.states import LIFE, Kind, State
from hub.db.extensions import db
from hub.db.types import UtcDateTime, enum_type


class Notification(db.Model):
    """`text` is an English template, translated and filled with `values` when it is shown; `link` is a path on this site."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "person_id", "id"),
        Index("ix_notification_unread", "person_id", "read_at"),
        CheckConstraint("link = '' OR link LIKE '/%'", name="link_stays_here"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    text: Mapped[str] = mapped_column(String(500))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    link: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mail(db.Model):
    """One mail. Its words are made when it is sent, in the reader's language; `template` names them, `facts` hold ids only."""

    __tablename__ = "mail"
    __table_args__ = (CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"))
    template: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    reason: Mapped[str] = mapped_column(String(200), default="")
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailChoice(db.Model):
    """A person's choice for one kind; without a row, mail is sent."""

    __tablename__ = "mail_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind), primary_key=True)
    wanted: Mapped[bool]
