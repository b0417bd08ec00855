"""What programs read at private addresses: an inbox as Atom (RFC 4287), a calendar as iCalendar (RFC 5545). The same content makes the
same bytes, so that a program that has them is told so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from feedgen.feed import FeedGenerator
from flask_babel import gettext
from icalendar import Calendar, Event

from hub.core.messages import queries as messages
from hub.core.messages.models import Notification
from hub.kernel.actor import Actor
from hub.kernel.words import printable
from hub.web import agenda, todo
from hub.web.agenda import Appointment

PRODUCT = "-//Innovation Hub//Private calendar//EN"
SHOWN = timedelta(minutes=30)
"""How long a deadline looks in a calendar: the half hour before it."""


def atom(notes: Sequence[Notification], *, base_url: str, address: str, language: str, since: datetime) -> bytes:
    """The newest messages; each leads to its place in the inbox, where it counts as read. `since`: when the address was made."""
    feed = FeedGenerator()
    feed.id(f"{base_url}/inbox")
    feed.title(gettext("Inbox · Innovation Hub"))
    feed.language(language)
    feed.link(href=address, rel="self")
    feed.link(href=f"{base_url}/inbox", rel="alternate")
    feed.updated(max((note.at for note in notes), default=since))
    for note in notes:
        entry = feed.add_entry(order="append")
        entry.id(f"{base_url}/inbox/{note.id}")
        entry.link(href=f"{base_url}/inbox/{note.id}" if note.link else f"{base_url}/inbox")
        entry.title(printable(messages.in_words(note, gettext)))
        entry.author(name="Innovation Hub")
        entry.published(note.at)
        entry.updated(note.at)
        entry.category(term=note.kind.value, label=gettext(note.kind.label))
    return bytes(feed.atom_str())


def dates_of(actor: Actor) -> list[Appointment]:
    """Everything that waits for the actor with a deadline, and what their rooms put into calendars; in the reader's language."""
    waiting = [Appointment(one.title, one.detail, one.href, one.due - SHOWN, one.due) for one in todo.todos(actor) if one.due is not None]
    return sorted([*waiting, *agenda.appointments(actor)], key=lambda one: (one.starts, one.href, one.title))


def calendar(dates: Sequence[Appointment], *, base_url: str, since: datetime) -> bytes:
    """One event each, in UTC; what is not settled yet is tentative. Programs ask again every hour."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("x-wr-calname", gettext("Innovation Hub"))
    book.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    book.add("x-published-ttl", "PT1H")
    host = urlsplit(base_url).hostname or "localhost"
    for one in dates:
        event = Event()
        event.add("uid", f"{_name(one)}@{host}")
        event.add("dtstamp", since)
        event.add("dtstart", one.starts if one.starts < one.ends else one.ends - SHOWN)
        event.add("dtend", one.ends)
        event.add("summary", printable(f"{one.title}: {one.detail}" if one.detail else one.title))
        event.add("url", f"{base_url}{one.href}")
        event.add("status", "TENTATIVE" if one.tentative else "CONFIRMED")
        event.add("transp", "OPAQUE" if one.starts < one.ends - SHOWN else "TRANSPARENT")
        book.add_component(event)
    return bytes(book.to_ical())


def _name(one: Appointment) -> str:
    """The same thing keeps its name when its time moves."""
    return hashlib.sha256(f"{one.href}\n{one.title}\n{one.detail}".encode()).hexdigest()[:32]
