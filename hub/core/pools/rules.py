"""Pure rules of co-funding: what a pool needs before it opens, when it takes pledges, whether it is met, who gets how much back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Leg, OwnerKind, Purpose
from hub.kernel import clock, money
from hub.kernel.errors import NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_, extent

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_STORY, LONGEST_UPDATE, LONGEST_REASON = 120, 300, 20_000, 8_000, 2_000
SHORTEST_STORY = 100
SHORTEST_RUN, LONGEST_RUN = timedelta(days=2), timedelta(days=90)
FIRM = timedelta(hours=24)
"""From so long before the deadline on, pledges stand: nobody can sink a pool in its last hours."""
NEAR = timedelta(hours=72)
"""So long before the deadline backers are reminded, while they can still withdraw."""


@dataclass(frozen=True)
class Subject:
    """A thing that money can be pooled for. `why_not` says, marked with N_, why it takes none now; `href` is empty for what is not public.

    `organisation_id` is whose hold the money goes to; `lacks` what it still needs, if that is known.
    """

    ref: str
    title: str
    organisation_id: int | None
    summary: str = ""
    href: str = ""
    why_not: str = ""
    lacks: Money | None = None


@dataclass(frozen=True)
class Source:
    """How a room above tells of its things: one of them, and those of some organisations that take money now."""

    one: Callable[[int], Subject | None]
    of: Callable[[Sequence[int]], Sequence[Subject]]


class Interval(Protocol):
    """What the clock asks of a pool: it takes pledges in [opened_at, closes_at)."""

    opened_at: Any
    closes_at: Any


class Counted(Interval, Protocol):
    goal_minor: Any
    pledged_minor: Any


class Drafted(Protocol):
    title: Any
    summary: Any
    story: Any
    goal_minor: Any
    minimum_minor: Any
    closes_at: Any


def gaps(pool: Drafted) -> dict[str, str]:
    """What a draft lacks before a consultant can read it: field and what to do about it."""
    found: dict[str, str] = {}
    if not pool.summary.strip():
        found["summary"] = N_("Say in a sentence or two what the money is for.")
    if extent(pool.story) < SHORTEST_STORY:
        found["story"] = N_("Tell the story in at least 100 characters: what for, by whom, what happens next.")
    if pool.goal_minor <= 0:
        found["goal"] = N_("Name a goal of more than zero.")
    elif pool.minimum_minor > pool.goal_minor:
        found["minimum"] = N_("The smallest pledge cannot be more than the goal.")
    if not deadline_fits(pool):
        found["closes_at"] = RUN
    return found


RUN = N_("Choose a deadline 2 to 90 days from now.")


def deadline_fits(pool: Any) -> bool:
    """Is the deadline far enough away for backers to think, and near enough for their money to wait?"""
    return pool.closes_at is not None and SHORTEST_RUN <= pool.closes_at - clock.now() <= LONGEST_RUN


def is_complete(pool: Any) -> bool:
    return not gaps(pool)


def takes_pledges(pool: Interval, moment: datetime | None = None) -> bool:
    """Half-open: a pledge at the very second of the deadline is late."""
    return pool.opened_at is not None and pool.closes_at is not None and clock.within(pool.opened_at, pool.closes_at, moment)


def deadline_has_passed(pool: Interval) -> bool:
    return pool.closes_at is not None and clock.now() >= pool.closes_at


def is_met(pool: Any) -> bool:
    """The deadline has passed and the goal is reached."""
    return deadline_has_passed(pool) and pool.pledged_minor >= pool.goal_minor


def is_missed(pool: Any) -> bool:
    """The deadline has passed and the goal is not reached."""
    return deadline_has_passed(pool) and pool.pledged_minor < pool.goal_minor


def firm_from(pool: Interval) -> datetime:
    """From this moment on, pledges stand."""
    closes: datetime = pool.closes_at
    return closes - FIRM


def can_be_withdrawn(pledge: Any) -> bool:
    return clock.now() < firm_from(pledge.pool)


def percent(pool: Counted) -> int:
    """How much of the goal is pledged, rounded down, so that 100 is only shown when it is reached."""
    return int(100 * pool.pledged_minor // pool.goal_minor) if pool.goal_minor else 0


def check_amount(pool: Any, amount: Money) -> Money:
    """The amount, if one can pledge it. Raises Invalid (amount_*, currency_differs, below_minimum)."""
    accounts.same_currency(accounts.positive(amount), pool.currency)
    if amount < pool.minimum:
        raise one_field("amount", N_("The smallest pledge is %(least)s."), code="below_minimum", least=str(pool.minimum))
    return amount


def check_open(pool: Any) -> None:
    """Raises NotNow (not_open) unless it takes pledges, and lets them go, now."""
    if pool.state != "open" or not takes_pledges(pool):
        raise NotNow(N_("This pool takes no pledges now."), code="not_open")


def shares(left: int, given: Sequence[int], currency: str) -> list[int]:
    """Divide what is left among those who gave, pro rata; largest remainder, so that the parts add up to `left` exactly."""
    return [part.minor for part in money.split(Money(left, currency), given)]


# The books: each pledge is money set aside by its backer in an account of its own


def kept(owner: OwnerKind, owner_id: int, subject: str, currency: str) -> AccountRef:
    """The account of one pledge; its subject is "pool:2:pledge:7"."""
    return AccountRef(owner, owner_id, Purpose.HOLD, currency, subject)


def pledge_legs(owner: OwnerKind, owner_id: int, subject: str, amount: Money) -> list[Leg]:
    """The backer's balance -> the pledge."""
    balance = accounts.balance_of(owner, owner_id, amount.currency)
    return accounts.from_to(balance, kept(owner, owner_id, subject, amount.currency), amount.minor)


def return_legs(owner: OwnerKind, owner_id: int, subject: str, amount: Money) -> list[Leg]:
    """The pledge -> the backer's balance, whole."""
    return [Leg(leg.account, -leg.minor) for leg in pledge_legs(owner, owner_id, subject, amount)]
