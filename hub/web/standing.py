"""How people and organisations stand: a room of the core knows it, pages of every mode show it; neither knows the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext


@dataclass(frozen=True)
class Standing:
    """How one stands ("organisation:3", "person:7"): finished deals, how many of them were rated, and the score ("4.6"; empty: no rating).

    `href` is where everybody reads more; empty if there is no such page.
    """

    deals: int = 0
    rated: int = 0
    score: str = ""
    href: str = ""

    @property
    def words(self) -> str:
        """In the reader's language; never a score without its count."""
        if self.rated:
            return ngettext("%(score)s from %(num)s deal", "%(score)s from %(num)s deals", self.rated, score=self.score)
        if self.deals:
            return ngettext("%(num)s finished deal, not rated yet", "%(num)s finished deals, none rated yet", self.deals)
        return gettext("No finished deals yet")


Knower = Callable[[Iterable[str]], Mapping[str, Standing]]
_knowers: list[Knower] = []


def knows_standings(knower: Knower) -> Knower:
    """Register who knows: one statement for any number of them; those of whom nothing is known may be left out."""
    if knower not in _knowers:
        _knowers.append(knower)
    return knower


def standings(refs: Iterable[str | None]) -> dict[str, Standing]:
    """How each of `refs` stands; None is nobody. One statement, none for none."""
    wanted = list(dict.fromkeys(ref for ref in refs if ref))
    found: dict[str, Standing] = dict.fromkeys(wanted, Standing())
    for knower in _knowers if wanted else ():
        found.update(knower(wanted))
    return found


def standing(ref: str) -> Standing:
    """Of one alone."""
    return standings([ref])[ref]
