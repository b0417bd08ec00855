"""What visitors can find of lab services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides
from hub.tech_market.services import queries
from hub.tech_market.services.models import Service
from hub.tech_market.services.states import State

DAYS = N_("about %(n)s days")
ON_REQUEST = N_("Price on request")


@provides("service", every=queries.public_ids)
def services(ids: list[int]) -> Iterable[Document]:
    """The published ones among `ids`; the index takes out the others."""
    found = [service for service in queries.by_ids(ids).values() if service.state is State.PUBLISHED]
    labs = organisations.cards(service.organisation_id for service in found)
    return [_document(service, labs[service.organisation_id].name) for service in found]


def _document(service: Service, lab: str) -> Document:
    return Document(
        key=service.ref,
        kind="service",
        title=service.title,
        text="\n".join(part for part in (service.summary, service.description, service.send_us, service.unit, lab) if part),
        url=service.path,
        version=service.version,
        sector=service.sector.value if service.sector else "",
        at=service.published_at,
        rank=30,
        facts=_facts(service, lab),
    )


def _facts(service: Service, lab: str) -> dict[str, Any]:
    words: list[Any] = [[DAYS, {"n": service.turnaround_days}]] if service.turnaround_days else []
    price = [" – ".join(str(price) for price in (service.price_from, service.price_to) if price) + f" / {service.unit}"]
    return {
        "summary": service.summary,
        "owner": lab,
        "words": words if service.price_from else [ON_REQUEST, *words],
        "plain": price if service.price_from else [],
        "lang": service.language,
    }
