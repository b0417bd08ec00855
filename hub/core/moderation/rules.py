"""Pure rules of moderation: what things are reported for, what is done about them, what moderators often write, how long one may appeal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.core.parties.rules import Side
from hub.kernel import clock, reasons
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid
from hub.kernel.words import N_, Worded

LONGEST_WORDS, LONGEST_REASON = 1_000, reasons.LONGEST
APPEAL_WITHIN = timedelta(days=14)
DECIDE_WITHIN = timedelta(days=2)
"""What a report and an appeal may wait for a decision."""


LONGEST_SHOWN = 20_000


@dataclass(frozen=True)
class Thing:
    """Something that can be reported, as its room tells of it: `text` is what it says to everybody (Markdown)."""

    ref: str
    title: str
    href: str
    author_id: int
    text: str
    alias: str = ""
    """Where its author goes by another name, which the moderators do not lift either."""
    sides: tuple[Side, ...] = ()
    """Whom it concerns: nobody of them decides about it."""


def _nothing(number: int) -> None:
    """Where the owners put it up again themselves."""


@dataclass(frozen=True)
class Source:
    """How a room above takes part. `word` says what its things are called.

    `one` tells of a thing that the actor may know of; raises NotFound. `take_down` takes it away from the public, told with the reason, and
    `put_back` undoes it; both by the system, once a moderator has decided. Without `take_down` people are warned or suspended.
    """

    word: str
    one: Callable[[Actor, int], Thing]
    take_down: Callable[[int, str], None] | None = None
    put_back: Callable[[int], None] = _nothing


class Reason(Worded):
    """What a thing is reported for."""

    SPAM = "spam", N_("Advertising or spam")
    INSULT = "insult", N_("Insults, threats or hatred")
    PRIVATE = "private", N_("Somebody’s personal data or secrets")
    OTHERS_WORK = "others_work", N_("Somebody else’s work or patent")
    OFF_TOPIC = "off_topic", N_("Has nothing to do with the subject")
    ILLEGAL = "illegal", N_("Against the law")
    OTHER = "other", N_("Something else")


class Measure(Worded):
    """What is done about a thing, the thread of a post, and its author."""

    HIDE = "hide", N_("Hide it")
    LOCK = "lock", N_("Lock the discussion")
    WARN = "warn", N_("Warn the author")
    SUSPEND = "suspend", N_("Suspend the account")


REPLIES: dict[str, tuple[str, str]] = {
    "spam": (
        N_("Advertising"),
        N_("The post advertises something that nobody asked for here. Say instead how your work helps with the problem at hand."),
    ),
    "insult": (
        N_("Tone"),
        N_("The post attacks a person instead of an argument. Say what is wrong with the idea, and leave the person out of it."),
    ),
    "private": (
        N_("Personal data"),
        N_("The post tells things about somebody who has not agreed to that. Leave names, addresses and numbers out."),
    ),
    "others_work": (
        N_("Others’ work"),
        N_("The post shows work that belongs to others without saying so. Link to the source instead of copying it."),
    ),
    "off_topic": (N_("Off the subject"), N_("The post has nothing to do with this discussion. Begin one of your own where it fits.")),
    "fine": (N_("Nothing wrong"), N_("We have read the post and found nothing in it that breaks the rules of the site.")),
}
"""Templates of reasons: what they are called, and their text."""


def in_time(case: Any) -> bool:
    """May the decision still be appealed?"""
    return case.decided_at is not None and clock.now() < case.decided_at + APPEAL_WITHIN


def check_measures(measures: Iterable[str], known: Collection[Measure]) -> list[Measure]:
    """In the order of the table, each once. Raises Invalid (measure_unknown) for one that is not known, or not for this thing."""
    chosen = set(measures)
    if unknown := chosen - set(known):
        raise Invalid(N_("There is no such measure."), fields={"measures": ", ".join(sorted(unknown))}, code="measure_unknown")
    return [measure for measure in Measure if measure in chosen]
