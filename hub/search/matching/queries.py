"""Who and what fits a need: the index is asked for the need's rarest words, then the best of what it finds are compared word by word."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hub.kernel.documents import Document
from hub.search.index import engines
from hub.search.index import rules as text_rules
from hub.search.index.engine import Unavailable, View, entry
from hub.search.index.engine_memory import view_over
from hub.search.index.queries import bm25
from hub.search.index.states import MODES, Kind, kind_of
from hub.search.matching import rules

FIRST = 200
"""So many documents come out of the first stage."""
LEAST, SURE, SHARE = 0.03, 0.15, 0.3
"""Below LEAST, or with a single shared word below SURE, or below SHARE of the best match, likeness is coincidence and is not shown."""
EXPERT, EVIDENCE = Kind.EXPERT.value, Kind.EVIDENCE.value
_lock = threading.Lock()
"""Before what this process remembers."""


@dataclass(frozen=True)
class Match:
    """Something that fits. `score` is 0 to 1; `reasons` are words of the need and what each adds to the score, largest first."""

    key: str
    title: str
    url: str
    score: float
    reasons: tuple[tuple[str, float], ...]
    document: Document
    items: int = 1

    @property
    def shown(self) -> tuple[list[tuple[str, int]], int, int]:
        """(the main words, what all others add, the score), in hundredths that add up."""
        return rules.in_hundredths(list(self.reasons))

    @property
    def kind(self) -> Kind | str:
        return kind_of(self.document.kind) or self.document.kind

    @property
    def mode(self) -> str:
        known = kind_of(self.document.kind)
        return MODES[known] if known else ""

    @property
    def owner(self) -> str:
        return str(self.document.facts.get("owner") or "")


def matches_for(
    text: str, kinds: Sequence[str] = ("offer",), limit: int = 5, exclude: Collection[str] = (), statuses: Collection[str] = ()
) -> list[Match]:
    """What of `kinds` fits `text`, the best first; `exclude` are keys to leave out, `statuses` (if any) the only ones to take.

    Experts are judged by their best evidence. Empty while there is no index, and for a text that shares no telling word with anything.
    """
    try:
        view = engines.current().view()
        return _remembered(view, text, tuple(kinds), limit, frozenset(exclude), frozenset(statuses))
    except Unavailable:
        return []


Ranked = list[tuple[Document, rules.Parts, int]]


def _matches(
    view: View, text: str, kinds: tuple[str, ...], limit: int, exclude: frozenset[str] = frozenset(), statuses: frozenset[str] = frozenset()
) -> list[Match]:
    ranked = _ranked(view, text, kinds)
    fitting = [each for each in ranked if each[0].key not in exclude and (not statuses or each[0].status in statuses)]
    kept = [each for each in fitting if _is_no_coincidence(each[1], rules.total(fitting[0][1]))][:limit]
    return [
        Match(document.key, document.title, document.url, rules.total(parts), tuple(rules.spelled(text, parts)), document, items)
        for document, parts, items in kept
    ]


def _ranked(view: View, text: str, kinds: tuple[str, ...]) -> Ranked:
    """Everything comparable, the best first: what it is, what each shared term adds, by how many pieces of evidence."""
    counts = Counter(text_rules.terms(text))
    scale = _scale_of(view)
    need = rules.Vector.of(counts, scale.idf)
    candidates = _candidates(view, counts, kinds)
    of_experts = {number for number in candidates if view.columns.kind[number] in _places(view, (EXPERT, EVIDENCE))}
    found = [(view.document(number), need.parts(scale.vector(number)), 1) for number in candidates if number not in of_experts]
    if EXPERT in kinds:
        found += _experts(view, scale, need, [number for number in candidates if number in of_experts])
    return sorted(found, key=lambda each: (-rules.total(each[1]), each[0].key))


def _is_no_coincidence(parts: rules.Parts, best: float) -> bool:
    score = rules.total(parts)
    words = sum(1 for term in parts if len(term) > 1)
    return score >= max(LEAST, SHARE * best) and (words > 1 or score >= SURE)


def _candidates(view: View, counts: Counter[str], kinds: Sequence[str]) -> list[int]:
    """The first stage: the FIRST best documents of these kinds by BM25 over the rarest terms. Asking for experts means their evidence.

    Rare among what is asked for: the need itself is in the index too, and words that it alone uses would find nothing else.
    """
    wanted = view.columns.live & np.isin(view.columns.kind, _places(view, (*kinds, EVIDENCE) if EXPERT in kinds else kinds))
    scores = np.zeros(view.size)
    for term in rules.rarest(counts, lambda term: int(np.count_nonzero(wanted[view.postings(term).docs]))):
        docs, score = bm25(view, term)
        scores[docs] += score
    scores[~wanted] = 0
    best = np.argsort(-scores, kind="stable")[:FIRST]
    return [int(number) for number in best if scores[number] > 0]


def _places(view: View, kinds: Iterable[str]) -> list[int]:
    return [view.columns.place(kind) for kind in kinds if view.columns.place(kind) >= 0]


def _experts(view: View, scale: Scale, need: rules.Vector, candidates: Sequence[int]) -> Iterator[tuple[Document, rules.Parts, int]]:
    """Each expert behind the candidates, judged by all of their evidence, not only what the first stage found."""
    columns = view.columns
    keys = dict.fromkeys(columns.names[columns.group[number]] or view.document(number).key for number in candidates)
    for key in keys:
        number = view.number_of(key)
        if number is None or not columns.listed[number]:
            continue
        evidence = np.flatnonzero(columns.live & (columns.group == columns.place(key)))
        items = [need.parts(scale.vector(int(item))) for item in {number, *evidence.tolist()}]
        yield view.document(number), rules.best_items(items), sum(1 for parts in items if parts)


class Scale:
    """The weights of terms in one view, each worked out once."""

    def __init__(self, view: View) -> None:
        self.view, self._weights = view, _Weights(view)
        self.idf: rules.Idf = self._weights.__getitem__

    @property
    def size(self) -> int:
        return len(self._weights)

    def vector(self, number: int) -> rules.Vector:
        return rules.Vector.of(self.view.terms_of(number), self.idf)


class _Weights(dict[str, float]):
    """What each term tells, looked up in the view where it is first asked for."""

    def __init__(self, view: View) -> None:
        self._frequency, self._documents = view.frequency, max(1, int(view.columns.live.sum()))

    def __missing__(self, term: str) -> float:
        weight = self[term] = rules.idf(self._documents, self._frequency(term))
        return weight


SCALES, TERMS = 2, 500_000
_scales: OrderedDict[Any, Scale] = OrderedDict()
"""Of the views in use now: a question meets mostly terms that earlier ones have met."""


def _scale_of(view: View) -> Scale:
    key = id(view)
    with _lock:
        known = _scales.get(key)
        if known is None or known.view is not view or known.size > TERMS:
            known = _scales[key] = Scale(view)
            while len(_scales) > SCALES:
                _scales.popitem(last=False)
    return known


# --- without an index: profiles and needs from files -----------------------------------------------------------------------------


def scores(profiles: Iterable[Mapping[str, Any]], needs: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, float]]:
    """(need's id, profile's id, score) for every pair, by the same comparison that `matches_for` makes of experts.

    `profiles` are `{"id", "items": [{"title", "text"}, ...]}`, `needs` are `{"id", "title", "text"}`; terms are weighed over all items.
    """
    owners: list[tuple[str, list[str]]] = []
    entries = {}
    for place, profile in enumerate(profiles):
        keys = []
        for number, item in enumerate(profile["items"]):
            key = f"evidence:{place}:{number}"
            document = Document(key, EVIDENCE, str(item.get("title") or ""), str(item.get("text") or ""), "", 1)
            entries[key] = entry(document)
            keys.append(key)
        owners.append((str(profile["id"]), keys))
    view = view_over(entries.values())
    scale = Scale(view)
    vectors = {key: scale.vector(view.numbers[key]) for key in entries}
    for need in needs:
        wanted = rules.Vector.of(Counter(text_rules.terms(f"{need.get('title') or ''}\n{need.get('text') or ''}")), scale.idf)
        for owner, keys in owners:
            yield str(need["id"]), owner, rules.total(rules.best_items(wanted.parts(vectors[key]) for key in keys))


# --- answers already given -------------------------------------------------------------------------------------------------------

KEPT = 256
_answers: OrderedDict[Any, list[Match]] = OrderedDict()


def _remembered(view: View, *question: Any) -> list[Match]:
    key = (id(engines.current()), view.generation, question)
    with _lock:
        if (known := _answers.get(key)) is not None:
            _answers.move_to_end(key)
            return known
    answer = _matches(view, *question)
    with _lock:
        _answers[key] = answer
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    return answer
