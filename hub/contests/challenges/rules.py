"""Pure rules of a challenge: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from hub.kernel import clock
from hub.kernel.words import N_, Worded, extent

NOTICE = timedelta(hours=24)
"""A challenge is sent to review at least this long before its deadline."""
REVIEW_PROMISE = timedelta(days=3)
FARTHEST = timedelta(days=5 * 365)
MOST_CRITERIA = 20
SHORTEST_TITLE, LONGEST_TITLE = 8, 160
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 400
SHORTEST_PROBLEM, LONGEST_PROBLEM = 100, 40_000
LONGEST_ELIGIBILITY = 2_000
SHORTEST_REVIEW, LONGEST_REVIEW = 1, 365
AWARD_DAYS = 14
"""From the end of the review to the award: the winner reads, signs and is paid."""
STEPS = (5, 10, 25, 50, 100, 250, 500, 1000)


class Kind(Worded):
    """How a criterion counts: every entry must meet it, or it earns points by its weight."""

    MUST = "must", N_("must have")
    SCORED = "scored", N_("scored")


class Weighed(Protocol):
    title: str
    kind: Kind
    weight: int


class Drafted(Protocol):
    title: str
    summary: str
    problem: str
    sector: object | None
    prize_minor: int
    closes_at: datetime | None
    review_days: int
    eligibility: str

    @property
    def criteria(self) -> Sequence[Weighed]: ...


class Launchable(Protocol):
    prize_minor: int
    held_minor: int
    closes_at: datetime | None


def criteria_gap(criteria: Sequence[Weighed]) -> str:
    """What is wrong with the criteria as a whole; empty if nothing is."""
    scored = [criterion for criterion in criteria if criterion.kind is Kind.SCORED]
    if not scored:
        return N_("Name at least one scored criterion: it decides between entries that meet every must-have.")
    if any(criterion.weight < 1 for criterion in scored):
        return N_("Give every scored criterion a weight of at least 1.")
    if sum(criterion.weight for criterion in scored) != 100:
        return N_("The weights of the scored criteria must add up to 100.")
    return ""


def gaps(draft: Drafted) -> dict[str, str]:
    """What is still missing before a review, field by field; empty when the draft is complete."""
    checks = {
        "title": "" if extent(draft.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "summary": "" if extent(draft.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "problem": "" if extent(draft.problem) >= SHORTEST_PROBLEM else N_("Describe the problem in at least 100 characters."),
        "sector": "" if draft.sector else N_("Choose a sector, so that solvers find it."),
        "prize": "" if draft.prize_minor > 0 else N_("Name a prize greater than zero."),
        "closes_at": deadline_gap(draft.closes_at),
        "eligibility": "" if draft.eligibility else N_("Say who may enter."),
        "criteria": criteria_gap(draft.criteria),
    }
    return {field: gap for field, gap in checks.items() if gap}


def deadline_gap(closes_at: datetime | None) -> str:
    """Why a review could not begin with this deadline."""
    if closes_at is None:
        return N_("Set a deadline.")
    if closes_at < clock.now() + NOTICE:
        return N_("Set the deadline at least 24 hours ahead.")
    return date_gap(closes_at)


def date_gap(closes_at: datetime | None) -> str:
    """Why this is no deadline at all, not even in a draft."""
    if closes_at is not None and closes_at <= clock.now():
        return N_("The deadline must lie in the future.")
    if closes_at is not None and closes_at > clock.now() + FARTHEST:
        return N_("The deadline can be at most five years ahead.")
    return ""


def is_complete(draft: Drafted) -> bool:
    return not gaps(draft)


def prize_is_held(challenge: Launchable) -> bool:
    return 0 < challenge.prize_minor <= challenge.held_minor


def deadline_is_ahead(challenge: Launchable) -> bool:
    return challenge.closes_at is not None and clock.now() < challenge.closes_at


def ready_to_open(challenge: Launchable) -> bool:
    return prize_is_held(challenge) and deadline_is_ahead(challenge)


def deadline_has_passed(challenge: Launchable) -> bool:
    """The interval is half-open: an entry in the second of the deadline is late."""
    return challenge.closes_at is not None and challenge.closes_at <= clock.now()


def waits_too_long(since: datetime) -> bool:
    """Has a seeker waited for the consultants longer than REVIEW_PROMISE?"""
    return clock.now() - since > REVIEW_PROMISE


def review_ends(closes_at: datetime, review_days: int) -> datetime:
    return closes_at + timedelta(days=review_days)


def evaluation_ends(closes_at: datetime, days: int) -> datetime:
    """Until when the seeker may read and test what was entered."""
    return closes_at + timedelta(days=days)


def award_by(closes_at: datetime, review_days: int) -> datetime:
    return review_ends(closes_at, review_days) + timedelta(days=AWARD_DAYS)


class Span(NamedTuple):
    """From `least` to `most`, both included; None where it is open."""

    least: int
    most: int | None


def span(count: int) -> Span:
    """What is told instead of the number of entries: 0, 1 to 5, 6 to 10, 11 to 25 ... 1001 and more."""
    if count <= 0:
        return Span(0, 0)
    low = 1
    for step in STEPS:
        if count <= step:
            return Span(low, step)
        low = step + 1
    return Span(low, None)
