"""The JSON door to portals: public facts for everybody, texts and colours for those who run one."""

from __future__ import annotations

from typing import Any

from hub.core.organisations import queries as organisations
from hub.portals.sites import operations, queries
from hub.portals.sites.models import Portal
from hub.portals.sites.schemas import ItemOut, ManagerIn, NewPortalIn, PortalChangeIn, PortalOut, ThemeIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("portals", __name__, prefix="/portals", description="Customers' own sites: what they say, list and look like.")


class _Told:
    """A portal with its customer, as PortalOut reads it."""

    def __init__(self, portal: Portal, owner: organisations.OrganisationCard) -> None:
        self._portal, self.owner = portal, owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._portal, name)


def _told(portal: Portal, status: int = 200) -> Any:
    return tagged(PortalOut().dump(_Told(portal, organisations.card(portal.organisation_id))), portal.version, status)


@api.get("")
@public
@api.response(200, PortalOut(many=True))
def listed() -> Any:
    """The open portals, the newest first."""
    last_id, limit = cursor()
    found = queries.open_after(last_id, limit)
    owners = organisations.cards(portal.organisation_id for portal in found)
    return paged([_Told(portal, owners[portal.organisation_id]) for portal in found], PortalOut(), limit)


@api.post("")
@writes
@api.arguments(NewPortalIn)
@api.response(201, PortalOut)
def found(sent: dict[str, Any]) -> Any:
    """Begin a portal for a customer, as a draft (consultants)."""
    customer = organisations.by_slug(sent.pop("organisation"))
    return _told(operations.found(actor=actor(), organisation_id=customer.id, **sent), 201)


@api.get("/<slug>")
@public
@api.response(200, PortalOut)
def show(slug: str) -> Any:
    """What everybody may know of it, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), slug))


@api.get("/<slug>/items")
@public
@api.response(200, ItemOut(many=True))
def items(slug: str) -> Any:
    """The challenges and needs that the portal shows, in its order. All of them at once."""
    return {"items": ItemOut(many=True).dump(queries.published(queries.get_for(actor(), slug))), "next": None}


@api.patch("/<slug>")
@writes
@api.arguments(PortalChangeIn)
@api.response(200, PortalOut)
def change(sent: dict[str, Any], slug: str) -> Any:
    """Change its texts or languages; what is left out stays. Takes If-Match."""
    portal = queries.managed_by(actor(), slug)
    check_version(portal.version)
    return _told(operations.edit(actor=actor(), portal=portal, **sent))


@api.put("/<slug>/theme")
@writes
@api.arguments(ThemeIn)
@api.response(200, PortalOut)
def theme(sent: dict[str, Any], slug: str) -> Any:
    """Give it these colours; what is left out is the site's own. 422 `contrast` if a pair cannot be read. Takes If-Match."""
    portal = queries.managed_by(actor(), slug)
    check_version(portal.version)
    return _told(operations.set_theme(actor=actor(), portal=portal, theme=sent))


@api.post("/<slug>/open")
@writes
@api.response(200, PortalOut)
def open_portal(slug: str) -> Any:
    """Let visitors in (consultants)."""
    return _told(operations.open_portal(actor=actor(), portal=queries.managed_by(actor(), slug)))


@api.post("/<slug>/close")
@writes
@api.response(200, PortalOut)
def close(slug: str) -> Any:
    """Take no more submissions (consultants)."""
    return _told(operations.close(actor=actor(), portal=queries.managed_by(actor(), slug)))


@api.post("/<slug>/managers")
@writes
@api.arguments(ManagerIn)
@api.response(204)
def name_manager(sent: dict[str, Any], slug: str) -> Any:
    """Let a member of the customer's organisation run it (consultants)."""
    operations.name_manager(actor=actor(), portal=queries.managed_by(actor(), slug), **sent)
    return ""


@api.delete("/<slug>/managers/<int:person_id>")
@writes
@api.response(204)
def remove_manager(slug: str, person_id: int) -> Any:
    """They run it no longer (consultants)."""
    operations.remove_manager(actor=actor(), portal=queries.managed_by(actor(), slug), person_id=person_id)
    return ""
