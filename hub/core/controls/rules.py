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

LATE = timedelta(days=30)
"""What we learned late is posted late: our side is read so much further, for movements that belong to one there."""

AGAIN = timedelta(hours=1)
"""Where something differs, the rooms look at it afresh, and the day is compared again after this."""

NAMES = re.compile(r"[a-z_]+:\d+|[a-z]+_[A-Za-z0-9]{6,}")


KINDS = {
    "re": "refund",
    "po": "payout",
    "ch": "charge",
    "py": "charge",
    "dp": "dispute",
    "du": "dispute",
    "tr": "transfer",
}
"""The kinds of the processor's objects by how their names begin (https://docs.stripe.com/api)."""


def kind_of(name: str) -> str:
    """The kind of the object called "re_1Abc"; empty for one we do not look at."""
    return KINDS.get(name.partition("_")[0], "")


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
    of the first of its names that the other side knows; without one, that of what caused it here, or it stands for itself.
    """
    groups: dict[tuple[str, str], Group] = {}
    known = set(also.values())

    def join(one: Movement, side: str) -> None:
        named = next((also.get(name, name) for name in one.names if name in also or name in known), None)
        own = next((name for name in one.names if ":" in name), one.names[0] if one.names else one.ref)
        key = (named or own, one.currency)
        getattr(groups.setdefault(key, Group(*key)), side).append(one)

    for one in there:
        join(one, "there")
    for one in here:
        join(one, "here")
    return sorted(groups.values(), key=lambda group: (group.begins, group.key, group.currency))


def with_late(groups: Iterable[Group], late: Iterable[Movement], also: Mapping[str, str]) -> None:
    """What was posted late joins the group that it completes: as many of our later movements, in their order, as make both sides fit."""
    later: dict[tuple[str, str], list[Movement]] = {}
    for one in late:
        for key in {also.get(name, name) for name in one.names}:
            later.setdefault((key, one.currency), []).append(one)
    for group in groups:
        more = later.get((group.key, group.currency), []) if group.difference and group.there else []
        for many in range(1, len(more) + 1):
            if group.here_minor + sum(one.minor for one in more[:many]) == group.there_minor:
                group.here += more[:many]
                break


def of_days(groups: Iterable[Group], first: date, last: date) -> list[Group]:
    """The groups that begin on these days."""
    return [group for group in groups if first <= group.begins <= last]
