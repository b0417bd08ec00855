"""Questions to the index: a search with facets, what is newest, how far it lags. Ranking runs on arrays, the same for every engine."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from sqlalchemy import func, select

from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.documents import Document
from hub.search.index import engines, rules
from hub.search.index.engine import FACETS, Columns, Unavailable, View
from hub.search.index.models import IndexMark

SIZE = 20
BEST, NEWEST, CLOSING = "best", "newest", "closing"
SORTS = (BEST, NEWEST, CLOSING)
MANY = "language"
"""The facet of which one thing may have several values."""
K1, B, TITLE = 1.2, 0.75, 2.0
"""BM25 as in Robertson & Zaragoza 2009 (The Probabilistic Relevance Framework); a word of the title counts TITLE times more."""

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class SearchRequest:
    """What is asked. Several values of one facet mean any of them; several facets mean all of them. `loose` takes half the words.

    `group` narrows it to what a room put together under one key ("platform:3").
    """

    q: str = ""
    kinds: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    group: str = ""
    loose: bool = False
    sort: str = BEST
    offset: int = 0
    size: int = SIZE

    @property
    def has_filters(self) -> bool:
        return any(self.chosen(facet) for facet in FACETS)

    def chosen(self, facet: str) -> tuple[str, ...]:
        return {"kind": self.kinds, "sector": self.sectors, "status": self.statuses, "centre": self.centres, "language": self.languages}[
            facet
        ]


@dataclass(frozen=True)
class FacetValue:
    """`count`: how many results there would be with this value, the other facets staying as chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Card:
    """One result. `title` and `summary` are safe to show, with the words asked for in `<mark>`."""

    document: Document
    title: Markup
    summary: Markup


@dataclass(frozen=True)
class Results:
    """`relaxed`: nothing has all of the words, these have some. `more`: how many others have at least half of them.
    `suggestion`: the query as it was perhaps meant. `available` is False while there is no readable index."""

    total: int = 0
    cards: tuple[Card, ...] = ()
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    relaxed: bool = False
    more: int = 0
    suggestion: str = ""
    available: bool = True


@dataclass(frozen=True)
class Lag:
    """How far the index is behind: marks waiting, and the age of the oldest in seconds."""

    waiting: int
    seconds: float


def search(request: SearchRequest) -> Results:
    """The page of results that `request` asks for. Only what the rooms gave as public is in the index, so everybody may ask."""
    try:
        view = engines.current().view()
        return _remembered(view, request, lambda: _search(view, request))
    except Unavailable:
        return Results(available=False)


def newest(kinds: Sequence[str], limit: int = 3, statuses: Sequence[str] = ()) -> tuple[Document, ...]:
    """The latest published things of these kinds."""
    found = search(SearchRequest(kinds=tuple(kinds), statuses=tuple(statuses), sort=NEWEST, size=limit))
    return tuple(card.document for card in found.cards)


def counts() -> dict[str, int]:
    """How many listed things of each kind there are."""
    return {each.value: each.count for each in search(SearchRequest(size=1)).facets.get("kind", ())}


def listed() -> Iterator[Document]:
    """Everything that lists show, for the site map; nothing while there is no index."""
    try:
        view = engines.current().view()
        for number in np.flatnonzero(view.columns.live & view.columns.listed).tolist():
            yield view.document(number)
    except Unavailable:
        return


def together(key: str) -> list[Document]:
    """The thing itself and what is grouped under it (an expert's evidence); empty if it is not in the index."""
    try:
        view = engines.current().view()
        number = view.number_of(key)
        if number is None:
            return []
        members = np.flatnonzero(view.columns.live & (view.columns.group == view.columns.place(key)))
        return [view.document(each) for each in (number, *members.tolist())]
    except Unavailable:
        return []


def lag() -> Lag:
    waiting, oldest = db.session.execute(select(func.count(), func.min(IndexMark.at))).one()
    return Lag(waiting, max(0.0, (clock.now() - oldest).total_seconds()) if isinstance(oldest, datetime) else 0.0)


# --- answers already given -------------------------------------------------------------------------------------------------------

KEPT = 256
_answers: OrderedDict[Any, Results] = OrderedDict()
_lock = threading.Lock()


def _remembered(view: View, request: SearchRequest, make: Callable[[], Results]) -> Results:
    """Answers hold for one generation of one index; those that depend on the clock for a minute."""
    minute = int(clock.now().timestamp() // 60) if request.sort == CLOSING else 0
    key = (id(engines.current()), view.generation, request, minute)
    with _lock:
        if (known := _answers.get(key)) is not None:
            _answers.move_to_end(key)
            return known
    answer = make()
    with _lock:
        _answers[key] = answer
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    return answer


# --- finding and ranking -------------------------------------------------------------------------------------------------------------


def _search(view: View, request: SearchRequest) -> Results:
    units = rules.units(request.q)
    wanted = frozenset(term for unit in units for term in unit.terms)
    columns = view.columns
    passing = {facet: _passes(columns, facet, request.chosen(facet)) for facet in FACETS}
    shown = columns.live & columns.listed
    if request.group:
        shown = shown & (columns.group == columns.place(request.group))
    scores, relaxed, more = np.zeros(view.size), False, 0
    if units:
        covered, scores = _covered(view, units)
        full, half = shown & (covered == len(units)), shown & (covered >= (len(units) + 1) // 2)
        relaxed = len(units) > 1 and not full.any()
        shown = half if relaxed or request.loose else full
        more = int(_all(half, passing).sum()) - int(_all(shown, passing).sum())
    facets = {facet: _count(columns, facet, _all(shown, passing, leaving_out=facet), request.chosen(facet)) for facet in FACETS}
    matches = np.flatnonzero(_all(shown, passing))
    page = _ordered(columns, matches, scores, request)[request.offset : request.offset + request.size]
    return Results(
        total=len(matches),
        cards=tuple(_card(view.document(int(number)), wanted) for number in page),
        facets=facets,
        relaxed=relaxed and len(matches) > 0,
        more=more,
        suggestion=_suggestion(view, request.q, units) if relaxed or not len(matches) else "",
    )


def _covered(view: View, units: Sequence[rules.Unit]) -> tuple[NDArray[np.int16], Scores]:
    """How many of the units each document holds, and how well it matches."""
    covered = np.zeros(view.size, np.int16)
    scores = np.zeros(view.size)
    for unit in units:
        hits = np.zeros(view.size, np.int16)
        for term in unit.terms:
            docs, score = bm25(view, term)
            hits[docs] += 1
            scores[docs] += score
        covered += hits >= unit.least
    return covered, scores


def bm25(view: View, term: str) -> tuple[NDArray[np.int32], Scores]:
    """The documents that hold the term, and what it adds to each one's score."""
    found = view.postings(term)
    if not len(found.docs):
        return found.docs, np.empty(0)
    columns = view.columns
    live = int(columns.live.sum())
    mean = float(columns.length[columns.live].mean()) or 1.0
    weight = np.log(1 + (live - len(found.docs) + 0.5) / (len(found.docs) + 0.5))
    often = found.counts + TITLE * found.titles
    norm = K1 * (1 - B + B * columns.length[found.docs] / mean)
    return found.docs, weight * often * (K1 + 1) / (often + norm)


def _passes(columns: Columns, facet: str, chosen: Sequence[str]) -> Mask | None:
    if not chosen:
        return None
    column = getattr(columns, facet)
    if facet == MANY:
        return np.isin(column, [place for place in np.unique(column).tolist() if set(columns.names[place].split()) & set(chosen)])
    return np.isin(column, [columns.place(value) for value in chosen])


def _all(shown: Mask, passing: dict[str, Mask | None], leaving_out: str = "") -> Mask:
    for facet, mask in passing.items():
        if mask is not None and facet != leaving_out:
            shown = shown & mask
    return shown


def _count(columns: Columns, facet: str, shown: Mask, chosen: Sequence[str]) -> tuple[FacetValue, ...]:
    """The values that occur, most frequent first; a chosen one stays in view even with no result."""
    numbers = np.bincount(getattr(columns, facet)[shown], minlength=len(columns.names))
    found: Counter[str] = Counter()
    for place in np.flatnonzero(numbers).tolist():
        name = columns.names[place]
        for value in name.split() if facet == MANY else [name] if name else []:
            found[value] += int(numbers[place])
    values = {**found, **{value: found[value] for value in chosen if value}}
    return tuple(FacetValue(value, count, value in chosen) for value, count in sorted(values.items(), key=lambda item: (-item[1], item[0])))


def _ordered(columns: Columns, matches: NDArray[np.intp], scores: Scores, request: SearchRequest) -> NDArray[np.intp]:
    at = -np.nan_to_num(columns.at[matches], nan=0.0)
    rank = -columns.rank[matches]
    if request.sort == NEWEST:
        keys: tuple[Any, ...] = (rank, at)
    elif request.sort == CLOSING:
        ends, now = columns.ends_at[matches], clock.now().timestamp()
        is_open = ~np.isnan(ends) & (ends > now)
        keys = (at, rank, np.where(is_open, ends, 0.0), ~is_open)
    else:
        keys = (at, rank, -np.round(scores[matches], 6))
    return matches[np.lexsort((matches, *keys))]


def _card(document: Document, wanted: frozenset[str]) -> Card:
    summary = str(document.facts.get("summary") or "")
    shown = rules.excerpt(summary, wanted)
    if wanted and "<mark>" not in shown and len(document.text) > len(summary):
        from_text = rules.excerpt(document.text, wanted)
        shown = from_text if "<mark>" in from_text else shown
    return Card(document, rules.highlight(document.title, wanted), shown)


# --- the query as it was perhaps meant ---------------------------------------------------------------------------------------------


def _suggestion(view: View, query: str, units: Sequence[rules.Unit]) -> str:
    """The query with each unknown word replaced by the most frequent known one that is one or two letters away."""
    said, changed = query, False
    for unit in units:
        (term, *more) = unit.terms
        if more or view.frequency(term) or len(term) < 4 or not term.isascii():
            continue
        better = _nearest(view, term)
        if better:
            said, changed = said.replace(unit.spelled, better), True
    return said if changed else ""


def _nearest(view: View, term: str) -> str:
    most = 1 if len(term) < 6 else 2
    near = [known for known in view.vocabulary() if known[:1] == term[:1] and known.isascii() and rules.within(term, known, most)]
    near = sorted(near, key=lambda known: (not rules.within(term, known, 1), -view.frequency(known)))
    for known in near[:3]:
        for number in view.postings(known).docs[:5]:
            if view.columns.listed[number]:
                return _spelled(view.document(int(number)), known)
    return ""


def _spelled(document: Document, term: str) -> str:
    """The word behind a stem, as this document writes it."""
    text = f"{document.title} {document.text}"
    return next((text[word.start : word.end].lower() for word in rules.words(text) if word.term == term), term)
