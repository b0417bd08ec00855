"""What this room hands to others: the search index, feed readers, calendars, search engines. All of it is what anybody may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from feedgen.feed import FeedGenerator
from icalendar import Calendar, Event

from hub.contests.challenges import queries
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.queries import Shown
from hub.contests.challenges.states import PUBLIC, Phase, State
from hub.core.discussions import queries as discussions
from hub.core.discussions.rules import Place
from hub.core.questions import queries as questions
from hub.core.questions.rules import Desk
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.documents import Document, Gone
from hub.kernel.errors import NotAllowed, NotNow
from hub.kernel.words import N_, printable
from hub.search.index.operations import provides

RANKS = {Phase.OPEN: 100, Phase.JUDGING: 20, Phase.PAST: 0}
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


# What people talk about: challenges that are or were published here


def _is_talked_about(challenge: Challenge) -> bool:
    return challenge.published_at is not None and challenge.source_key is None


def places(actor: Actor, ids: Sequence[int]) -> Mapping[int, Place]:
    """The challenges that discussions hang on; whoever may read one may read what is said about it."""
    found = [challenge for challenge in queries.by_ids(ids).values() if _is_talked_about(challenge)]
    return {c.id: Place(c.ref, c.title, f"/challenges/{c.slug}", "contest", N_("Seeker")) for c in found}


def enter(actor: Actor, challenge_id: int) -> bool:
    """Everybody registered writes; the seeker's own people speak for it, unless it stays anonymous. Raises NotAllowed, NotNow."""
    challenge = queries.by_id(challenge_id)
    insider = actor.belongs_to(challenge.organisation_id)
    if insider and not challenge.seeker_shown:
        raise NotAllowed(N_("The seeker stays anonymous: what you wrote here would tell who it is."), code="stays_anonymous")
    if challenge.state is State.WITHDRAWN:
        raise NotNow(N_("This challenge was cancelled: what was said stays readable, nothing is added."), code="archived")
    return insider


def keepers(challenge_id: int) -> Sequence[int]:
    """Who hears of a new discussion: the seeker's managers."""
    return queries.manager_ids(queries.by_id(challenge_id))


discussions.talks_about("challenge", places=places, enter=enter, keepers=keepers)


# Questions to the seeker


def desks(actor: Actor, ids: Sequence[int]) -> Mapping[int, Desk]:
    """The challenges that questions are asked about: every published one, also of a seeker who stays anonymous."""
    return {c.id: _desk(c) for c in queries.by_ids(ids).values() if _is_talked_about(c)}


def _desk(challenge: Challenge) -> Desk:
    why_not = "" if queries.is_open(challenge) else N_("This challenge takes no entries any more, so no questions are asked about it.")
    return Desk(
        challenge.ref, challenge.title, f"/challenges/{challenge.slug}", "contest", challenge.organisation_id, challenge.closes_at, why_not
    )  # fmt: skip


questions.asks_about("challenge", desks=desks, answerers=keepers, followers=lambda number: queries.followers(number))
