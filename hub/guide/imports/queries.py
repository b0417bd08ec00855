"""What an import would do, told before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.complement.products import queries as products
from hub.complement.products import rules as product_rules
from hub.complement.products.rules import ImportedProduct
from hub.contests.past import queries as past
from hub.contests.past import rules as past_rules
from hub.core.organisations import queries as organisations
from hub.guide.imports import rules
from hub.guide.imports.rules import PastChallenge, Source
from hub.kernel.tables import Reading, Weight
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings import rules as listing_rules


@dataclass(frozen=True)
class Preview:
    """A file read whole and compared with what is here. `vanished` are records here that the file no longer holds; they stay."""

    source: Source
    sha256: str
    reading: Reading[Any]
    new: Sequence[Any]
    changed: Sequence[Any]
    unchanged: Sequence[Any]
    vanished: int

    @property
    def due(self) -> list[Any]:
        """The records that an import writes, in the file's order."""
        return sorted([*self.new, *self.changed], key=lambda record: record.row)

    @property
    def counts(self) -> dict[str, int]:
        reading = self.reading
        return {
            "rows": reading.rows,
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "rejected": len(reading.rejected),
            "vanished": self.vanished,
            "warnings": reading.count(Weight.WARNING),
            "notes": reading.count(Weight.NOTE),
        }


COLUMNS: dict[Source, tuple[str, ...]] = {
    Source.NASA_PATENTS: ("case_number", "title", "owner", "status", "patent_expires_on"),
    Source.NASA_SOFTWARE: ("title", "owner", "licence", "link"),
    Source.NASA_PLATFORM: ("title", "owner", "licence", "stated", "link"),
    Source.CHALLENGES: ("name", "agency", "deadline"),
}
"""What of a record a preview shows."""


def preview(source: Source, data: bytes) -> Preview:
    """Read the file and compare. Raises Invalid with a stable code (see `kernel.tables`) for a file that is none."""
    sha256 = hashlib.sha256(data).hexdigest()
    if source is Source.CHALLENGES:
        return _challenges(sha256, rules.read_challenges(data))
    if source is Source.NASA_PLATFORM:
        return _products(sha256, listing_rules.read_software(data))
    read = listing_rules.read_patents if source is Source.NASA_PATENTS else listing_rules.read_software
    reading = read(data)
    plan = listings.compare(source.value, reading.records)
    return Preview(source, sha256, reading, plan.new, plan.changed, plan.unchanged, plan.vanished)


def _products(sha256: str, software: Reading[listing_rules.ImportedOffer]) -> Preview:
    """The same catalogue, read as products."""
    reading = Reading(software.rows, [_product(record) for record in software.records], software.remarks)
    plan = products.compare(Source.NASA_PLATFORM.value, reading.records)
    return Preview(Source.NASA_PLATFORM, sha256, reading, plan.new, plan.changed, plan.unchanged, plan.vanished)


def _product(record: listing_rules.ImportedOffer) -> ImportedProduct:
    licence, stated = product_rules.normal_licence(record.licence.split(", ") if record.licence else [])
    return ImportedProduct(
        row=record.row,
        source_key=f"{Source.NASA_PLATFORM.value}:{record.source_key.partition(':')[2]}",
        owner=record.owner,
        title=record.title,
        sector=record.sector,
        summary=record.summary,
        description=record.body,
        licence=licence,
        stated=stated,
        link=record.link,
        categories=record.categories,
    )


def _challenges(sha256: str, reading: Reading[PastChallenge]) -> Preview:
    known = past.imported(rules.CHALLENGE_GOV)
    agencies = organisations.cards(challenge.organisation_id for challenge in known.values())
    sorted_out: dict[str, list[PastChallenge]] = {"new": [], "changed": [], "unchanged": []}
    for record in reading.records:
        stored = known.pop(record.source_key, None)
        if stored is None:
            sorted_out["new"].append(record)
            continue
        told = past_rules.content(record.facts)
        same = all(getattr(stored, name) == value for name, value in told.items())
        same = same and agencies[stored.organisation_id].name == record.agency
        sorted_out["unchanged" if same else "changed"].append(record)
    return Preview(Source.CHALLENGES, sha256, reading, **sorted_out, vanished=len(known))
