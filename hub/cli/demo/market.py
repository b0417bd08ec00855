"""Needs and offers of the demo organisations, and the real public records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.cli.demo.people import Cast
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


def import_records(say: Callable[[str], None]) -> None:
    """The real files shipped with the project."""
    raise NotImplementedError
