"""What the front page and the home page tell. The front page reads the index alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core.profiles import queries as profiles
from hub.kernel.documents import Document
from hub.kernel.money import Money
from hub.search.index import queries as index
from hub.search.index.queries import CLOSING, SearchRequest
from hub.search.matching import queries as matching
from hub.search.matching.queries import Match

MOST_PRIZES = 500


@dataclass(frozen=True)
class Figures:
    """How much there is to find. `prizes` is the money held for open challenges, one amount a currency, the largest first."""

    open_challenges: int
    prizes: list[Money]
    offers: int
    needs: int
    experts: int
    kinds: dict[str, int]
    sectors: list[tuple[str, int]]


def figures() -> Figures:
    everything = index.search(SearchRequest(size=1)).facets
    kinds = {each.value: each.count for each in everything.get("kind", ())}
    open_ones = _open_challenges(MOST_PRIZES)
    return Figures(
        open_challenges=len(open_ones),
        prizes=_added_up(open_ones),
        offers=kinds.get("offer", 0),
        needs=kinds.get("need", 0),
        experts=kinds.get("expert", 0),
        kinds=kinds,
        sectors=[(each.value, each.count) for each in everything.get("sector", ())],
    )


def _open_challenges(limit: int) -> Sequence[Document]:
    found = index.search(SearchRequest(kinds=("challenge",), statuses=("open",), sort=CLOSING, size=limit))
    return [card.document for card in found.cards]


def _added_up(challenges: Sequence[Document]) -> list[Money]:
    sums: dict[str, int] = {}
    for challenge in challenges:
        if prize := challenge.facts.get("prize"):
            sums[prize[1]] = sums.get(prize[1], 0) + int(prize[0])
    return [Money(minor, currency) for currency, minor in sorted(sums.items(), key=lambda item: -item[1])]


def closing_soon(limit: int = 4) -> Sequence[Document]:
    """Open challenges, the next deadline first."""
    return _open_challenges(limit)


def newest_offers(limit: int = 4) -> Sequence[Document]:
    return index.newest(("offer", "need"), limit)


def recommended(person_id: int, limit: int = 4) -> list[Match]:
    """Open challenges and needs that fit what the person's profile and evidence say; none for an empty profile."""
    text = _told_by(person_id)
    return matching.matches_for(text, ("challenge", "need"), limit=limit, statuses=("open",)) if text.strip() else []


def _told_by(person_id: int) -> str:
    """What the person tells of themselves: from the index if they can be found, else from their own hidden profile."""
    documents = index.together(f"expert:{person_id}")
    if documents:
        return "\n".join(f"{document.title}\n{document.text}" for document in documents)
    profile = profiles.own_profile(person_id)
    if profile is None:
        return ""
    evidence = [f"{item.title}\n{item.text}" for item in profiles.evidence_of(person_id)]
    return "\n".join([profile.headline, profile.bio, ", ".join(profile.skill_names), *evidence])
