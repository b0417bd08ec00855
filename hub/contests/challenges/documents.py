"""What this room hands to others: the search index, feed readers, calendars, search engines. All of it is what anybody may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from feedgen.feed import FeedGenerator
from icalendar import Calendar, Event

from hub.contests.challenges import queries
from hub.contests.challenges.queries import Shown
from hub.contests.challenges.states import PUBLIC, Phase
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS
from hub.kernel.documents import Document, Gone
from hub.kernel.words import N_
from hub.search.index.operations import provides

RANKS = {Phase.OPEN: 100, Phase.JUDGING: 20, Phase.PAST: 0}
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PRODUCT = "-//Innovation Hub//Challenges//EN"


@provides("challenge", every=queries.public_ids)
def documents(ids: list[int]) -> Iterable[Document | Gone]:
    """A document for each public challenge of `ids`, a Gone for the others."""
    found = queries.by_ids(ids)
    public = [challenge for challenge in found.values() if challenge.state in PUBLIC]
    for shown in queries.shown(ANONYMOUS, public):
        yield _document(shown)
    for number in set(ids) - {challenge.id for challenge in public}:
        yield Gone(f"challenge:{number}", found[number].version if number in found else 0)


def _document(shown: Shown) -> Document:
    challenge, phase = shown.challenge, shown.phase or Phase.PAST
    return Document(
        key=challenge.ref,
        kind="challenge",
        title=challenge.title,
        text=f"{challenge.summary}\n{challenge.problem}\n{challenge.eligibility}",
        url=f"/challenges/{challenge.slug}",
        version=challenge.version,
        sector=challenge.sector or "",
        status=phase.value,
        centre=shown.seeker.name if challenge.is_imported else "",
        at=challenge.published_at,
        ends_at=challenge.closes_at,
        rank=RANKS[phase],
        facts=_card(shown, phase),
    )


def _card(shown: Shown, phase: Phase) -> dict[str, Any]:
    challenge = shown.challenge
    badges = [["good", N_("Prize held")]] if phase is Phase.OPEN else [["", phase.label]]
    return {
        "summary": challenge.summary,
        "kind_label": N_("Past challenge") if challenge.is_imported else N_("Theoretical challenge"),
        "owner": shown.seeker.name,
        "prize": [challenge.prize_minor, challenge.currency] if challenge.prize_minor else None,
        "badges": badges,
        "words": [N_("Seeker anonymous")] if shown.seeker.anonymous else [],
        "ends": "closes" if phase is Phase.OPEN else "until",
        "lang": challenge.language,
    }


def atom(challenges: Sequence[Shown], *, base_url: str, title: str) -> bytes:
    """An Atom feed of published challenges, the newest first."""
    feed = FeedGenerator()
    feed.id(f"{base_url}/challenges")
    feed.title(printable(title))
    feed.link(href=f"{base_url}/challenges.atom", rel="self")
    feed.link(href=f"{base_url}/challenges", rel="alternate")
    feed.updated(max((s.challenge.updated_at for s in challenges), default=clock.now()))
    for shown in challenges:
        challenge = shown.challenge
        entry = feed.add_entry(order="append")
        entry.id(f"{base_url}/challenges/{challenge.slug}")
        entry.link(href=f"{base_url}/challenges/{challenge.slug}")
        entry.title(printable(challenge.title))
        entry.summary(printable(challenge.summary))
        entry.author(name=printable(shown.seeker.name) or "Innovation Hub")
        entry.published(challenge.published_at or challenge.updated_at)
        entry.updated(challenge.closed_at or challenge.published_at or challenge.updated_at)
        if challenge.sector is not None:
            entry.category(term=challenge.sector.value)
    return bytes(feed.atom_str())


def printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot carry: one odd title must not take the feed from everybody."""
    return NOT_XML.sub("", text)


def calendar(challenges: Iterable[Shown], *, base_url: str, name: str) -> bytes:
    """The deadlines as an iCalendar file: one event each, which ends at the deadline."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("x-wr-calname", name)
    for shown in challenges:
        challenge = shown.challenge
        if challenge.closes_at is None:
            continue
        event = Event()
        event.add("uid", f"challenge-{challenge.id}@{base_url.split('//')[-1]}")
        event.add("dtstamp", challenge.updated_at)
        event.add("dtstart", challenge.closes_at - timedelta(hours=1))
        event.add("dtend", challenge.closes_at)
        event.add("summary", printable(challenge.title))
        event.add("description", printable(challenge.summary))
        event.add("url", f"{base_url}/challenges/{challenge.slug}")
        book.add_component(event)
    return bytes(book.to_ical())


def linked_data(shown: Shown, *, base_url: str) -> dict[str, Any]:
    """A public challenge as schema.org JSON-LD: an online event that ends at the deadline, funded with the prize."""
    challenge = shown.challenge
    url = f"{base_url}/challenges/{challenge.slug}"
    organiser = {"@type": "Organization", "name": shown.seeker.name or "Innovation Hub"}
    if shown.known_seeker is not None:
        organiser["url"] = f"{base_url}/orgs/{shown.seeker.slug}"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": url,
        "url": url,
        "name": challenge.title,
        "description": challenge.summary,
        "inLanguage": challenge.language,
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled" if challenge.state in PUBLIC else "https://schema.org/EventCancelled",
        "location": {"@type": "VirtualLocation", "url": url},
        "organizer": organiser,
    }
    if challenge.published_at is not None:
        data["startDate"] = challenge.published_at.isoformat(timespec="seconds")
    if challenge.closes_at is not None:
        data["endDate"] = challenge.closes_at.isoformat(timespec="seconds")
    if challenge.prize_minor:
        amount = {"@type": "MonetaryAmount", "value": shown.prize_plain, "currency": challenge.currency}
        data["funding"] = {"@type": "MonetaryGrant", "amount": amount}
    return data
