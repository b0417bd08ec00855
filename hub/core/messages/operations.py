"""Telling people: a line in the inbox, and a mail for those who want it, at once or in a digest. Reactions send after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from hub.core.messages import queries
from hub.core.messages.events import MailQueued
from hub.core.messages.models import Digest, DigestHours, DigestLine, Mail, MailChoice, Notification
from hub.core.messages.queries import Due
from hub.core.messages.rules import ALWAYS_BY_MAIL, DIGESTS, Hours, Stopped
from hub.core.messages.states import LIFE, Act, Kind, Pace
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.whose import written
from hub.kernel.words import N_


def notify(
    *, actor: Actor, person_ids: Iterable[int | None], text: str, kind: Kind | str, values: Mapping[str, Any] | None = None, link: str = "",
    but: int | None = None,
) -> list[Notification]:  # fmt: skip
    """Tell each of `person_ids` once (None and repetitions are left out): a line in the inbox, and a mail at the pace they chose.
    `but` is told nothing: whoever did what is told of.

    `text` is one English sentence marked with `N_`, its `%(name)s` places filled from `values` (strings and integers; names, titles and
    amounts as they are to be read; a person's name, or words of theirs, as `Of` that person, so that it goes when they do). `link` is a
    path on this site ("/challenges/x"). `kind` is one of `states.Kind`; ValueError otherwise.
    Call it in the operation that decides, or in an idempotent reaction. It needs no role: rooms tell people of what they did.
    """
    told_kind, facts = Kind(kind), written(values or {})
    _ = text % facts  # a missing value shows here, not in the worker
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link!r} leaves this site")
    people = list(dict.fromkeys(person_id for person_id in person_ids if person_id not in (None, but)))
    if not people:
        return []
    chosen = {} if told_kind in ALWAYS_BY_MAIL else queries.paces(people, told_kind)
    notes = [Notification(person_id=p, kind=told_kind, text=text, values=facts, link=link, at=clock.now()) for p in people]
    db.session.add_all(notes)
    db.session.flush()
    paces = {note.id: chosen.get(note.person_id, Pace.NOW) for note in notes}
    waiting = [note for note in notes if paces[note.id] in DIGESTS]
    db.session.add_all(DigestLine(notification_id=note.id, person_id=note.person_id, pace=paces[note.id]) for note in waiting)
    at_once = [note for note in notes if paces[note.id] is Pace.NOW]
    _queue([Mail(person_id=n.person_id, notification_id=n.id, template="notice", facts={}, queued_at=clock.now()) for n in at_once])
    return notes


def queue_mail(*, actor: Actor, person_id: int, template: str, facts: Mapping[str, Any] | None = None) -> Mail:
    """A mail that has no line in the inbox (verification, reset). `facts` hold ids, never secrets."""
    mail = Mail(person_id=person_id, template=template, facts=dict(facts or {}), queued_at=clock.now())
    _queue([mail])
    return mail


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


def read_all(*, actor: Actor, but: int = 0) -> int:
    """Mark everything in the actor's inbox as read, but the newest so many. Returns how many were new."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to see your inbox."))
    new = update(Notification).where(Notification.person_id == actor.person_id, Notification.read_at.is_(None))
    if but:
        newest = select(Notification.id).where(Notification.person_id == actor.person_id)
        new = new.where(Notification.id.not_in(newest.order_by(Notification.id.desc()).limit(but)))
    return cast(CursorResult[Any], db.session.execute(new.values(read_at=clock.now()))).rowcount


def choose_mail(*, actor: Actor, wanted: Mapping[Kind, Pace], hours: Hours | None = None) -> None:
    """Set when the actor gets which kinds by mail, and when digests come. What is not named stays; so do kinds of ALWAYS_BY_MAIL.

    What waits for a digest waits at the new pace from now on: not at all where no mail is wanted, until the next daily one where mail
    comes at once. Raises NotSignedIn.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to change your settings."))
    before = queries.mail_choices(actor.person_id)
    for kind, pace in wanted.items():
        if kind not in ALWAYS_BY_MAIL and before[kind] is not pace:
            _set_pace(actor.person_id, kind, pace)
    if hours is not None:
        db.session.merge(DigestHours(person_id=actor.person_id, hour=hours.hour, weekday=hours.weekday))


def unsubscribe(*, actor: Actor = SYSTEM, person_id: int, what: Stopped) -> None:
    """Stop mails of one kind, or of all that come in one digest: what the link in a mail does; the door has checked its signature."""
    if isinstance(what, Kind):
        stopped = [what] if what not in ALWAYS_BY_MAIL else []
    else:
        stopped = [kind for kind, pace in queries.mail_choices(person_id).items() if pace is what]
    for kind in stopped:
        _set_pace(person_id, kind, Pace.NEVER)


def _set_pace(person_id: int, kind: Kind, pace: Pace) -> None:
    db.session.merge(MailChoice(person_id=person_id, kind=kind, pace=pace))
    db.session.flush()
    of_kind = select(Notification.id).where(Notification.person_id == person_id, Notification.kind == kind)
    lines = (DigestLine.person_id == person_id, DigestLine.digest_id.is_(None), DigestLine.notification_id.in_(of_kind))
    if pace is Pace.NEVER:
        db.session.execute(delete(DigestLine).where(*lines), execution_options={"synchronize_session": False})
        return
    now = Pace.DAILY if pace is Pace.NOW else pace
    moved = update(DigestLine).where(*lines, DigestLine.pace != now).values(pace=now)
    db.session.execute(moved, execution_options={"synchronize_session": False})


def make_digest(*, actor: Actor = SYSTEM, due: Due) -> Digest | None:
    """The digest that is due, with everything not yet read in it, and its mail. None if nothing is left to tell, or if another worker was
    first: a person has one of each pace on a day."""
    lines = queries.lines_for(due)
    unread = [note.id for note in lines if note.read_at is None]
    _forget([note.id for note in lines if note.read_at is not None])
    if not unread:
        return None
    digest = Digest(person_id=due.person_id, pace=due.pace, day=due.day, made_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(digest)
    except IntegrityError:
        return None
    for some in _chunks(unread):
        db.session.execute(update(DigestLine).where(DigestLine.notification_id.in_(some)).values(digest_id=digest.id))
    queue_mail(actor=SYSTEM, person_id=due.person_id, template="digest", facts={"digest_id": digest.id})
    return digest


def _forget(notification_ids: list[int]) -> None:
    for some in _chunks(notification_ids):
        db.session.execute(delete(DigestLine).where(DigestLine.notification_id.in_(some)))


def _chunks(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def note_sent(*, mail: Mail) -> None:
    LIFE.fire(mail, Act.SEND)
    mail.sent_at = clock.now()


def note_dropped(*, mail: Mail, reason: str) -> None:
    LIFE.fire(mail, Act.DROP)
    mail.reason = reason
