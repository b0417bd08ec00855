"""A search as an address asks for it and as programs read its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields

from hub.complement.products.states import State as ProductState
from hub.contests.challenges.states import Phase
from hub.core.profiles import rules as profiles
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.microtasks.projects.states import State as ProjectState
from hub.search.index.queries import BEST, CLOSING, NEWEST, SIZE, SORTS, SearchRequest
from hub.search.index.states import PLURALS, kind_of
from hub.tech_market.listings.rules import IpStatus
from hub.web.i18n import language

FIELDS = {"kind": "kinds", "sector": "sectors", "status": "statuses", "centre": "centres", "language": "languages"}
"""The facets' names in an address and in a SearchRequest."""
HEADINGS = {
    "kind": N_("What"),
    "sector": N_("Sector"),
    "status": N_("Status"),
    "centre": N_("Centre or agency"),
    "language": N_("Works in"),
}
SORT_WORDS = {BEST: N_("Best match"), NEWEST: N_("Newest"), CLOSING: N_("Closing soon")}
MOST_VALUES, LONGEST_QUERY, LAST = 20, 300, 10_000
_STATUS_WORDS: dict[str, str] = {
    member.value: member.label for enum in (Phase, IpStatus, ProductState, ProjectState) for member in enum
} | {"elsewhere": N_("Released elsewhere"), **profiles.STATUS_WORDS}


def asked(args: Mapping[str, Iterable[str]], page: int = 1) -> SearchRequest:
    """The search of an address; what cannot be meant is passed over, because addresses are shared and typed by hand."""

    def values(name: str) -> tuple[str, ...]:
        given = (value.strip()[:120] for value in args.get(name, ()))
        return tuple(dict.fromkeys(value for value in given if value))[:MOST_VALUES]

    def one(name: str) -> str:
        return next(iter(args.get(name, ())), "")

    sort = one("sort")
    return SearchRequest(
        q=" ".join(one("q").replace("\x00", " ").split())[:LONGEST_QUERY],
        kinds=values("kind"),
        sectors=values("sector"),
        statuses=values("status"),
        centres=values("centre"),
        languages=values("language"),
        loose=one("any") == "1",
        sort=sort if sort in SORTS else BEST,
        offset=min((page - 1) * SIZE, LAST),
    )


def parameters(request: SearchRequest, *, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The search as name and value pairs, defaults left out."""
    pairs = [("q", request.q)] if request.q else []
    pairs += [(name, value) for name in FIELDS for value in request.chosen(name)]
    if request.loose:
        pairs.append(("any", "1"))
    if request.sort != BEST:
        pairs.append(("sort", request.sort))
    return [(name, value) for name, value in pairs if name not in without]


def address(request: SearchRequest, path: str = "/explore") -> str:
    query = urlencode(parameters(request))
    return f"{path}?{query}" if query else path


def lacking(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """The same search without one chosen value, from its first page."""
    left: dict[str, Any] = {FIELDS[facet]: tuple(other for other in request.chosen(facet) if other != value)}
    return replace(request, offset=0, **left)


def unfiltered(request: SearchRequest) -> SearchRequest:
    return replace(request, offset=0, kinds=(), sectors=(), statuses=(), centres=(), languages=())


def word_for(facet: str, value: str) -> str:
    """What people read for a facet's value, before translation; names of centres are their own words."""
    if facet == "kind":
        kind = kind_of(value)
        return PLURALS[kind] if kind else value
    if facet == "sector":
        return Sector(value).label if value in set(Sector) else value
    if facet == "language":
        return profiles.language_name(value, language())
    if facet == "status":
        return _STATUS_WORDS.get(value, value.replace("_", " ").capitalize())
    return value


class SearchResultOut(Schema):
    """One thing found. `facts` is its card as data."""

    key = fields.String(metadata={"description": "Stable and unique, like offer:17."})
    kind = fields.String()
    title = fields.String()
    summary = fields.String()
    url = fields.String(metadata={"description": "Absolute."})
    sector = fields.String()
    status = fields.String()
    centre = fields.String()
    language = fields.String(metadata={"description": "Of an expert: the languages they work in, with spaces between them."})
    at = fields.DateTime(allow_none=True, metadata={"description": "Published."})
    ends_at = fields.DateTime(allow_none=True, metadata={"description": "Deadline or expiry."})
    facts = fields.Dict(keys=fields.String())


class SearchFacetOut(Schema):
    value = fields.String()
    count = fields.Integer(metadata={"description": "Results with this value, the other facets staying as chosen."})
    chosen = fields.Boolean()


class SearchOut(Schema):
    total = fields.Integer()
    relaxed = fields.Boolean(metadata={"description": "Nothing has all of the words; these have at least half of them."})
    suggestion = fields.String(metadata={"description": "The query as it was perhaps meant, or empty."})
    available = fields.Boolean(metadata={"description": "False while the index is being built."})
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(SearchFacetOut)))
    items = fields.List(fields.Nested(SearchResultOut))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the next page."})


class SearchIn(Schema):
    """The query string. A facet may be given several times: any of its values will do."""

    q = fields.String(metadata={"description": "Words in English or Chinese; all of them are looked for."})
    kind = fields.List(fields.String())
    sector = fields.List(fields.String())
    status = fields.List(fields.String())
    language = fields.List(fields.String(metadata={"description": "A language that experts work in, like zh or pt-BR."}))
    centre = fields.List(fields.String())
    any = fields.String(metadata={"description": "1: half of the words will do."})
    sort = fields.String(metadata={"enum": list(SORTS)})
    cursor = fields.String()
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
