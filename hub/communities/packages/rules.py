"""Pure rules of work packages: how long, how much, and what a submission makes of the page as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.communities.pages.rules import Merge, merge3
from hub.kernel import clock

LONGEST_TITLE, LONGEST_BRIEF, LONGEST_NOTE, LONGEST_REASON = 120, 10_000, 300, 2_000
MOST_POINTS = 1_000
LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 1, 14, 60
"""How long a claim lasts, in whole days of 24 hours."""


def lease_end(days: int) -> datetime:
    """When a claim made or renewed now ends; at that very moment it is over."""
    return clock.now() + timedelta(days=days)


def is_over(until: datetime | None) -> bool:
    return until is not None and not clock.within(None, until)


@dataclass(frozen=True)
class Proposal:
    """A submission against the page as it stands: `number` is the page's newest revision, `current` its text."""

    number: int
    base: int
    current: str
    merge: Merge

    @property
    def has_moved(self) -> bool:
        """Has somebody saved the page since the submission was begun?"""
        return self.base != self.number

    @property
    def text(self) -> str | None:
        """What the page becomes; None where somebody has to decide."""
        return self.merge.text if self.merge.is_clean else None


def propose(*, number: int, base: int, base_text: str, current: str, proposed: str) -> Proposal:
    return Proposal(number, base, current, merge3(base_text, current, proposed))
