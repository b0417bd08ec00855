"""Telling people: a line in the inbox, and a mail for those who want it. Sending happens after the commit, in reactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from hub.core.messages.events import MailQueued
from hub.core.messages.models import Mail, MailChoice, Notification
from hub.core.messages.rules import ALWAYS_BY_MAIL
from hub.core.messages.states import LIFE, Act, Kind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.words import N_


def notify(
    *, actor: Actor, person_ids: Iterable[int | None], text: str, kind: Kind | str, values: Mapping[str, Any] | None = None, link: str = "",
    but: int | None = None,
) -> list[Notification]:  # fmt: skip
    """Tell each of `person_ids` once (None and repetitions are left out): a line in the inbox, and a mail unless they chose not to.
    `but` is told nothing: whoever did what is told of.

    `text` is one English sentence marked with `N_`, its `%(name)s` places filled from `values` (strings and integers; names, titles and
    amounts as they are to be read). `link` is a path on this site ("/challenges/x"). `kind` is one of `states.Kind`; ValueError otherwise.
    Call it in the operation that decides, or in an idempotent reaction. It needs no role: rooms tell people of what they did.
    """
    told_kind = Kind(kind)
    facts = {name: value if isinstance(value, int) else str(value) for name, value in (values or {}).items()}
    _ = text % facts  # a missing value shows here, not in the worker
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link!r} leaves this site")
    people = list(dict.fromkeys(person_id for person_id in person_ids if person_id not in (None, but)))
    if not people:
        return []
    unwanted = set() if told_kind in ALWAYS_BY_MAIL else _without_mail(people, told_kind)
    notes = [Notification(person_id=p, kind=told_kind, text=text, values=facts, link=link, at=clock.now()) for p in people]
    db.session.add_all(notes)
    db.session.flush()
    mails = [
        Mail(person_id=note.person_id, notification_id=note.id, template="notice", facts={}, queued_at=clock.now())
        for note in notes
        if note.person_id not in unwanted
    ]
    _queue(mails)
    return notes


def queue_mail(*, actor: Actor, person_id: int, template: str, facts: Mapping[str, Any] | None = None) -> Mail:
    """A mail that has no line in the inbox (verification, reset). `facts` hold ids, never secrets."""
    mail = Mail(person_id=person_id, template=template, facts=dict(facts or {}), queued_at=clock.now())
    _queue([mail])
    return mail


def _without_mail(people: list[int], kind: Kind) -> set[int]:
    chosen = select(MailChoice.person_id).where(MailChoice.person_id.in_(people), MailChoice.kind == kind, MailChoice.wanted.is_(False))
    return set(db.session.scalars(chosen))


def _queue(mails: list[Mail]) -> None:
    db.session.add_all(mails)
    db.session.flush()
    for mail in mails:  # written by the site, whoever did what the mail tells of
        journal.record(MailQueued(mail_id=mail.id), actor=SYSTEM, subject=f"mail:{mail.id}")


def read(*, actor: Actor, notification_id: int) -> Notification:
    """Mark one of the actor's own notifications as read; again is harmless. Raises NotFound."""
    note = db.session.get(Notification, notification_id)
    if note is None or actor.person_id is None or note.person_id != actor.person_id:
        raise NotFound(N_("There is no such message."))
    note.read_at = note.read_at or clock.now()
    return note


def read_all(*, actor: Actor) -> int:
    """Mark everything in the actor's inbox as read. Returns how many were new."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to see your inbox."))
    new = update(Notification).where(Notification.person_id == actor.person_id, Notification.read_at.is_(None))
    return cast(CursorResult[Any], db.session.execute(new.values(read_at=clock.now()))).rowcount


def choose_mail(*, actor: Actor, wanted: Mapping[Kind, bool]) -> None:
    """Set which kinds the actor gets by mail. Kinds of ALWAYS_BY_MAIL are left as they are."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to change your settings."))
    for kind, yes in wanted.items():
        if kind not in ALWAYS_BY_MAIL:
            db.session.merge(MailChoice(person_id=actor.person_id, kind=kind, wanted=yes))


def unsubscribe(*, actor: Actor = SYSTEM, person_id: int, kind: Kind) -> None:
    """Stop mails of one kind: what the link in a mail does; the door has checked the link's signature."""
    if kind not in ALWAYS_BY_MAIL:
        db.session.merge(MailChoice(person_id=person_id, kind=kind, wanted=False))


def note_sent(*, mail: Mail) -> None:
    LIFE.fire(mail, Act.SEND)
    mail.sent_at = clock.now()


def note_dropped(*, mail: Mail, reason: str) -> None:
    LIFE.fire(mail, Act.DROP)
    mail.reason = reason
