"""A person's inbox, mail choices and digests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from hub.core.accounts import queries as accounts
from hub.core.messages.models import Digest, DigestHours, DigestLine, Mail, MailChoice, Notification
from hub.core.messages.rules import Hours, slot
from hub.core.messages.states import Kind, Pace
from hub.db import personal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.whose import whose


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


def mail_choices(person_id: int) -> dict[Kind, Pace]:
    """Every kind, and when the person gets it by mail."""
    chosen = dict(db.session.execute(select(MailChoice.kind, MailChoice.pace).where(MailChoice.person_id == person_id)).all())
    return {kind: chosen.get(kind, Pace.NOW) for kind in Kind}


def paces(person_ids: Iterable[int], kind: Kind) -> dict[int, Pace]:
    """What people chose for a kind; those who chose nothing are left out."""
    chosen = select(MailChoice.person_id, MailChoice.pace).where(MailChoice.person_id.in_(list(person_ids)), MailChoice.kind == kind)
    return dict(db.session.execute(chosen).all())


def hours(person_id: int) -> Hours:
    """When the person reads digests."""
    return _hours([person_id]).get(person_id, Hours())


def _hours(person_ids: list[int]) -> dict[int, Hours]:
    rows = db.session.scalars(select(DigestHours).where(DigestHours.person_id.in_(person_ids)))
    return {row.person_id: Hours(row.hour, row.weekday) for row in rows}


@dataclass(frozen=True)
class Due:
    """A digest to be made: of the messages before `at`, for the person's own `day`."""

    person_id: int
    pace: Pace
    day: date
    at: datetime


def digests_due(*, most: int = 50) -> list[Due]:
    """Digests whose time has come and that were not made yet, for people with something that waits."""
    waiting = select(DigestLine.person_id, DigestLine.pace, func.min(Notification.at).label("since")).join(
        Notification, Notification.id == DigestLine.notification_id
    )
    rows = db.session.execute(waiting.where(DigestLine.digest_id.is_(None)).group_by(DigestLine.person_id, DigestLine.pace)).all()
    found: list[Due] = []
    for start in range(0, len(rows), 500):
        found += _due([(row[0], row[1], row[2]) for row in rows[start : start + 500]])
    return found[:most]


def _due(waiting: list[tuple[int, Pace, datetime]]) -> list[Due]:
    """Of people with something that waits since then: the digests whose time has come. Who takes no mail now goes on waiting."""
    people = sorted({person_id for person_id, _, _ in waiting})
    addresses, chosen, found = accounts.addressees(people), _hours(people), []
    for person_id, pace, since in waiting:
        to = addresses.get(person_id)
        if to is not None and to.verified:
            day, at = slot(pace, chosen.get(person_id, Hours()), to.timezone, clock.now())
            found += [Due(person_id, pace, day, at)] if since < at else []
    days = [due.day for due in found]
    made = select(Digest.person_id, Digest.pace, Digest.day).where(Digest.person_id.in_(people), Digest.day.in_(days))
    known = {tuple(row) for row in db.session.execute(made)} if found else set()
    return [due for due in found if (due.person_id, due.pace, due.day) not in known]


def lines_for(due: Due) -> Sequence[Notification]:
    """What waits for this digest, the oldest first."""
    waiting = (
        select(Notification)
        .join(DigestLine, DigestLine.notification_id == Notification.id)
        .where(DigestLine.digest_id.is_(None), DigestLine.person_id == due.person_id, DigestLine.pace == due.pace)
    )
    return db.session.scalars(waiting.where(Notification.at < due.at).order_by(Notification.id)).all()


def digest(digest_id: int) -> Digest | None:
    return db.session.get(Digest, digest_id)


def unread_in(digest_id: int) -> Sequence[Notification]:
    """What stands in a digest and was not read yet, the newest first."""
    lines = select(DigestLine.notification_id).where(DigestLine.digest_id == digest_id)
    found = select(Notification).where(Notification.id.in_(lines), Notification.read_at.is_(None))
    return db.session.scalars(found.order_by(Notification.id.desc())).all()


def mail(mail_id: int) -> Mail | None:
    return db.session.get(Mail, mail_id)


def notification(notification_id: int) -> Notification | None:
    return db.session.get(Notification, notification_id)


def mails_about(person_id: int) -> set[int]:
    """The mails of notices that repeat this person's name or words, and digests in which such a notice stands."""
    may = select(Notification.id, Notification.values).where(personal.says_whose([Notification.__table__.c["values"]], person_id))
    notes = [note for note, values in db.session.execute(may) if person_id in whose(values).values()]
    found: set[int] = set()
    for start in range(0, len(notes), 500):
        some = notes[start : start + 500]
        found |= set(db.session.scalars(select(Mail.id).where(Mail.notification_id.in_(some))))
        lines = select(DigestLine.person_id, DigestLine.digest_id).where(
            DigestLine.notification_id.in_(some), DigestLine.digest_id.is_not(None)
        )
        digests = {digest_id: reader for reader, digest_id in db.session.execute(lines)}
        mails = select(Mail.id, Mail.facts).where(Mail.template == "digest", Mail.person_id.in_(digests.values()))
        found |= {mail_id for mail_id, facts in db.session.execute(mails) if facts.get("digest_id") in digests}
    return found


def in_words(note: Notification, translate: Callable[[str], str]) -> str:
    """The notice as its reader reads it; `translate` turns the template into their language."""
    return translate(note.text) % note.values
