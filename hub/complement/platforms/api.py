"""The JSON door to platforms."""

from __future__ import annotations

from typing import Any

from hub.complement.platforms import operations, queries
from hub.complement.platforms.models import Platform
from hub.complement.platforms.schemas import NewPlatformIn, PlatformChangeIn, PlatformOut, ReasonIn
from hub.core.organisations import queries as organisations
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("platforms", __name__, prefix="/platforms", description="What organisations open for others to build on.")


def _told(platform: Platform, status: int = 200) -> Any:
    (shown,) = queries.shown([platform])
    return tagged(PlatformOut().dump(shown), platform.version, status)


@api.get("")
@public
@api.response(200, PlatformOut(many=True))
def index() -> Any:
    """Public platforms, the newest first."""
    last_id, limit = cursor()
    return paged(queries.shown(queries.public_after(last_id, limit)), PlatformOut(), limit)


@api.get("/<slug>")
@public
@api.response(200, PlatformOut)
def show(slug: str) -> Any:
    """One of them, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), slug))


@api.post("")
@writes
@api.arguments(NewPlatformIn)
@api.response(201, PlatformOut)
def draft(data: dict[str, Any]) -> Any:
    """Begin a platform for an organisation that you manage."""
    organisation = organisations.by_slug(data.pop("organisation"))
    return _told(operations.draft(actor=actor(), organisation_id=organisation.id, **data), 201)


@api.patch("/<slug>")
@writes
@api.arguments(PlatformChangeIn)
@api.response(200, PlatformOut)
def change(data: dict[str, Any], slug: str) -> Any:
    """Change it; what the developer agreement names makes a new version of it. Takes If-Match."""
    platform = queries.get_for(actor(), slug)
    check_version(platform.version)
    return _told(operations.edit(actor=actor(), platform=platform, **data))


@api.post("/<slug>/open")
@writes
@api.response(200, PlatformOut)
def open_up(slug: str) -> Any:
    """Open it to developers; draws up the agreement that they sign."""
    return _told(operations.open_up(actor=actor(), platform=queries.get_for(actor(), slug)))


@api.post("/<slug>/close")
@writes
@api.arguments(ReasonIn)
@api.response(200, PlatformOut)
def close(data: dict[str, Any], slug: str) -> Any:
    """Take no new products and releases."""
    return _told(operations.close(actor=actor(), platform=queries.get_for(actor(), slug), **data))


@api.post("/<slug>/reopen")
@writes
@api.response(200, PlatformOut)
def reopen(slug: str) -> Any:
    """Take them again."""
    return _told(operations.reopen(actor=actor(), platform=queries.get_for(actor(), slug)))
