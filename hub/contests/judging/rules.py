"""From scores to a ranking. Exact fractions throughout, so that equal entries come out equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hub.kernel.words import N_

TOP = 10
"""Points go from 0 to TOP in whole steps; a must-have gets 1 (met) or 0 (not met)."""
SHORTEST_REASON, LONGEST_REASON = 20, 4000

METHOD = N_(
    "Each scored criterion takes the mean of the judges’ points (0 to 10); the total is the mean of these, weighted by the "
    "criteria’s weights. A must-have counts as met when more judges say so than not. Entries that meet every must-have are ranked by "
    "their total; equal totals share a place. Entries not yet scored on every criterion have no place, and entries that miss a "
    "must-have come last without one."
)

DECLARATION_VERSION = "2026-11"
DECLARATION = (
    N_("I did not enter this challenge and took no part in any entry to it."),
    N_("I gain nothing, and nobody close to me does, if a particular entry wins or loses."),
    N_("I keep what I read confidential and use it for nothing but judging."),
    N_("If I recognise an entry as the work of somebody close to me, I step down."),
)


@dataclass(frozen=True)
class Measure:
    """A criterion as the calculation needs it. `weight` in per cent; must-haves weigh nothing."""

    id: int
    must: bool
    weight: int


@dataclass(frozen=True)
class Mark:
    """One judge's points for one criterion of one entry."""

    judge_id: int
    entry_id: int
    criterion_id: int
    points: int


@dataclass(frozen=True)
class Standing:
    """Where an entry stands.

    `place` is None while criteria are missing or a must-have is failed; with must-haves alone, all that meet them share the first.
    `total` is 0..10, over the scored criteria; None while one
    of them is missing. `means` has the mean points (for a must-have: the share of judges who say met) per criterion scored so far.
    `lowest` and `highest` are the totals of single judges who scored everything: how far the judges are apart.
    """

    entry_id: int
    place: int | None
    total: Fraction | None
    means: dict[int, Fraction]
    missing: tuple[int, ...]
    failed: tuple[int, ...]
    lowest: Fraction | None
    highest: Fraction | None
    judges: int

    @property
    def complete(self) -> bool:
        return not self.missing


def ranking(criteria: Sequence[Measure], entry_ids: Sequence[int], marks: Iterable[Mark]) -> list[Standing]:
    """Every entry once: the placed ones best first, then the incomplete ones, then those that fail a must-have; see METHOD.

    Weighted arithmetic mean of the judges' mean points: total = sum(w_c * mean_c) / sum(w_c) over the scored criteria c.
    """
    by_entry: dict[int, list[Mark]] = {entry_id: [] for entry_id in entry_ids}
    for mark in marks:
        if mark.entry_id in by_entry:
            by_entry[mark.entry_id].append(mark)
    standings = [_standing(criteria, entry_id, given) for entry_id, given in by_entry.items()]
    order = sorted(standings, key=_order)
    better: dict[Fraction, int] = {}
    placed = 0
    ranked = []
    for standing in order:
        if standing.complete and not standing.failed:
            placed += 1
            place = better.setdefault(standing.total or Fraction(0), placed)
            standing = _with_place(standing, place)
        ranked.append(standing)
    return ranked


def _order(standing: Standing) -> tuple[int, Fraction, int]:
    group = 2 if standing.failed else 0 if standing.complete else 1
    return group, -(standing.total if standing.total is not None else Fraction(-1)), standing.entry_id


def _with_place(s: Standing, place: int) -> Standing:
    return Standing(s.entry_id, place, s.total, s.means, s.missing, s.failed, s.lowest, s.highest, s.judges)


def _standing(criteria: Sequence[Measure], entry_id: int, marks: Sequence[Mark]) -> Standing:
    points: dict[int, list[int]] = {}
    for mark in marks:
        points.setdefault(mark.criterion_id, []).append(mark.points)
    means = {c.id: Fraction(sum(points[c.id]), len(points[c.id])) for c in criteria if points.get(c.id)}
    alone = _totals_by_judge(criteria, marks)
    return Standing(
        entry_id=entry_id,
        place=None,
        total=weighted(criteria, means),
        means=means,
        missing=tuple(c.id for c in criteria if c.id not in means),
        failed=tuple(c.id for c in criteria if c.must and c.id in means and means[c.id] <= Fraction(1, 2)),
        lowest=min(alone, default=None),
        highest=max(alone, default=None),
        judges=len({mark.judge_id for mark in marks}),
    )


def weighted(criteria: Sequence[Measure], means: dict[int, Fraction]) -> Fraction | None:
    """The weighted mean over the scored criteria; None if one of them has no points."""
    scored = [c for c in criteria if not c.must]
    if not scored or any(c.id not in means for c in scored):
        return None
    return sum((c.weight * means[c.id] for c in scored), Fraction(0)) / sum(c.weight for c in scored)


def _totals_by_judge(criteria: Sequence[Measure], marks: Sequence[Mark]) -> list[Fraction]:
    by_judge: dict[int, dict[int, Fraction]] = {}
    for mark in marks:
        by_judge.setdefault(mark.judge_id, {})[mark.criterion_id] = Fraction(mark.points)
    return [total for given in by_judge.values() if (total := weighted(criteria, given)) is not None]


def shown(value: Fraction | None) -> str:
    """`7.25`, to two places, half up; empty for None. No binary floats on the way."""
    if value is None:
        return ""
    hundredths = (value * 100 + Fraction(1, 2)).__floor__()
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def points_fit(must: bool, points: int) -> bool:
    return 0 <= points <= (1 if must else TOP)


def unanswered(criteria: Sequence[Measure], entry_ids: Sequence[int], marks: Iterable[Mark]) -> list[tuple[int, int]]:
    """(entry id, criterion id) pairs that no judge has given a reason for: while there is one, nobody can be selected."""
    given = {(mark.entry_id, mark.criterion_id) for mark in marks}
    return [(entry_id, c.id) for entry_id in entry_ids for c in criteria if (entry_id, c.id) not in given]
