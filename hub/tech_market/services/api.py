"""The JSON door to lab services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotSignedIn
from hub.kernel.words import N_
from hub.tech_market.services import operations, queries
from hub.tech_market.services.models import Service
from hub.tech_market.services.queries import Wanted
from hub.tech_market.services.schemas import NewServiceIn, RemarksIn, ServiceChangeIn, ServiceListIn, ServiceOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("services", __name__, prefix="/services", description="What labs do for others.")

MOVES: dict[str, tuple[Callable[..., Service], str]] = {
    "submit": (operations.submit, "Send the draft for review."),
    "publish": (operations.publish, "Publish what was reviewed (consultants)."),
    "revise": (operations.revise, "Take it back into a draft."),
    "withdraw": (operations.withdraw, "Take it off the list, or discard the draft."),
}


def _told(service: Service, status: int = 200) -> Any:
    (shown,) = queries.shown([service])
    return tagged(ServiceOut().dump(shown), service.version, status)


@api.get("")
@public
@api.arguments(ServiceListIn, location="query")
@api.response(200, ServiceOut(many=True))
def listed(asked: dict[str, Any]) -> Any:
    """Those that are published, or with `mine` those of your organisations in every state; the newest first."""
    last_id, limit = cursor()
    lab = organisations.by_slug(asked["organisation"]) if asked["organisation"] else None
    if asked["mine"]:
        if not actor().signed_in:
            raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
        mine = [number for number in actor().roles if lab is None or number == lab.id]
        return paged(queries.shown(queries.of_organisations_after(mine, last_id, limit)), ServiceOut(), limit)
    wanted = Wanted(
        sectors=(asked["sector"],) if asked["sector"] else (),
        tongues=(asked["tongue"],) if asked["tongue"] else (),
        organisation_ids=(lab.id,) if lab else (),
    )
    return paged(queries.shown(queries.public_after(last_id, limit, wanted)), ServiceOut(), limit)


@api.post("")
@writes
@api.arguments(NewServiceIn)
@api.response(201, ServiceOut)
def draft(data: dict[str, Any]) -> Any:
    """Begin a draft for an organisation that you manage."""
    organisation = organisations.by_slug(data.pop("organisation"))
    return _told(operations.draft(actor=actor(), organisation_id=organisation.id, **data), 201)


@api.get("/<int:service_id>")
@public
@api.response(200, ServiceOut)
def show(service_id: int) -> Any:
    """One service, with the ETag that an edit sends back."""
    return _told(queries.get_for(actor(), service_id))


@api.patch("/<int:service_id>")
@writes
@api.arguments(ServiceChangeIn)
@api.response(200, ServiceOut)
def change(data: dict[str, Any], service_id: int) -> Any:
    """Change a draft; what is left out stays. Takes If-Match."""
    service = queries.get_for(actor(), service_id)
    check_version(service.version)
    return _told(operations.edit(actor=actor(), service=service, **data))


@api.post("/<int:service_id>/return")
@writes
@api.arguments(RemarksIn)
@api.response(200, ServiceOut)
def send_back(data: dict[str, Any], service_id: int) -> Any:
    """Send it back to its authors with remarks (consultants)."""
    return _told(operations.send_back(actor=actor(), service=queries.get_for(actor(), service_id), **data))


def _move_door(act: str, operate: Callable[..., Service], says: str) -> None:
    def move(service_id: int) -> Any:
        return _told(operate(actor=actor(), service=queries.get_for(actor(), service_id)))

    move.__doc__ = says
    answering = api.response(200, ServiceOut)(move)
    api.post(f"/<int:service_id>/{act}", endpoint=act)(writes(answering))


for _act, (_operate, _says) in MOVES.items():
    _move_door(_act, _operate, _says)
