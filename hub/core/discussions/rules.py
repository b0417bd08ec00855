"""Pure rules of discussions: what a post may hold, whom it names, how much a person may write, and which page a post stands on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hub.kernel.actor import Actor
from hub.kernel.errors import HubError, one_field
from hub.kernel.words import N_, Worded

LONGEST_TITLE, LONGEST_POST, LONGEST_REASON = 120, 10_000, 2_000
SHORTEST_TITLE, SHORTEST_REASON = 5, 10
PER_PAGE = 20
MOST_FILES, MOST_NAMED = 3, 10
HANDLE = re.compile(r"(?<![\w@/.\-])@([a-z0-9](?:-?[a-z0-9]){2,29})(?![\w@])", re.IGNORECASE)
LINK = re.compile(r"https?://|(?<!/)www\.|\]\(\s*//", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A thing that is talked about, as its room tells of it. `host` is the word for its own people, marked with N_ ("Seeker")."""

    ref: str
    title: str
    href: str
    mode: str
    host: str


@dataclass(frozen=True)
class Source:
    """How a room above tells of its things that people talk about.

    `places`: those of the ids that the actor may know of, in one statement. `enter`: may the actor write there now? Raises what keeps
    them from it; True if they speak for the thing's own people. `keepers`: who is told of a new thread (person ids).
    """

    places: Callable[[Actor, Sequence[int]], Mapping[int, Place]]
    enter: Callable[[Actor, int], bool]
    keepers: Callable[[int], Sequence[int]]


def page_of(number: int) -> int:
    """The page that the thread's post `number` (from 1) stands on."""
    return (number - 1) // PER_PAGE + 1


def named_in(text: str) -> list[str]:
    """The handles that a text addresses with @, small letters, each once, the first ones if there are many."""
    return list(dict.fromkeys(found.lower() for found in HANDLE.findall(text)))[:MOST_NAMED]


def newly_named(texts: Sequence[str]) -> list[set[str]]:
    """Whom each text of one post names, the oldest text first, and none before it did."""
    found: list[set[str]] = []
    for text in texts:
        found.append(set(named_in(text)).difference(*found))
    return found


def links_in(text: str) -> int:
    """How many links to elsewhere a text holds; one to a page of this site counts as none."""
    return len(LINK.findall(text))


# How much somebody may write


class Trust(Worded):
    """What the site has seen of a person so far."""

    NEW = "new", N_("New here")
    KNOWN = "known", N_("Known here")
    TRUSTED = "trusted", N_("Trusted")


@dataclass(frozen=True)
class Allowance:
    """Posts in an hour and in a day, links to elsewhere in one post, people named in a day (each once for every post that names them)."""

    an_hour: int
    a_day: int
    links: int
    names: int


ALLOWED = {Trust.NEW: Allowance(5, 15, 2, 10), Trust.KNOWN: Allowance(20, 100, 10, 60), Trust.TRUSTED: Allowance(60, 400, 30, 300)}
KNOWN_AFTER, TRUSTED_AFTER = timedelta(days=3), timedelta(days=30)
KNOWN_POINTS, TRUSTED_POINTS = 5, 30
WORTH = 5
"""An act that somebody else accepted counts as much as so many posts that stand."""
HELD_AGAINST = timedelta(days=90)
"""So long a hidden post lowers its author's trust."""


def trust(*, age: timedelta, standing: int, accepted: int, hidden: int) -> Trust:
    """Rises with the account's age and what it did: posts that stand, acts that others accepted; lower by a step after a hidden post."""
    points = standing + WORTH * accepted
    reached = 2 if age >= TRUSTED_AFTER and points >= TRUSTED_POINTS else int(age >= KNOWN_AFTER and points >= KNOWN_POINTS)
    return tuple(Trust)[max(0, reached - (hidden > 0))]


def check_links(text: str, allowed: Allowance) -> None:
    """Raises Invalid (too_many_links)."""
    if links_in(text) > allowed.links:
        told = N_("This post has more than %(n)s links to other sites. How many you may set grows with time and with what you do here.")
        raise one_field("body", told, code="too_many_links", n=allowed.links)


def waits(allowed: Allowance, in_hour: int, in_day: int) -> int:
    """How many seconds somebody who wrote so much has to wait at most; 0 for going ahead."""
    if in_day >= allowed.a_day:
        return 24 * 3600
    return 3600 if in_hour >= allowed.an_hour else 0


@dataclass(frozen=True)
class Way:
    """Whether the actor may write somewhere now: `refusal` says what is in the way, `speaks_for_it` that they are its own people."""

    refusal: HubError | None = None
    speaks_for_it: bool = False

    @property
    def is_open(self) -> bool:
        return self.refusal is None
