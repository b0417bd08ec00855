"""Text into terms, by script: Chinese, Japanese and Korean runs give single characters and pairs, everything else stemmed words.

Both kinds live in one field, so a text that mixes languages is found by either. A query is read into `Unit`s: a word, or a run of
characters of which most pairs must be there.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import snowballstemmer
from markupsafe import Markup, escape

_CJK = "\u3005\u3006\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
_RUNS = re.compile(f"(?P<cjk>[{_CJK}]+)|(?P<word>[^\\W_{_CJK}]+)")
_STOP = frozenset(
    "a an and are as at be been but by can could do does for from had has have he her his how i if in into is it its may more most no"
    " not of on or our s she should so such t than that the their them then there these they this to was we were what when where which"
    " who will with would you your".split()
)
_LONGEST = 40
ENOUGH_PAIRS = 0.6
"""The share of a CJK run's pairs that a text must hold: nobody writes a compound exactly as the text does."""

_stem = functools.lru_cache(maxsize=50_000)(snowballstemmer.stemmer("english").stemWord)


@functools.lru_cache(maxsize=50_000)
def normal(word: str) -> str:
    """A word as it is looked up: compatibility forms and accents folded, lower case, stemmed."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return str(_stem(plain[:_LONGEST]))


@dataclass(frozen=True)
class Word:
    """One term and where the text shows it, `text[start:end]`."""

    term: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The terms of `text` in order. English stop words are left out; a CJK run gives its characters and its pairs."""
    for run in _RUNS.finditer(text):
        start, end = run.span()
        if run.lastgroup == "cjk":
            for at in range(start, end):
                yield Word(text[at], at, at + 1)
                if at + 1 < end:
                    yield Word(text[at : at + 2], at, at + 2)
        else:
            spelled = run.group()
            if spelled.lower() not in _STOP:
                yield Word(normal(spelled), start, end)


def terms(text: str) -> list[str]:
    """The terms of `text`, as often as they occur."""
    return [word.term for word in words(text)]


@dataclass(frozen=True)
class Unit:
    """One word of a query: found where at least `least` of `terms` are."""

    spelled: str
    terms: tuple[str, ...]
    least: int


def units(query: str) -> list[Unit]:
    """The words of a query, each once. A query of stop words alone is taken at its word."""
    found: dict[str, Unit] = {}
    left_out: dict[str, Unit] = {}
    for run in _RUNS.finditer(query):
        spelled = run.group()
        if run.lastgroup == "cjk":
            pairs = tuple(dict.fromkeys(spelled[i : i + 2] for i in range(len(spelled) - 1))) or (spelled,)
            found.setdefault(spelled, Unit(spelled, pairs, math.ceil(len(pairs) * ENOUGH_PAIRS)))
        else:
            term = normal(spelled)
            (left_out if spelled.lower() in _STOP else found).setdefault(term, Unit(spelled, (term,), 1))
    return list(found.values() or left_out.values())


def highlight(text: str, wanted: Collection[str]) -> Markup:
    """`text` escaped, with what matches `wanted` (terms) in `<mark>`."""
    return _marked(text, 0, len(text), spans(text, wanted))


def excerpt(text: str, wanted: Collection[str], length: int = 220) -> Markup:
    """About `length` characters of `text` around the place that shows most of `wanted`, marked; the beginning if none does."""
    if len(text) <= length:
        return highlight(text, wanted)
    found = spans(text, wanted)
    start = _best_start(found, length)
    if start:
        start = _word_edge(text, max(0, start - 30))
    end = min(len(text), start + length)
    if end < len(text):
        end = max(_word_edge(text, end), start + length // 2)
    opening = Markup("… ") if start else Markup("")
    return opening + _marked(text, start, end, found) + (Markup(" …") if end < len(text) else Markup(""))


def _best_start(found: list[tuple[int, int]], length: int) -> int:
    best, most = 0, 0
    for number, (start, _) in enumerate(found):
        inside = sum(1 for _, end in found[number:] if end <= start + length - 30)
        if inside > most:
            best, most = start, inside
    return 0 if best < length - 60 and most <= sum(1 for _, end in found if end <= length) else best


def _word_edge(text: str, at: int) -> int:
    """The nearest place at or before `at` where a word ends; `at` itself in scripts without spaces."""
    space = text.rfind(" ", max(0, at - 30), at + 1)
    return space if space > 0 else at


def spans(text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    """Where `wanted` terms stand in `text`, overlapping pairs joined."""
    found: list[tuple[int, int]] = []
    for word in words(text) if wanted else ():
        if word.term in wanted:
            if found and word.start < found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], word.end))
            else:
                found.append((word.start, word.end))
    return found


def _marked(text: str, start: int, end: int, found: Iterable[tuple[int, int]]) -> Markup:
    out, at = Markup(""), start
    for first, last in found:
        if first < at or last > end:
            continue
        out += escape(text[at:first]) + Markup("<mark>") + escape(text[first:last]) + Markup("</mark>")
        at = last
    return out + escape(text[at:end])


def within(a: str, b: str, most: int) -> bool:
    """Can `a` become `b` by at most `most` insertions, deletions, changes or swaps of neighbours (Damerau-Levenshtein)?"""
    if abs(len(a) - len(b)) > most:
        return False
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most
