"""A person's inbox and mail choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from hub.core.messages.models import Mail, MailChoice, Notification
from hub.core.messages.states import Kind
from hub.db.extensions import db


def unread(person_id: int) -> int:
    """How many messages the person has not read."""
    waiting = select(func.count()).select_from(Notification).where(Notification.person_id == person_id, Notification.read_at.is_(None))
    return db.session.scalar(waiting) or 0


def inbox(
    person_id: int, *, limit: int = 30, offset: int = 0, before: int | None = None, unread_only: bool = False
) -> Sequence[Notification]:
    """The newest first; `before` is an id (cursor), `offset` serves numbered pages."""
    found = select(Notification).where(Notification.person_id == person_id).order_by(Notification.id.desc()).limit(limit).offset(offset)
    if before is not None:
        found = found.where(Notification.id < before)
    if unread_only:
        found = found.where(Notification.read_at.is_(None))
    return db.session.scalars(found).all()


def count(person_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(Notification).where(Notification.person_id == person_id)) or 0


def mail_choices(person_id: int) -> dict[Kind, bool]:
    """Every kind, and whether the person gets it by mail."""
    chosen = dict(db.session.execute(select(MailChoice.kind, MailChoice.wanted).where(MailChoice.person_id == person_id)).all())
    return {kind: chosen.get(kind, True) for kind in Kind}


def mail(mail_id: int) -> Mail | None:
    return db.session.get(Mail, mail_id)


def notification(notification_id: int) -> Notification | None:
    return db.session.get(Notification, notification_id)


def in_words(note: Notification, translate: Callable[[str], str]) -> str:
    """The notice as its reader reads it; `translate` turns the template into their language."""
    return translate(note.text) % note.values
