"""What was told to whom, which mails and digests it became, and who wants which kind by mail, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.messages.states import LIFE, Kind, Pace, State
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


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
    """A person's choice for one kind; without a row, mail is sent at once."""

    __tablename__ = "mail_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind), primary_key=True)
    pace: Mapped[Pace] = mapped_column(enum_type(Pace))


class DigestHours(db.Model):
    """When a person reads digests, by their own clock; without a row, as rules.Hours says."""

    __tablename__ = "digest_hours"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name="on_the_clock"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    hour: Mapped[int]
    weekday: Mapped[int]


class Digest(db.Model):
    """One digest: at most one of each pace on a person's day, whoever makes it and however often it is tried."""

    __tablename__ = "digest"
    __table_args__ = (
        UniqueConstraint("person_id", "pace", "day"),
        CheckConstraint("pace IN ('daily', 'weekly')", name="is_a_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    pace: Mapped[Pace] = mapped_column(enum_type(Pace))
    day: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DigestLine(db.Model):
    """A message that waits for its reader's next digest, then stands in one. What comes at once or not at all by mail has no line."""

    __tablename__ = "digest_line"
    __table_args__ = (
        Index("ix_digest_line_waiting", "digest_id", "person_id", "pace"),
        CheckConstraint("pace IN ('daily', 'weekly')", name="is_a_digest"),
    )

    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    pace: Mapped[Pace] = mapped_column(enum_type(Pace))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"))


holds_of_person("mail", "person_id", what=N_("Mails to you"), erase=True)
holds_of_person("notification", "person_id", what=N_("Your inbox"), copies="values", erase=True)
holds_of_person("digest_line", "person_id", what=N_("What waits for your next digest"), erase=True)
holds_of_person("digest", "person_id", what=N_("Digests made for you"), erase=True)
holds_of_person("digest_hours", "person_id", what=N_("When you read digests"), erase=True)
holds_of_person("mail_choice", "person_id", what=N_("Which mails you want"), erase=True)
forgets(
    "mails",
    N_("Mails that were sent, or not wanted any more"),
    table="mail",
    days=365,
    old=lambda before: and_(Mail.state != State.QUEUED, Mail.queued_at < before),
)
forgets(
    "notices", N_("Lines in inboxes that were read"), table="notification", days=1095, old=lambda before: Notification.read_at < before,
    parts=(("digest_line", "notification_id", ""),),
)  # fmt: skip
forgets(
    "digests", N_("Which lines stood in which digest"), table="digest", days=365, old=lambda before: Digest.made_at < before,
    parts=(("digest_line", "digest_id", ""),),
)  # fmt: skip
