"""Pure rules of mediated questions: until when they are asked, and how many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.words import N_

SHORTEST, LONGEST, LONGEST_ANSWER, LONGEST_REASON = 15, 2_000, 5_000, 1_000
SHORTEST_REASON = 10
BEFORE = timedelta(days=2)
"""Questions close so long before the deadline: an answer has to reach everybody while there is time to use it."""
WITHIN = timedelta(days=2)
"""An answer is due so long after the question."""
MOST_WAITING, MOST_A_DAY = 5, 10


@dataclass(frozen=True)
class Desk:
    """A thing that questions are asked about, as its room tells of it.

    `ends_at` is its deadline; `why_not`, marked with N_, says why no questions are taken.
    """

    ref: str
    title: str
    href: str
    mode: str
    organisation_id: int
    ends_at: datetime | None = None
    why_not: str = ""

    @property
    def closes_at(self) -> datetime | None:
        """Questions are taken until this moment."""
        return self.ends_at - BEFORE if self.ends_at is not None else None

    @property
    def is_open(self) -> bool:
        return not self.why_not and clock.within(None, self.closes_at)


@dataclass(frozen=True)
class Source:
    """How a room above tells of its things that questions are asked about.

    `desks`: those of the ids that the actor may know of, in one statement. `answerers`: who answers for it, `followers`: who hears of
    every answer (person ids).
    """

    desks: Callable[[Actor, Sequence[int]], Mapping[int, Desk]]
    answerers: Callable[[int], Sequence[int]]
    followers: Callable[[int], Sequence[int]]


def check_open(desk: Desk) -> None:
    """Half-open: a question at the very moment of closing is late. Raises NotNow (code questions_closed)."""
    if desk.why_not:
        raise NotNow(desk.why_not, code="questions_closed")
    if not desk.is_open:
        raise NotNow(CLOSED, code="questions_closed")


CLOSED = N_("Questions closed two days before the deadline, so that every answer reaches everybody in time.")
