"""Needs and offers at every stage, walked there by the real operations."""

from __future__ import annotations

from typing import Any

from hub.kernel.actor import Actor, Duty
from hub.kernel.taxonomy import Sector
from hub.tech_market.listings import operations
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Deal, IpStatus, Kind

REVIEWER = Actor(person_id=None, duties=frozenset({Duty.CONSULTANT}), verified=True)
BODY = (
    "Carbon nanotubes coated with a palladium film change their resistance when ammonia or hydrogen touches them. "
    "An array of differently doped sensors tells mixtures of gases apart at room temperature, without heating."
)


def content(kind: Kind = Kind.OFFER, **changes: Any) -> dict[str, Any]:
    """A complete draft's content, as `operations.draft` takes it."""
    common = {
        "title": "Gas sensors of coated carbon nanotubes",
        "summary": "Detects traces of ammonia at room temperature, without heating.",
        "body": BODY,
        "sector": Sector.SENSORS,
        "deals": [Deal.LICENCE, Deal.JOINT],
        "trl": 5,
        "categories": ["gas sensor", "nanotube"],
    }
    offered = {"ip_status": IpStatus.ISSUED, "case_number": "ACME-17", "serial_number": "13/033,085"} if kind is Kind.OFFER else {}
    return {**common, **offered, **changes}


def listing(organisation: Any, author: Actor, state: str = "published", kind: Kind = Kind.OFFER, **changes: Any) -> Listing:
    """A need or offer of `organisation` (anything with an `id`), in `state`: draft, in_review, published or withdrawn. Uncommitted."""
    made = operations.draft(actor=author, kind=kind, organisation_id=organisation.id, **content(kind, **changes))
    if state != "draft":
        operations.submit(actor=author, listing=made)
    if state in {"published", "withdrawn"}:
        operations.publish(actor=REVIEWER, listing=made)
    if state == "withdrawn":
        operations.withdraw(actor=author, listing=made)
    return made
