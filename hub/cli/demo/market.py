"""Needs and offers of the demo organisations, and the real public records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.cli.demo.people import Cast
from hub.db import work
from hub.guide.imports import operations as imports
from hub.guide.imports import queries
from hub.guide.imports.rules import Source
from hub.kernel.actor import SYSTEM
from hub.kernel.taxonomy import Sector
from hub.tech_market.listings import operations
from hub.tech_market.listings.rules import Deal, IpStatus, Kind


def list_item(cast: Cast, item: dict[str, Any]) -> None:
    """One need or offer of people.toml, up to its stage. Uncommitted."""
    owner = cast.owner_of(item["organisation"])
    more = {"ip_status": IpStatus(item["ip_status"])} if "ip_status" in item else {}
    listing = operations.draft(
        actor=owner,
        kind=Kind(item["kind"]),
        organisation_id=cast.organisations[item["organisation"]],
        title=item["title"],
        summary=item["summary"],
        body=item["body"],
        sector=Sector(item["sector"]),
        deals=[Deal(deal) for deal in item["deals"]],
        trl=item["trl"],
        **more,
    )
    operations.submit(actor=owner, listing=listing)
    if item["stage"] == "published":
        operations.publish(actor=cast.actor("consultant"), listing=listing)


RECORDS = {
    Source.NASA_PATENTS: "nasa_patents.csv",
    Source.NASA_SOFTWARE: "nasa_software.json",
    Source.NASA_PLATFORM: "nasa_software.json",
    Source.CHALLENGES: "challenge_gov.json",
}


def import_records(folder: Path, say: Callable[[str], None]) -> None:
    """The real files shipped with the project, through the same import as everybody's; committed in portions."""
    for source, name in RECORDS.items():
        preview = queries.preview(source, (folder / name).read_bytes())
        for records in imports.batches(preview):
            with work.unit():
                imports.bring_in(actor=SYSTEM, preview=preview, records=records)
        say(f"{name}: {len(preview.due):,} records")
