"""Pure rules of reconciliation: what we wrote down against what the other side says, group by group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hub.kernel.money import Money
from hub.kernel.words import N_, Worded

AROUND = timedelta(days=2)
"""Both sides are read this much beyond the day: a movement just before midnight is told by the other side just after."""

NAMES = re.compile(r"[a-z_]+:\d+|[a-z]+_[A-Za-z0-9]{6,}")


class Source(Worded):
    STRIPE = "stripe", N_("Stripe")
    BANK = "bank", N_("Bank")


class Difference(Worded):
    MISSING_HERE = "missing_here", N_("Missing here")
    MISSING_THERE = "missing_there", N_("Missing there")
    AMOUNT_DIFFERS = "amount_differs", N_("Amount differs")


@dataclass(frozen=True)
class Movement:
    """One movement of the money that we have there: `minor` is positive when it came in. `names` are what may tell whose it is."""

    ref: str
    at: datetime
    currency: str
    minor: int
    names: tuple[str, ...] = ()
    text: str = ""

    @property
    def money(self) -> Money:
        return Money(self.minor, self.currency)


def names_in(*texts: str) -> tuple[str, ...]:
    """`payout:5`, `txn_1Abc...` and the like, in the order in which they stand."""
    return tuple(dict.fromkeys(name for text in texts for name in NAMES.findall(text)))


@dataclass
class Group:
    """All movements of one thing on both sides."""

    key: str
    currency: str
    here: list[Movement] = field(default_factory=list)
    there: list[Movement] = field(default_factory=list)

    @property
    def begins(self) -> date:
        return min(one.at for one in (*self.here, *self.there)).date()

    @property
    def here_minor(self) -> int:
        return sum(one.minor for one in self.here)

    @property
    def there_minor(self) -> int:
        return sum(one.minor for one in self.there)

    @property
    def difference(self) -> Difference | None:
        """None if both sides say the same."""
        if not self.here:
            return Difference.MISSING_HERE
        if not self.there:
            return Difference.MISSING_THERE
        return None if self.here_minor == self.there_minor else Difference.AMOUNT_DIFFERS


def compare(here: Iterable[Movement], there: Iterable[Movement], also: Mapping[str, str]) -> list[Group]:
    """Both sides in groups of what belongs together, in the order of their days.

    `also` maps a name of the other side ("txn_1", "tr_1") to the name of the group it belongs to ("payout:5"). A movement joins the group
    of the first of its names that the other side knows; without one it stands for itself.
    """
    groups: dict[tuple[str, str], Group] = {}
    known = set(also.values())

    def join(one: Movement, side: str) -> None:
        named = next((also.get(name, name) for name in one.names if name in also or name in known), None)
        key = (named or (one.names[0] if one.names else one.ref), one.currency)
        getattr(groups.setdefault(key, Group(*key)), side).append(one)

    for one in there:
        join(one, "there")
    for one in here:
        join(one, "here")
    return sorted(groups.values(), key=lambda group: (group.begins, group.key, group.currency))


def of_days(groups: Iterable[Group], first: date, last: date) -> list[Group]:
    """The groups that begin on these days."""
    return [group for group in groups if first <= group.begins <= last]
