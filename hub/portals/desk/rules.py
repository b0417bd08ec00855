"""Pure rules of the desk: clocks of the stages and the figures drawn from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from hub.kernel.words import N_

LONGEST_TITLE, LONGEST_REASON = 160, 4_000
MOST_FILES = 10
SOON = timedelta(days=2)
DAY = 24 * 3600


def due(entered: datetime, days: int) -> datetime:
    """When a stage's decision is promised."""
    return entered + timedelta(days=days)


def tone(due_at: datetime | None, now: datetime) -> str:
    """How the clock looks: bad once it has run out, warn in its last two days."""
    if due_at is None:
        return ""
    return "bad" if due_at <= now else "warn" if due_at - now <= SOON else ""


@dataclass(frozen=True)
class Waited:
    """One decision on a stage: how long it took, the submitter's own time left out, and whether the promise was kept."""

    stage: int
    seconds: int
    in_time: bool


def median_days(seconds: Iterable[int]) -> float | None:
    """In days, with one digit; None where there is nothing yet."""
    known = list(seconds)
    return round(median(known) / DAY, 1) if known else None


@dataclass(frozen=True)
class Figures:
    """A portal in numbers. `now` is by stage; `median_days` and `kept` (per cent in time) by stage that has been decided on."""

    now: Mapping[int, int]
    asked: int
    accepted: int
    declined: int
    withdrawn: int
    median_days: Mapping[int, float | None]
    kept: Mapping[int, int | None]
    to_decision: float | None
    by_month: Mapping[str, int]

    @property
    def received(self) -> int:
        return sum(self.now.values()) + self.asked + self.accepted + self.declined + self.withdrawn


def kept_percent(waits: Iterable[Waited]) -> int | None:
    """How many of these decisions came in time, in whole per cent, rounded down; None where there is none."""
    known = list(waits)
    return 100 * sum(wait.in_time for wait in known) // len(known) if known else None


def months(moments: Iterable[datetime], last: datetime, count: int = 12) -> dict[str, int]:
    """How many of the moments fall into each of the `count` months up to that of `last`, as `2026-11`."""
    number = last.year * 12 + last.month - 1
    found = {f"{each // 12}-{each % 12 + 1:02d}": 0 for each in range(number - count + 1, number + 1)}
    for moment in moments:
        key = f"{moment.year}-{moment.month:02d}"
        if key in found:
            found[key] += 1
    return found


TERMS_CHANGED = N_("The terms have changed since you opened them. Read the new text before you send.")
FORM_CHANGED = N_("The form has changed since you opened it. What you wrote is kept: look at the questions again.")
