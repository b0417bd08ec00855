"""The sectors with what the site has of each. Asks the search index alone, so only what is public is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.kernel.taxonomy import CROSSWALKS, Crosswalk, Sector
from hub.search.index import queries as index
from hub.search.index.queries import SearchRequest
from hub.search.index.states import Kind

COUNTED = (Kind.CHALLENGE, Kind.NEED, Kind.OFFER, Kind.SERVICE, Kind.EXPERT)


@dataclass(frozen=True)
class Shelf:
    """One sector; `counts` holds the kinds of COUNTED by their value, those without anything left out."""

    sector: Sector
    crosswalk: Crosswalk
    counts: Mapping[str, int]


def shelves() -> list[Shelf]:
    """All sectors, in their order."""
    counts: dict[str, dict[str, int]] = {}
    for kind in COUNTED:
        found = index.search(SearchRequest(kinds=(kind.value,), size=1))
        for value in found.facets.get("sector", ()):
            if value.count:
                counts.setdefault(value.value, {})[kind.value] = value.count
    return [Shelf(sector, CROSSWALKS[sector], counts.get(sector.value, {})) for sector in Sector]
