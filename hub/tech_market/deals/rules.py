"""Pure rules of deals: their clocks, what makes a side's domain its own, and how a response rate is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol
from urllib.parse import urlsplit

ANSWER_WITHIN = timedelta(days=14)
"""An answer counts in the response rate if it comes within this time."""
REMIND_AFTER = timedelta(days=10)
SILENT_INTEREST = timedelta(days=30)
"""An interest that nobody answered lapses after this time."""
SILENT_TALKS = timedelta(days=60)
"""So do accepted deals that are not signed by both, after the last thing that happened in them."""
COUNTED = timedelta(days=365)
"""A response rate looks back this far."""
SHORTEST_MESSAGE, LONGEST_MESSAGE = 20, 1_000
SHORTEST_REASON, LONGEST_REASON = 10, 2_000
LONGEST_POST = 5_000
LONGEST_ANNEX = 60_000
MOST_FILES = 20
LEAST_YEARS, MOST_YEARS, USUAL_YEARS = 1, 10, 3
"""How long the confidentiality agreement lasts."""


class Asked(Protocol):
    """One interest: when it came, when the owner answered, when its author took it back."""

    @property
    def asked_at(self) -> datetime: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Rate:
    """`in_time` of `counted` interests were answered within ANSWER_WITHIN; `median` is over all answers, None without any."""

    in_time: int
    counted: int
    median: timedelta | None

    @property
    def per_cent(self) -> int | None:
        return round(100 * self.in_time / self.counted) if self.counted else None


def rate(interests: Iterable[Asked], now: datetime) -> Rate:
    """The response rate. An interest counts once it is answered or once its time for an answer is over; one that its author took back
    before that says nothing about the owner. Half-open: an answer exactly ANSWER_WITHIN later is late."""
    times, in_time, counted = [], 0, 0
    for one in interests:
        if one.answered_at is not None:
            taken = one.answered_at - one.asked_at
            times.append(taken)
            counted, in_time = counted + 1, in_time + (taken < ANSWER_WITHIN)
        elif (one.closed_at or now) - one.asked_at >= ANSWER_WITHIN:
            counted += 1
    return Rate(in_time, counted, timedelta(seconds=median(taken.total_seconds() for taken in times)) if times else None)


class Waiting(Protocol):
    unsilent_at: datetime


def is_silent(deal: Waiting, now: datetime, patience: timedelta) -> bool:
    return now - deal.unsilent_at >= patience


def is_own_domain(email: str, website: str) -> bool:
    """Is the address at the organisation's own domain? `www.` and subdomains of the website's host count."""
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    domain = email.rpartition("@")[2].lower()
    return "." in host and (domain == host or domain.endswith("." + host))
