"""What visitors can find of needs and offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.briefs.queries import people_behind
from hub.search.index.operations import provides
from hub.tech_market.listings import queries
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import IpStatus, Kind
from hub.tech_market.listings.states import State

TONES = {IpStatus.ISSUED: "good", IpStatus.EXPIRED: "warn", IpStatus.UNCLEAR: "warn"}
READINESS = N_("TRL %(n)s")


@provides("offer", every=lambda: queries.public_ids(Kind.OFFER))
def offers(ids: list[int]) -> Iterable[Document]:
    return _documents(ids, Kind.OFFER)


@provides("need", every=lambda: queries.public_ids(Kind.NEED))
def needs(ids: list[int]) -> Iterable[Document]:
    return _documents(ids, Kind.NEED)


@people_behind("offer")
def owners(ids: Collection[int]) -> dict[int, list[int]]:
    """Whom an invitation about an offer reaches: those who decide for its owner, by the offer's id."""
    found = [listing for listing in queries.by_ids(ids).values() if listing.kind is Kind.OFFER and listing.state is State.PUBLISHED]
    managers = organisations.managers_of(listing.organisation_id for listing in found)
    return {listing.id: managers.get(listing.organisation_id, []) for listing in found}


def _documents(ids: list[int], kind: Kind) -> list[Document]:
    """The published ones among `ids`; the index takes out the others."""
    found = [listing for listing in queries.by_ids(ids).values() if listing.kind is kind and listing.state is State.PUBLISHED]
    owners = organisations.cards(listing.organisation_id for listing in found)
    return [_document(listing, owners[listing.organisation_id].name if listing.owner_shown else "") for listing in found]


def _document(listing: Listing, owner: str) -> Document:
    ends = listing.patent_expires_on if listing.kind is Kind.OFFER else listing.expires_on
    still_runs = ends is not None and listing.ip_status is not IpStatus.EXPIRED
    parts = [listing.summary, listing.body, *listing.categories, listing.case_number, listing.serial_number, listing.licence, owner]
    return Document(
        key=listing.ref,
        kind=listing.kind.value,
        title=listing.title,
        text="\n".join(part for part in parts if part),
        url=listing.path,
        version=listing.version,
        sector=listing.sector.value if listing.sector else "",
        status=listing.ip_status.value if listing.kind is Kind.OFFER else "",
        centre=owner if listing.is_imported else "",
        at=listing.published_at,
        ends_at=_at(ends) if still_runs and ends else None,
        rank=_rank(listing),
        facts=_facts(listing, owner) | ({"ends": "until"} if still_runs else {}),
    )


def _facts(listing: Listing, owner: str) -> dict[str, Any]:
    words: list[Any] = [deal.label for deal in listing.deal_kinds]
    if listing.trl:
        words.insert(0, [READINESS, {"n": listing.trl}])
    badges = [[TONES.get(listing.ip_status, ""), listing.ip_status.label]] if listing.kind is Kind.OFFER else []
    return {
        "summary": listing.summary,
        "owner": owner,
        "badges": badges,
        "words": words,
        "plain": [text for text in (listing.case_number, listing.licence) if text],
        "lang": listing.language,
    }


def _rank(listing: Listing) -> int:
    """Where nothing was asked for: people's own needs, then their offers, then what was imported, ended patents last."""
    if listing.ip_status is IpStatus.EXPIRED:
        return -10
    if listing.is_imported:
        return 0
    return 60 if listing.kind is Kind.NEED else 30


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
