"""How well a text fits a need: the cosine of their TF-IDF vectors, with what each word adds to it.

Weights are (1 + ln tf) * ln(1 + N/df) (Manning, Raghavan & Schuetze 2008, section 6.4). The cosine is a sum over shared terms, so the parts
shown as reasons add up to the score shown; raw BM25 scores would not be comparable between needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hub.search.index import rules as text_rules

RAREST = 12
"""A need is looked up by this many of its terms: the rare ones tell it apart, the others only cost time."""
ITEMS = 3
"""An expert's score is the mean of this many best pieces of evidence."""
LONE = 2
"""One piece of evidence is divided by this: measured, a lone hit says less than two (see the README)."""

Idf = Callable[[str], float]
Parts = dict[str, float]


def idf(documents: int, frequency: int) -> float:
    """How much a term that `frequency` of `documents` hold tells."""
    return math.log(1 + documents / max(frequency, 0.5))


def rarest(counts: Mapping[str, int], frequency: Callable[[str], int], most: int = RAREST) -> list[str]:
    """The terms that fewest documents hold, of those that any holds; pairs of characters before single ones."""
    known = [(len(term) == 1, frequency(term), term) for term in counts]
    return [term for _, often, term in sorted(known) if often][:most]


@dataclass(frozen=True)
class Vector:
    """Term weights of unit length."""

    weights: Parts

    @classmethod
    def of(cls, counts: Mapping[str, int], weigh: Idf) -> Vector:
        raw = {term: weigh(term) if count == 1 else (1 + math.log(count)) * weigh(term) for term, count in counts.items() if count}
        norm = math.sqrt(math.fsum([weight * weight for weight in raw.values()]))
        return cls({term: weight / norm for term, weight in raw.items()} if norm else {})

    def parts(self, other: Vector) -> Parts:
        """What each shared term adds to the cosine."""
        small, large = sorted((self.weights, other.weights), key=len)
        return {term: weight * large[term] for term, weight in small.items() if term in large}


def total(parts: Parts) -> float:
    """The score, 0 to 1."""
    return min(1.0, math.fsum(parts.values()))


def best_items(items: Iterable[Parts], most: int = ITEMS) -> Parts:
    """The mean of the best items' parts. Fewer than `most` are averaged over those there are, a single one counts half."""
    best = sorted(items, key=total, reverse=True)[:most]
    together: dict[str, float] = {}
    for parts in best:
        for term, part in parts.items():
            together[term] = together.get(term, 0.0) + part / max(len(best), LONE)
    return together


def spelled(text: str, parts: Parts) -> list[tuple[str, float]]:
    """The parts under the words as `text` writes them, the largest first; neighbouring Chinese pairs are one word again."""
    shares: dict[str, float] = {}
    left = dict(parts)
    for start, end in text_rules.spans(text, parts.keys()):
        word = text[start:end]
        inside = {each.term for each in text_rules.words(word)} & left.keys()
        if inside:
            name = word if word.isupper() or not word.isascii() else word.lower()
            shares[name] = shares.get(name, 0.0) + math.fsum(left.pop(term) for term in inside)
    return sorted(shares.items(), key=lambda item: (-item[1], item[0]))


def in_hundredths(shares: list[tuple[str, float]], most: int = 5) -> tuple[list[tuple[str, int]], int, int]:
    """(the largest shares, what the others add, the score), all in hundredths and adding up exactly: largest remainder."""
    whole = math.fsum(share for _, share in shares)
    score = min(100, round(whole * 100))
    groups = [*shares[:most], ("", math.fsum(share for _, share in shares[most:]))]
    floors = [int(share * 100) for _, share in groups]
    order = sorted(range(len(groups)), key=lambda i: floors[i] - groups[i][1] * 100)
    for i in order[: max(0, score - sum(floors))]:
        floors[i] += 1
    shown = [(word, floors[i]) for i, (word, _) in enumerate(groups[:-1]) if floors[i]]
    return shown, score - sum(number for _, number in shown), score
